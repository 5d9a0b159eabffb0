//! Users: the bot itself, others, DMs, the bot's guilds.

use serde_json::json;

use super::{Call, Outcome, Reply, Route};
use crate::{
    error::{Form, code},
    gateway::Reach,
    ids::Id,
    state::{Channel, ChannelKind, User, World},
    validate::Fields,
};

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", "/users/@me", me),
    Route::bot("GET", "/users/{user_id}", user),
    Route::bot("GET", "/users/@me/guilds", guilds),
    Route::bot("PATCH", "/users/@me", edit_me),
    Route::bot("POST", "/users/@me/channels", open_dm),
];

fn me(world: &mut World, _: &Call) -> Outcome {
    let me = world.users.get(&world.bot).map(User::own_json);
    Reply::ok(json!(me))
}

fn user(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("user_id")?;
    match world.users.get(&id) {
        Some(user) => Reply::ok(user.json()),
        None => Err(code::UNKNOWN_USER.into()),
    }
}

fn guilds(world: &mut World, call: &Call) -> Outcome {
    let limit = call.query_number("limit", 200, 1..=200)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let with_counts = call.query_flag("with_counts");
    let bot = world.bot;
    let guilds: Vec<_> = world
        .guilds
        .values()
        .filter(|guild| guild.members.contains_key(&bot))
        .filter(|guild| before.is_none_or(|before| guild.id < before))
        .filter(|guild| after.is_none_or(|after| guild.id > after))
        .take(limit)
        .map(|guild| {
            let permissions = world.permissions_in_guild(bot, guild.id);
            let mut shown = json!({
                "id": guild.id,
                "name": guild.name,
                "icon": guild.fields.get("icon"),
                "banner": guild.fields.get("banner"),
                "owner": guild.owner == bot,
                "permissions": permissions,
                "features": guild.features,
            });
            if with_counts {
                shown["approximate_member_count"] = guild.members.len().into();
                shown["approximate_presence_count"] = guild.members.len().into();
            }
            shown
        })
        .collect();
    Reply::ok(json!(guilds))
}

fn edit_me(world: &mut World, call: &Call) -> Outcome {
    let mut form = Form::default();
    let name = Fields::of(&call.body, "", &mut form)
        .text("username", 2..=32)
        .set();
    form.finish()?;
    let bot = world.bot;
    if let (Some(name), Some(user)) = (name, world.users.get_mut(&bot)) {
        name.clone_into(&mut user.name);
    }
    let shown = json!(world.users.get(&bot).map(User::own_json));
    world
        .gateway
        .emit("USER_UPDATE", 0, Reach::Everyone, &shown);
    Reply::ok(shown)
}

fn open_dm(world: &mut World, call: &Call) -> Outcome {
    let recipient = call.body.get("recipient_id").and_then(Id::from_json);
    let Some(user) = recipient.and_then(|id| world.users.get(&id)) else {
        return Err(code::INVALID_RECIPIENTS.into());
    };
    if user.is_bot {
        return Err(code::CANNOT_DM_SELF.into());
    }
    let user = user.id;
    let channel = world.dm_with(user);
    let shown = world
        .channel(channel)
        .map(|channel| world.channel_json(channel))?;
    Reply::ok(shown)
}

impl World {
    /// The bot's DM channel with a user, opened now if there is none.
    pub(crate) fn dm_with(&mut self, user: Id) -> Id {
        if let Some(known) = self.users.get(&user).and_then(|user| user.dm) {
            return known;
        }
        let id = self.new_id();
        let name = self
            .users
            .get(&user)
            .map(|user| user.name.clone())
            .unwrap_or_default();
        let mut channel = Channel::new(id, ChannelKind::Dm, None, &name);
        channel.recipient = Some(user);
        self.name_channel(&channel);
        self.channels.insert(id, channel);
        if let Some(user) = self.users.get_mut(&user) {
            user.dm = Some(id);
        }
        id
    }
}
