//! Webhooks: managing them, and writing through them.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route, answers};
use crate::{
    acts::{
        audit::{Entry, action},
        drafts::Mentioning,
    },
    error::{ApiError, Form, code},
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Author, Message, Webhook, World},
    validate::{
        Fields, Patch,
        messages::{Use, draft},
    },
};

const OF_CHANNEL: &str = "/channels/{channel_id}/webhooks";
const ONE: &str = "/webhooks/{webhook_id}";
const BY_TOKEN: &str = "/webhooks/{webhook_id}/{webhook_token}";
const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const MESSAGE: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", OF_CHANNEL, of_channel),
    Route::bot("POST", OF_CHANNEL, create),
    Route::bot("GET", "/guilds/{guild_id}/webhooks", of_guild),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
    Route::open("GET", BY_TOKEN, get),
    Route::open("PATCH", BY_TOKEN, edit),
    Route::open("DELETE", BY_TOKEN, delete),
    Route::open("POST", BY_TOKEN, execute),
    Route::open("GET", ORIGINAL, answers::get),
    Route::open("PATCH", ORIGINAL, answers::edit),
    Route::open("DELETE", ORIGINAL, answers::delete),
    Route::open("GET", MESSAGE, get_message),
    Route::open("PATCH", MESSAGE, edit_message),
    Route::open("DELETE", MESSAGE, delete_message),
];

/// Webhooks of one channel.
const MAX_WEBHOOKS: usize = 15;
/// Webhooks of one guild.
const MAX_GUILD_WEBHOOKS: usize = 1000;

impl World {
    fn webhook_json(&self, guild: Id, webhook: &Webhook) -> Value {
        json!({
            "id": webhook.id, "type": 1, "guild_id": guild, "channel_id": webhook.channel,
            "user": self.user_json(webhook.by), "name": webhook.name, "avatar": webhook.avatar,
            "token": webhook.token, "application_id": webhook.application,
            "url": format!("http://{}/api/webhooks/{}/{}", self.address, webhook.id, webhook.token),
        })
    }

    fn find_webhook(&self, id: Id) -> Option<(Id, &Webhook)> {
        self.guilds
            .values()
            .find_map(|guild| guild.webhooks.get(&id).map(|webhook| (guild.id, webhook)))
    }

    fn tell_webhooks(&mut self, guild: Id, channel: Id) {
        self.emit_in_channel(
            "WEBHOOKS_UPDATE",
            intents::GUILD_WEBHOOKS,
            channel,
            |_| json!({"guild_id": guild, "channel_id": channel}),
        );
    }
}

/// The webhook in the path, by its token or by the bot's right to manage webhooks.
fn find(world: &World, call: &Call) -> Result<(Id, Webhook), ApiError> {
    let id = call.id("webhook_id")?;
    let (guild, webhook) = world.find_webhook(id).ok_or(code::UNKNOWN_WEBHOOK)?;
    let token = call.text("webhook_token");
    if token.is_empty() {
        world.need_in(webhook.channel, Permissions::MANAGE_WEBHOOKS)?;
    } else if token != webhook.token {
        return Err(code::INVALID_WEBHOOK_TOKEN.into());
    }
    Ok((guild, webhook.clone()))
}

fn of_channel(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::MANAGE_WEBHOOKS)?;
    let all = world.guild(guild)?.webhooks.values();
    let here = all.filter(|webhook| webhook.channel == channel);
    Reply::ok(
        here.map(|webhook| world.webhook_json(guild, webhook))
            .collect(),
    )
}

fn of_guild(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_WEBHOOKS)?;
    let all = world.guild(guild)?.webhooks.values();
    Reply::ok(
        all.map(|webhook| world.webhook_json(guild, webhook))
            .collect(),
    )
}

fn read_name(body: &Value) -> Result<Patch<String>, ApiError> {
    let mut form = Form::default();
    let mut fields = Fields::of(body, "", &mut form);
    let name = fields.text("name", 1..=80).map(str::to_owned);
    if let Patch::Set(name) = &name {
        let lower = name.to_lowercase();
        if lower.contains("clyde") || lower.contains("discord") {
            fields.reject(
                "name",
                "USERNAME_INVALID_CONTAINS",
                "Username cannot contain \"discord\" or \"clyde\"",
            );
        }
    }
    form.finish()?;
    Ok(name)
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::MANAGE_WEBHOOKS)?;
    let Patch::Set(name) = read_name(&call.body)? else {
        return Err(ApiError::form(
            "name",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    };
    let all = &world.guild(guild)?.webhooks;
    if all.len() >= MAX_GUILD_WEBHOOKS {
        return Err(code::MAX_GUILD_WEBHOOKS.into());
    }
    if all
        .values()
        .filter(|webhook| webhook.channel == channel)
        .count()
        >= MAX_WEBHOOKS
    {
        return Err(code::MAX_WEBHOOKS.into());
    }
    let webhook = Webhook {
        id: world.new_id(),
        channel,
        name,
        avatar: None,
        token: world.secret(),
        by: world.bot,
        application: Some(world.bot),
    };
    let id = webhook.id;
    let shown = world.webhook_json(guild, &webhook);
    world.guild_mut(guild)?.webhooks.insert(id, webhook);
    world.tell_webhooks(guild, channel);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::WEBHOOK_CREATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(shown)
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let (guild, webhook) = find(world, call)?;
    let mut shown = world.webhook_json(guild, &webhook);
    if !call.text("webhook_token").is_empty()
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("user");
    }
    Reply::ok(shown)
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (guild, mut webhook) = find(world, call)?;
    if let Patch::Set(name) = read_name(&call.body)? {
        webhook.name = name;
    }
    if let Some(channel) = call.body.get("channel_id").and_then(Id::from_json) {
        world.need_in(channel, Permissions::MANAGE_WEBHOOKS)?;
        webhook.channel = channel;
    }
    let (channel, shown) = (webhook.channel, world.webhook_json(guild, &webhook));
    let id = webhook.id;
    if let Some(home) = world.guilds.get_mut(&guild) {
        home.webhooks.insert(id, webhook);
    }
    world.tell_webhooks(guild, channel);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::WEBHOOK_UPDATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(shown)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (guild, webhook) = find(world, call)?;
    if let Some(home) = world.guilds.get_mut(&guild) {
        home.webhooks.remove(&webhook.id);
    }
    world.tell_webhooks(guild, webhook.channel);
    let entry = Entry::new(
        guild,
        world.bot,
        action::WEBHOOK_DELETE,
        webhook.id,
        call.reason.as_deref(),
    );
    world.audit(entry);
    Reply::empty()
}

fn is_answer(world: &World, call: &Call) -> bool {
    call.id("webhook_id").is_ok_and(|id| id == world.bot)
}

fn execute(world: &mut World, call: &Call) -> Outcome {
    if is_answer(world, call) {
        return answers::follow_up(world, call);
    }
    let (guild, webhook) = find(world, call)?;
    let target = call.query_id("thread_id")?.unwrap_or(webhook.channel);
    let place = world.channel(target)?;
    if place.guild != Some(guild) {
        return Err(code::UNKNOWN_CHANNEL.into());
    }
    if !place.kind.takes_messages() {
        return Err(code::FORUM_NEEDS_THREAD.into());
    }
    let mut body = call.body.clone();
    let may_use_components = webhook.application.is_some() || call.query_flag("with_components");
    if !may_use_components && let Some(body) = body.as_object_mut() {
        body.remove("components");
    }
    let draft = draft(
        &body,
        "",
        &call.files,
        Use::Create {
            may_be_ephemeral: false,
        },
    )?;
    if draft.is_empty(&call.files) {
        return Err(code::EMPTY_MESSAGE.into());
    }
    let text = |key: &str| {
        call.body
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let author = Author::Webhook {
        id: webhook.id,
        name: text("username").unwrap_or(webhook.name),
        avatar: webhook.avatar,
    };
    let (id, now) = (world.new_id(), world.now());
    let mut message = Message::new(id, target, Some(guild), author, now);
    message.application = webhook.application;
    world.fill(&mut message, draft, &call.files, Mentioning::Users)?;
    world.post(message);
    if !call.query_flag("wait") {
        return Reply::empty();
    }
    let posted = world.message(target, id).ok_or(code::UNKNOWN_MESSAGE)?;
    Reply::ok(world.message_json(posted))
}

/// A message the webhook wrote.
fn written(world: &World, call: &Call) -> Result<(Id, Id), ApiError> {
    let (_, webhook) = find(world, call)?;
    let channel = call.query_id("thread_id")?.unwrap_or(webhook.channel);
    let id = call.id("message_id")?;
    let is_own = world.message(channel, id).is_some_and(
        |message| matches!(&message.author, Author::Webhook { id, .. } if *id == webhook.id),
    );
    if is_own {
        Ok((channel, id))
    } else {
        Err(code::UNKNOWN_MESSAGE.into())
    }
}

fn get_message(world: &mut World, call: &Call) -> Outcome {
    if is_answer(world, call) {
        return answers::get(world, call);
    }
    let (channel, id) = written(world, call)?;
    let message = world.message(channel, id).ok_or(code::UNKNOWN_MESSAGE)?;
    Reply::ok(world.message_json(message))
}

fn edit_message(world: &mut World, call: &Call) -> Outcome {
    if is_answer(world, call) {
        return answers::edit(world, call);
    }
    let (channel, id) = written(world, call)?;
    world.edit_from_body(channel, id, &call.body, "", &call.files)?;
    get_message(world, call)
}

fn delete_message(world: &mut World, call: &Call) -> Outcome {
    if is_answer(world, call) {
        return answers::delete(world, call);
    }
    let (channel, id) = written(world, call)?;
    world.delete(channel, id);
    Reply::empty()
}
