//! Invites.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    clock::iso,
    error::{ApiError, Form, code},
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Invite, World},
    validate::Fields,
};

const OF_CHANNEL: &str = "/channels/{channel_id}/invites";
const ONE: &str = "/invites/{code}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", OF_CHANNEL, of_channel),
    Route::bot("POST", OF_CHANNEL, create),
    Route::bot("GET", "/guilds/{guild_id}/invites", of_guild),
    Route::open("GET", ONE, get),
    Route::bot("DELETE", ONE, delete),
];

/// Invites of one guild.
const MAX_INVITES: usize = 1000;

impl World {
    fn invite_json(&self, guild: Id, invite: &Invite, with_metadata: bool) -> Value {
        let home = self.guilds.get(&guild);
        let channel = self.channels.get(&invite.channel);
        let mut shown = json!({
            "type": 0,
            "code": invite.code,
            "inviter": self.user_json(invite.by),
            "expires_at": invite.expires().map(iso),
            "guild_id": guild,
            "guild": home.map(|home| json!({
                "id": guild, "name": home.name, "icon": null, "splash": null, "banner": null,
                "description": null, "features": home.features, "verification_level": 0,
                "vanity_url_code": null, "nsfw_level": 0, "nsfw": false,
                "premium_subscription_count": 0,
            })),
            "channel": channel.map(|channel| json!({
                "id": channel.id, "type": channel.kind.number(), "name": channel.name,
            })),
        });
        if with_metadata {
            shown["uses"] = invite.uses.into();
            shown["max_uses"] = invite.max_uses.into();
            shown["max_age"] = invite.max_age.into();
            shown["temporary"] = invite.temporary.into();
            shown["created_at"] = iso(invite.created).into();
        }
        shown
    }

    /// The guild and invite of a code that still works.
    pub(crate) fn find_invite(&self, code: &str) -> Option<(Id, &Invite)> {
        let now = self.now();
        self.guilds
            .values()
            .find_map(|guild| guild.invites.get(code).map(|invite| (guild.id, invite)))
            .filter(|(_, invite)| invite.expires().is_none_or(|end| end > now))
            .filter(|(_, invite)| invite.max_uses == 0 || invite.uses < invite.max_uses)
    }

    fn tell_invite(&mut self, name: &str, channel: Id, payload: Value) {
        let allowed = self.permissions_in(self.bot, channel);
        if allowed.contains(Permissions::MANAGE_CHANNELS) {
            self.emit_in_channel(name, intents::GUILD_INVITES, channel, |_| payload);
        }
    }
}

fn of_channel(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::MANAGE_CHANNELS)?;
    let all = world.guild(guild)?.invites.values();
    let here = all.filter(|invite| invite.channel == channel);
    Reply::ok(
        here.map(|invite| world.invite_json(guild, invite, true))
            .collect(),
    )
}

fn of_guild(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.guild(guild)?;
    let own = world.permissions_in_guild(world.bot, guild);
    let manages = own.contains(Permissions::MANAGE_GUILD);
    if !manages && !own.contains(Permissions::VIEW_AUDIT_LOG) {
        return Err(code::MISSING_PERMISSIONS.into());
    }
    let all = world.guild(guild)?.invites.values();
    Reply::ok(
        all.map(|invite| world.invite_json(guild, invite, manages))
            .collect(),
    )
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::CREATE_INSTANT_INVITE)?;
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let max_age = fields.count("max_age", 0..=604_800).set().unwrap_or(86_400);
    let max_uses = fields.count("max_uses", 0..=100).set().unwrap_or(0);
    let temporary = fields.flag("temporary").set().unwrap_or(false);
    let unique = fields.flag("unique").set().unwrap_or(false);
    let roles = fields.ids("role_ids", 0..=250).set().unwrap_or_default();
    form.finish()?;
    if !roles.is_empty() {
        world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
        for role in &roles {
            world.need_above_role(guild, *role)?;
        }
    }
    let all = &world.guild(guild)?.invites;
    let similar = all.values().find(|invite| {
        invite.channel == channel
            && invite.by == world.bot
            && (invite.max_age, invite.max_uses, invite.temporary) == (max_age, max_uses, temporary)
    });
    if let Some(similar) = similar.filter(|_| !unique) {
        return Reply::ok(world.invite_json(guild, similar, true));
    }
    if all.len() >= MAX_INVITES {
        return Err(code::MAX_INVITES.into());
    }
    let code: String = world.secret().chars().take(8).collect();
    let invite = Invite {
        code: code.clone(),
        channel,
        by: world.bot,
        max_age,
        max_uses,
        uses: 0,
        temporary,
        created: world.now(),
        roles,
    };
    let shown = world.invite_json(guild, &invite, true);
    let payload = json!({
        "channel_id": channel, "code": code, "created_at": iso(invite.created),
        "guild_id": guild, "inviter": world.user_json(invite.by), "max_age": max_age,
        "max_uses": max_uses, "temporary": temporary, "uses": 0,
        "expires_at": invite.expires().map(iso), "role_ids": invite.roles, "type": 0,
    });
    world.guild_mut(guild)?.invites.insert(code, invite);
    world.tell_invite("INVITE_CREATE", channel, payload);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::INVITE_CREATE,
        channel,
        call.reason.as_deref(),
    ));
    Reply::ok(shown)
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let (guild, invite) = world
        .find_invite(call.text("code"))
        .ok_or(code::UNKNOWN_INVITE)?;
    let mut shown = world.invite_json(guild, invite, false);
    if call.query_flag("with_counts") {
        let count = world
            .guilds
            .get(&guild)
            .map_or(0, |home| home.members.len());
        shown["approximate_member_count"] = count.into();
        shown["approximate_presence_count"] = count.into();
    }
    Reply::ok(shown)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let text = call.text("code");
    let (guild, invite) = world
        .find_invite(text)
        .ok_or_else(|| ApiError::from(code::UNKNOWN_INVITE))?;
    let channel = invite.channel;
    let shown = world.invite_json(guild, invite, false);
    let manages_guild = world
        .permissions_in_guild(world.bot, guild)
        .contains(Permissions::MANAGE_GUILD);
    if !manages_guild {
        world.need_in(channel, Permissions::MANAGE_CHANNELS)?;
    }
    world.guild_mut(guild)?.invites.remove(text);
    let payload = json!({"channel_id": channel, "guild_id": guild, "code": text});
    world.tell_invite("INVITE_DELETE", channel, payload);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::INVITE_DELETE,
        channel,
        call.reason.as_deref(),
    ));
    Reply::ok(shown)
}
