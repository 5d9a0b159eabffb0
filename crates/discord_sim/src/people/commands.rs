//! Running commands: slash commands, menus, and typing for autocompletion.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    acts::interactions::Question,
    ids::Id,
    people::{
        Argument, Asked, Cannot, Person, SeenMessage,
        resolved::{Resolved, check_value},
    },
    permissions::Permissions,
    state::{Command, CommandKind, InteractionKind, World},
};

impl Person {
    /// Runs a slash command: `alice.slash("/hub create", &[("channel", (&hub).into())])`.
    ///
    /// Names may be the default ones or those of the person's language, as their client shows them.
    pub fn slash(&self, path: &str, arguments: &[(&str, Argument)]) -> Asked {
        self.asks(|world| self.run_slash(world, path, arguments, None))
    }

    /// Types into an option for autocompletion. Options typed before may be given in `others`.
    pub fn types(&self, path: &str, option: &str, text: &str) -> Asked {
        self.types_after(path, &[], option, text)
    }

    /// Types into an option after others were filled in.
    pub fn types_after(
        &self,
        path: &str,
        others: &[(&str, Argument)],
        option: &str,
        text: &str,
    ) -> Asked {
        self.asks(|world| self.run_slash(world, path, others, Some((option, text))))
    }

    /// Uses a command of the menu on a person.
    pub fn user_menu(&self, name: &str, target: &Person) -> Asked {
        self.asks(|world| {
            let channel = self.place(world)?;
            let command = self.find_command(world, name, CommandKind::User, channel)?;
            let mut resolved = Resolved::new(world, self, channel);
            resolved.user(target.id);
            let data = json!({
                "id": command.id, "name": command.name, "type": 2,
                "target_id": target.id, "resolved": resolved.json(),
            });
            let metadata = vec![("target_user", world.user_json(target.id))];
            Ok(self.command_question(
                &command,
                channel,
                data,
                format!("{name} on <@{}>", target.id),
                metadata,
            ))
        })
    }

    /// Uses a command of the menu on a message.
    pub fn message_menu(&self, name: &str, message: &SeenMessage) -> Asked {
        self.asks(|world| {
            let channel = message.channel;
            let command = self.find_command(world, name, CommandKind::Message, channel)?;
            let target = world
                .message(channel, message.id)
                .ok_or_else(|| self.cannot(world, format!("use {name}"), "the message is gone"))?;
            let data = json!({
                "id": command.id, "name": command.name, "type": 3, "target_id": message.id,
                "resolved": {"messages": {message.id.to_string(): world.message_json(target)}},
            });
            let metadata = vec![("target_message_id", json!(message.id))];
            Ok(self.command_question(
                &command,
                channel,
                data,
                format!("{name} on a message"),
                metadata,
            ))
        })
    }

    /// Asks what `make` puts together, or notes why that is not possible.
    pub(crate) fn asks(&self, make: impl FnOnce(&World) -> Result<Question, Cannot>) -> Asked {
        let interaction = self.sim.with(|world| {
            let question = make(world)?;
            let (user, channel, label) = (question.user, question.channel, question.label.clone());
            world.did(user, Some(channel), || label);
            Ok(world.ask(question))
        });
        Asked {
            sim: self.sim.clone(),
            interaction,
        }
    }

    fn command_question(
        &self,
        command: &Command,
        channel: Id,
        mut data: Value,
        label: String,
        metadata: Vec<(&'static str, Value)>,
    ) -> Question {
        if let Some(guild) = command.guild {
            data["guild_id"] = json!(guild);
        }
        Question {
            kind: InteractionKind::Command,
            user: self.id,
            guild: self.guild,
            channel,
            data,
            label,
            source: None,
            metadata,
            files: Vec::new(),
        }
    }

    /// The command with this name that the person's client offers in a channel.
    fn find_command(
        &self,
        world: &World,
        name: &str,
        kind: CommandKind,
        channel: Id,
    ) -> Result<Command, Cannot> {
        let what = format!("use {name}");
        let context = u64::from(self.guild.is_none());
        let locale = world.locale_of(self.id);
        let named = |command: &&Command| {
            let localised = localised_name(command.fields.get("name_localizations"), locale);
            command.kind == kind
                && (command.name == name || localised == Some(name))
                && (command.guild.is_none() || command.guild == self.guild)
        };
        let Some(command) = world
            .commands
            .values()
            .filter(named)
            .max_by_key(|c| c.guild)
        else {
            return Err(self.cannot(world, what, "there is no such command"));
        };
        if !command.is_offered_in(context) {
            return Err(self.cannot(world, what, "the command is not offered here"));
        }
        if self.guild.is_some() {
            if !world.may_use_commands(self.id, channel) {
                return Err(self.cannot(world, what, "they may not use commands in this channel"));
            }
            let has = world.permissions_in(self.id, channel);
            let needs = command.needs.map(|needs| {
                if needs.is_empty() {
                    Permissions::ADMINISTRATOR
                } else {
                    needs
                }
            });
            if let Some(needs) = needs.filter(|needs| !has.contains(*needs)) {
                let names: Vec<&str> = (needs - has).names().collect();
                let why = format!("the command needs {}", names.join(", "));
                return Err(self.cannot(world, what, why));
            }
        }
        let is_nsfw = command.fields.get("nsfw") == Some(&Value::Bool(true));
        let place_is_nsfw = world
            .channels
            .get(&channel)
            .is_some_and(|channel| channel.fields.get("nsfw") == Some(&Value::Bool(true)));
        if is_nsfw && !place_is_nsfw {
            return Err(self.cannot(world, what, "the command is for age-restricted channels"));
        }
        Ok(command.clone())
    }

    fn run_slash(
        &self,
        world: &World,
        path: &str,
        arguments: &[(&str, Argument)],
        typing: Option<(&str, &str)>,
    ) -> Result<Question, Cannot> {
        let channel = self.place(world)?;
        let words: Vec<&str> = path.trim_start_matches('/').split_whitespace().collect();
        let Some((name, subs)) = words.split_first() else {
            return Err(self.cannot(world, "run nothing", "a command has a name"));
        };
        let command = self.find_command(world, name, CommandKind::Slash, channel)?;
        let what = format!("run /{}", words.join(" "));
        let locale = world.locale_of(self.id);
        let mut level = command.options();
        let mut chain = Vec::new();
        for sub in subs {
            let found = level
                .iter()
                .find(|option| is_sub(option) && is_called(option, sub, locale));
            let Some(found) = found else {
                return Err(self.cannot(world, what, format!("there is no subcommand {sub}")));
            };
            chain.push((
                found.get("name"),
                found.get("type").cloned().unwrap_or_default(),
            ));
            level = found
                .get("options")
                .and_then(Value::as_array)
                .map_or(&[], Vec::as_slice);
        }
        if level.iter().any(is_sub) {
            return Err(self.cannot(world, what, "a subcommand must be chosen"));
        }
        let mut resolved = Resolved::new(world, self, channel);
        let mut options = Vec::new();
        for option in level {
            let name = option
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some((focused, text)) = typing
                && is_called(option, focused, locale)
            {
                if option.get("autocomplete") != Some(&Value::Bool(true)) {
                    return Err(self.cannot(world, what, format!("{name} does not complete")));
                }
                options.push(
                    json!({"name": name, "type": option["type"], "value": text, "focused": true}),
                );
                continue;
            }
            let given = arguments
                .iter()
                .find(|(key, _)| is_called(option, key, locale))
                .map(|(_, value)| value);
            let Some(given) = given else {
                let required = option.get("required") == Some(&Value::Bool(true));
                if required && typing.is_none() {
                    return Err(self.cannot(world, what, format!("the option {name} is missing")));
                }
                continue;
            };
            let value = check_value(option, given, &mut resolved)
                .map_err(|why| self.cannot(world, what.clone(), format!("{name}: {why}")))?;
            options.push(json!({"name": name, "type": option["type"], "value": value}));
        }
        let known = |key: &str| level.iter().any(|option| is_called(option, key, locale));
        let asked = arguments
            .iter()
            .map(|(key, _)| *key)
            .chain(typing.map(|(key, _)| key));
        if let Some(unknown) = asked.into_iter().find(|key| !known(key)) {
            return Err(self.cannot(world, what, format!("there is no option {unknown}")));
        }
        let mut options = Value::Array(options);
        for (sub, kind) in chain.into_iter().rev() {
            options = json!([{"name": sub, "type": kind, "options": options}]);
        }
        let mut data =
            json!({"id": command.id, "name": command.name, "type": 1, "options": options});
        let files = std::mem::take(&mut resolved.files);
        let resolved = resolved.json();
        if resolved.as_object().is_some_and(|maps| !maps.is_empty()) {
            data["resolved"] = resolved;
        }
        let mut label = format!("/{}", words.join(" "));
        for (key, value) in arguments {
            let _ = write!(label, " {key}: {}", shown(value));
        }
        if let Some((option, text)) = typing {
            let _ = write!(label, " {option}: {text}▏");
        }
        let mut question = self.command_question(&command, channel, data, label, Vec::new());
        question.files = files;
        if typing.is_some() {
            question.kind = InteractionKind::Autocomplete;
        }
        Ok(question)
    }
}

/// Whether an option or subcommand has this name, by default or in a language.
fn is_called(option: &Value, name: &str, locale: &str) -> bool {
    option.get("name").and_then(Value::as_str) == Some(name)
        || localised_name(option.get("name_localizations"), locale) == Some(name)
}

/// The name in a language, with Discord's fallbacks.
fn localised_name<'a>(names: Option<&'a Value>, locale: &str) -> Option<&'a str> {
    let fallback = match locale {
        "en-US" => "en-GB",
        "en-GB" => "en-US",
        "es-419" => "es-ES",
        other => other,
    };
    let names = names?;
    let name = names.get(locale).or_else(|| names.get(fallback))?;
    name.as_str()
}

fn is_sub(option: &Value) -> bool {
    matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2))
}

/// An argument as the transcript shows it.
fn shown(argument: &Argument) -> String {
    match argument {
        Argument::Text(text) => text.clone(),
        Argument::Integer(number) => number.to_string(),
        Argument::Number(number) => number.to_string(),
        Argument::Flag(flag) => flag.to_string(),
        Argument::User(id) => format!("<@{id}>"),
        Argument::Channel(id) => format!("<#{id}>"),
        Argument::Role(id) => format!("<@&{id}>"),
        Argument::File(name, _) => format!("📎 {name}"),
    }
}
