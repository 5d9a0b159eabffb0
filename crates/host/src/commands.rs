//! Command sync: compares what Discord has with what is registered and writes only what differs.

use std::collections::BTreeMap;

use database::{ApplicationId, GuildId};
use feature::{Catalogue, Discord, Refusal};
use serde_json::{Map, Value};
use twilight_http::request::{Method, Request, RequestBuilder};
use twilight_model::{
    application::command::Command,
    id::{Id, marker::CommandMarker},
};

/// What the sync did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Synced {
    /// Commands that were new or different.
    pub written: usize,
    /// Commands that nobody registers any more.
    pub removed: usize,
    /// Commands that were right already.
    pub kept: usize,
}

/// Brings Discord's commands to what is registered: all servers', or one guild's only.
pub(crate) async fn sync(
    discord: &Discord,
    application: ApplicationId,
    guild: Option<GuildId>,
    catalogue: &Catalogue,
) -> Result<Synced, Refusal> {
    let place = Place { application, guild };
    let existing: Vec<Command> = discord.raw(place.list()?).await?;
    let registered: Vec<Command> = catalogue
        .schemas()
        .into_iter()
        .map(|schema| place.fit(schema))
        .collect();
    let plan = plan(&existing, &registered);
    let mut synced = Synced {
        kept: registered.len() - plan.write.len(),
        ..Synced::default()
    };
    let mut known: BTreeMap<_, Command> = existing
        .into_iter()
        .map(|command| (key(&command), command))
        .collect();
    for id in plan.remove {
        match discord.raw_done(place.delete(id)?).await {
            // Gone is as good as removed.
            Ok(()) | Err(Refusal::Gone(_)) => synced.removed += 1,
            Err(refusal) => return Err(refusal),
        }
    }
    for command in plan.write {
        let written: Command = discord.raw(place.write(command)?).await?;
        known.insert(key(&written), written);
        synced.written += 1;
    }
    let known: Vec<_> = known.into_values().collect();
    catalogue.learn_ids(&known);
    Ok(synced)
}

/// Where commands are registered.
#[derive(Clone, Copy, Debug)]
struct Place {
    application: ApplicationId,
    guild: Option<GuildId>,
}

impl Place {
    fn path(self) -> String {
        match self.guild {
            Some(guild) => format!("applications/{}/guilds/{guild}/commands", self.application),
            None => format!("applications/{}/commands", self.application),
        }
    }

    fn list(self) -> Result<Request, Refusal> {
        build(RequestBuilder::raw(
            Method::Get,
            format!("{}?with_localizations=true", self.path()),
        ))
    }

    fn delete(self, id: Id<CommandMarker>) -> Result<Request, Refusal> {
        build(RequestBuilder::raw(
            Method::Delete,
            format!("{}/{id}", self.path()),
        ))
    }

    /// Creating a command under a name that exists replaces it.
    fn write(self, command: &Command) -> Result<Request, Refusal> {
        let mut body = serde_json::to_value(command).unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            // Discord numbers the versions itself.
            body.remove("version");
        }
        build(RequestBuilder::raw(Method::Post, self.path()).json(&body))
    }

    /// A guild's commands know neither contexts nor kinds of installation.
    fn fit(self, mut command: Command) -> Command {
        if self.guild.is_some() {
            command.contexts = None;
            command.integration_types = None;
        }
        command
    }
}

fn build(builder: RequestBuilder) -> Result<Request, Refusal> {
    builder.build().map_err(Refusal::Unsendable)
}

struct Plan<'a> {
    write: Vec<&'a Command>,
    remove: Vec<Id<CommandMarker>>,
}

fn plan<'a>(existing: &[Command], registered: &'a [Command]) -> Plan<'a> {
    let known: BTreeMap<_, _> = existing
        .iter()
        .map(|command| (key(command), command))
        .collect();
    let wanted: Vec<_> = registered.iter().map(key).collect();
    Plan {
        write: registered
            .iter()
            .filter(|command| {
                known
                    .get(&key(command))
                    .is_none_or(|there| essence(there) != essence(command))
            })
            .collect(),
        remove: existing
            .iter()
            .filter(|command| !wanted.contains(&key(command)))
            .filter_map(|command| command.id)
            .collect(),
    }
}

fn key(command: &Command) -> (u8, String) {
    (u8::from(command.kind), command.name.clone())
}

/// What makes a difference to a member: without ids, versions, and what Discord fills in itself.
fn essence(command: &Command) -> Value {
    let mut value = serde_json::to_value(command).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        for ours in [
            "id",
            "application_id",
            "guild_id",
            "version",
            "dm_permission",
            "default_permission",
        ] {
            fields.remove(ours);
        }
        if fields.get("integration_types") == Some(&serde_json::json!([0])) {
            fields.remove("integration_types");
        }
    }
    bare(value)
}

/// Without nulls, falses and empties: Discord sends some of them and leaves out others.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: Map<_, _> = fields
                .into_iter()
                .map(|(name, value)| (name, bare(value)))
                .filter(|(_, value)| !is_nothing(value))
                .collect();
            Value::Object(fields)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(bare).collect()),
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use twilight_http::routing::Route;

    use super::*;

    #[test]
    fn the_paths_are_discords() {
        let place = Place {
            application: "1".parse().unwrap(),
            guild: Some("2".parse().unwrap()),
        };
        let route = Route::GetGuildCommands {
            application_id: 1,
            guild_id: 2,
            with_localizations: Some(true),
        };
        assert_eq!(place.list().unwrap().path(), route.to_string());
    }
}
