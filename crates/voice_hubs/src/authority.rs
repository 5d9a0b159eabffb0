//! Who may steer a room: checked at every click, on the row as it is at that moment.

use database::{ChannelId, GuildId, UserId};
use feature::{Capability, Ctx, Explain, Lang, Outcome};
use twilight_model::guild::Permissions;

use crate::{
    VoiceHubs,
    model::{NoClaim, Room},
    name::BadName,
    overwrites, store, text, upkeep,
};

/// Making and configuring hubs.
pub(crate) const MANAGE: Capability = Capability {
    name: "hub.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};
/// Steering the rooms of others.
pub(crate) const MODERATE: Capability = Capability {
    name: "hub.moderate",
    by_default: Permissions::MANAGE_CHANNELS.union(Permissions::MOVE_MEMBERS),
    staff: true,
};

/// Why something is not done with a room.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the room is gone")]
    Gone,
    #[error("the room belongs to {0}")]
    NotYours(UserId),
    #[error("a name is refused: {0:?}")]
    Name(BadName),
    #[error("`{0}` is no limit")]
    Limit(String),
    #[error("the owner can not be kept out")]
    Owner,
    #[error("the bot can not be kept out")]
    Bot,
    #[error("the list would hold {0} entries")]
    ListFull(usize),
    #[error("the channel would carry {0} overwrites")]
    Overwrites(usize),
    #[error("the room can not be claimed: {0:?}")]
    Claim(NoClaim),
    #[error("{0} is not in the room")]
    NotThere(UserId),
    #[error("{0} is a bot")]
    ABot(UserId),
    #[error("{0} owns a room of the hub already")]
    OwnsAnother(UserId),
    #[error("the question has expired")]
    Expired,
    #[error("somebody else was asked")]
    NotAsked,
    #[error("the member is in no room")]
    InNoRoom,
    #[error("the request was answered already")]
    Answered,
    #[error("no status is allowed")]
    NoStatus,
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

/// Whether somebody may steer a room.
pub(crate) fn may_steer(ctx: &Ctx<VoiceHubs>, room: &Room) -> Result<(), Refused> {
    let is_staff = ctx.scene.guild == Some(room.guild) && ctx.scene.may(&MODERATE);
    if room.owner == ctx.user() || is_staff {
        Ok(())
    } else {
        Err(Refused::NotYours(room.owner))
    }
}

/// A room that a control names. The id is a hint: in a guild it must be that guild's.
pub(crate) async fn find(ctx: &Ctx<VoiceHubs>, guild: GuildId, room: ChannelId) -> Outcome<Room> {
    if ctx.scene.guild.is_some_and(|here| here != guild) {
        return Err(Refused::Gone.into());
    }
    let mut db = ctx.database.acquire().await?;
    let room = store::room(&mut db, guild, room).await?;
    Ok(room.filter(|room| !room.closing).ok_or(Refused::Gone)?)
}

/// As [`find`], for somebody who may steer it. Remembers the owner's language.
pub(crate) async fn steered(
    ctx: &Ctx<VoiceHubs>,
    guild: GuildId,
    room: ChannelId,
) -> Outcome<Room> {
    let room = find(ctx, guild, room).await?;
    may_steer(ctx, &room)?;
    if room.owner == ctx.user() {
        let mut db = ctx.database.acquire().await?;
        store::remember_lang(&mut db, guild, ctx.user(), ctx.lang()).await?;
    }
    Ok(room)
}

/// What the answer to a click shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shows {
    /// The panel, in place of the message that was clicked.
    Panel,
    /// Something else.
    Other,
}

/// Changes a room for somebody who may, and shows the change to Discord in one edit. What Discord refuses for good is
/// taken back.
pub(crate) async fn steer(
    ctx: &Ctx<VoiceHubs>,
    guild: GuildId,
    room: ChannelId,
    answer: Shows,
    change: impl FnOnce(&mut Room) -> Result<(), Refused> + Send,
) -> Outcome<Room> {
    let known = steered(ctx, guild, room).await?;
    let steering = ctx.feature.watches.steer(known.id);
    // Known before the row is locked: whoever holds one connection must not wait for another, nor for Discord.
    let held = ctx.own_permissions(guild).await?;
    let staff = ctx.manners(guild).await?.staff;
    let mut db = ctx.database.begin().await?;
    let mut room = store::lock_room(&mut db, guild, room)
        .await?
        .ok_or(Refused::Gone)?;
    may_steer(ctx, &room)?;
    let before = room.clone();
    change(&mut room)?;
    let overwrites = overwrites::count(&overwrites::Rules::of(&room, ctx.me.id(), staff, held));
    if overwrites > overwrites::MOST {
        return Err(Refused::Overwrites(overwrites).into());
    }
    let is_edit = (
        &before.mode,
        &before.lists,
        before.user_limit,
        &before.speakers,
    ) != (&room.mode, &room.lists, room.user_limit, &room.speakers);
    if is_edit {
        room.edit_wanted += 1;
    }
    room.panel_wanted += 1;
    let is_panel = answer == Shows::Panel
        && ctx.scene.message.as_ref().is_some_and(|message| {
            room.panel_message
                .is_some_and(|panel| panel.id() == message.id)
        });
    store::save_room(&mut db, &room).await?;
    if room.owner == ctx.user() {
        store::remember_room(&mut db, guild, room.owner, Some(&saved(&room))).await?;
    }
    db.commit().await?;
    if is_panel && steering.is_alone() {
        ctx.feature.watches.shown(guild, room.id, room.panel_wanted);
    }
    if is_edit && let Err(failure) = upkeep::edit(ctx, guild, room.id).await {
        if failure.class() == feature::Class::Permanent {
            take_back(ctx, &before, &room).await?;
        }
        return Err(failure);
    }
    crate::watch::wake(ctx, guild);
    Ok(room)
}

/// What the owner's next room begins with.
pub(crate) fn saved(room: &Room) -> crate::model::Saved {
    let is_own_name = !room.renamed_at.is_empty() || room.wanted_name.is_some();
    crate::model::Saved {
        name: is_own_name.then(|| room.intended_name().to_owned()),
        mode: Some(room.mode),
        user_limit: Some(room.user_limit),
        lists: room.lists.clone(),
    }
}

/// Discord refused: the room is stored as it was, unless somebody changed it meanwhile.
async fn take_back(ctx: &Ctx<VoiceHubs>, before: &Room, after: &Room) -> Outcome<()> {
    let wanted = after.edit_wanted;
    let before = before.clone();
    upkeep::change(ctx, before.guild, before.id, move |room| {
        if room.edit_wanted == wanted {
            room.mode = before.mode;
            room.lists = before.lists;
            room.user_limit = before.user_limit;
            room.speakers = before.speakers;
            room.edit_wanted = before.edit_wanted;
            room.panel_wanted += 1;
        }
    })
    .await?;
    crate::watch::wake(ctx, after.guild);
    Ok(())
}
