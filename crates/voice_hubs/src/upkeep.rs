//! Keeping rooms as they are wanted: edits, names, panels, and the end.

use database::{ChannelId, GuildId, MessageId, UserId};
use feature::{Class, Explain as _, Failure, Kit, Outcome, Refusal, chain, discord::Post};
use jiff::SignedDuration;

use crate::{
    VoiceHubs, channel, guild,
    model::{Hub, RENAME_WINDOW, RENAMES, Room, RoomId},
    notice::{self, Line},
    open, overwrites, panel,
    store::{self, Posted},
    text, waiting,
};

/// After how long something that Discord refuses for good is tried again: somebody may have mended it.
const MENDED: SignedDuration = SignedDuration::from_mins(5);

/// How long to wait before something is tried once more.
pub(crate) fn pause(kit: &Kit<VoiceHubs>, class: Class) -> SignedDuration {
    let pause = match class {
        Class::RetryAt(at) => at.duration_since(kit.clock.now()),
        Class::RetryAfter(pause) => pause,
        Class::Transient => SignedDuration::from_secs(5),
        Class::Permanent => MENDED,
    };
    pause.max(SignedDuration::from_secs(1))
}

/// Tries what failed once more, later.
pub(crate) async fn again_later(kit: &Kit<VoiceHubs>, room: &Room, pause: SignedDuration) {
    let again_at = kit.clock.now() + pause;
    let written = change(kit, room.guild, room.id, |room| {
        room.again_at = Some(again_at);
    })
    .await;
    if let Err(failure) = written {
        tracing::warn!(guild = %room.guild, error = failure.chain(), "a room could not be put off");
    }
}

/// Notes a refusal with the room, and when to try again.
async fn put_off(kit: &Kit<VoiceHubs>, room: &Room, what: &str, refusal: &Refusal) {
    let again_at = kit.clock.now() + pause(kit, refusal.class());
    tracing::warn!(guild = %room.guild, room = room.id.0, what, error = chain(refusal), "a room can not be kept as wanted");
    let problem = feature::card::cut(&format!("{what}: {}", chain(refusal)), 1000);
    let written = change(kit, room.guild, room.id, |room| {
        room.problem = Some(problem);
        room.again_at = Some(again_at);
    })
    .await;
    if let Err(failure) = written {
        tracing::warn!(guild = %room.guild, error = failure.chain(), "a room could not be put off");
    }
}

/// Changes a room that is still there; returns it as it is now.
pub(crate) async fn change(
    kit: &Kit<VoiceHubs>,
    guild: GuildId,
    room: RoomId,
    change: impl FnOnce(&mut Room) + Send,
) -> Outcome<Option<Room>> {
    let mut db = kit.database.begin().await?;
    let Some(mut room) = store::lock_room_by_id(&mut db, guild, room).await? else {
        return Ok(None);
    };
    change(&mut room);
    store::save_room(&mut db, &room).await?;
    db.commit().await?;
    Ok(Some(room))
}

/// Deletes the channels of a room, then forgets it. The row outlives the channel until Discord confirms.
pub(crate) async fn close(kit: &Kit<VoiceHubs>, hub: Option<&Hub>, room: &Room) {
    if let Err(refusal) = delete_channels(kit, room).await {
        put_off(kit, room, "deleting the room", &refusal).await;
        if refusal.class() == Class::Permanent
            && let Some(hub) = hub
        {
            let channel = room.channel;
            notice::staff_of(kit, hub, |lang| text::room_stays(lang, channel)).await;
        }
        return;
    }
    forget(kit, hub, room).await;
}

pub(crate) async fn delete_channels(kit: &Kit<VoiceHubs>, room: &Room) -> Result<(), Refusal> {
    if let Some(waiting) = room.waiting_channel {
        channel::delete(&kit.discord, waiting).await?;
    }
    if let Some(channel) = room.channel {
        channel::delete(&kit.discord, channel).await?;
    }
    Ok(())
}

/// The channel of a room is gone: forgets the room, and tells who waited for it.
pub(crate) async fn forget(kit: &Kit<VoiceHubs>, hub: Option<&Hub>, room: &Room) {
    waiting::turn_away(kit, room).await;
    let dropped = async {
        let mut db = kit.database.begin().await?;
        let is_dropped = store::drop_room(&mut db, room.guild, room.id).await?;
        store::drop_dead_hubs(&mut db, room.guild).await?;
        db.commit().await?;
        Ok::<_, sqlx::Error>(is_dropped)
    };
    kit.feature.watches.gone(room.guild, room.id);
    match dropped.await {
        Ok(true) => {
            if let (Some(hub), Some(_)) = (hub, room.channel) {
                let line = Line::Closed {
                    name: room.name.clone(),
                    owner: room.owner,
                };
                notice::log(kit, hub, line);
            }
        }
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(guild = %room.guild, room = room.id.0, error = chain(&error), "a room could not be forgotten");
        }
    }
}

/// Disconnects somebody who is kept out.
pub(crate) async fn show_out(kit: &Kit<VoiceHubs>, room: &Room, member: UserId) {
    let watches = &kit.feature.watches;
    let seen = watches.changes(room.guild, member);
    match channel::move_member(&kit.discord, room.guild, member, None).await {
        Ok(()) | Err(Refusal::NotInVoice) => watches.moved(room.guild, member, seen, None),
        Err(refusal) if refusal.is_gone() => watches.moved(room.guild, member, seen, None),
        Err(refusal) => put_off(kit, room, "disconnecting somebody", &refusal).await,
    }
}

/// Brings a room's channel up to what is wanted: one edit, however many changes have gathered.
///
/// # Errors
///
/// Says why Discord refuses.
pub(crate) async fn edit(kit: &Kit<VoiceHubs>, guild: GuildId, room: RoomId) -> Outcome<()> {
    let gate = kit.feature.watches.gate(room);
    let permit = gate.acquire().await.map_err(Failure::fault)?;
    let mut db = kit.database.acquire().await?;
    let Some(room) = store::room_by_id(&mut db, guild, room).await? else {
        return Ok(());
    };
    drop(db);
    let Some(channel) = room.channel.filter(|_| room.edit_wanted > room.edit_done) else {
        return Ok(());
    };
    let overwrites = overwrites::of_room(&open::rules_of(kit, &room).await?);
    channel::edit(&kit.discord, channel, &overwrites, room.user_limit).await?;
    let done = room.edit_wanted;
    change(kit, guild, room.id, |room| {
        room.edit_done = done;
        room.problem = None;
        room.again_at = None;
    })
    .await?;
    drop(permit);
    Ok(())
}

/// As [`edit`], for the plan: what is refused is tried again later.
pub(crate) async fn edit_again(kit: &Kit<VoiceHubs>, room: &Room) {
    if let Err(failure) = edit(kit, room.guild, room.id).await {
        tracing::warn!(guild = %room.guild, room = room.id.0, error = failure.chain(), "a room can not be edited");
        again_later(kit, room, pause(kit, failure.class())).await;
    }
}

/// How a change of name went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Renamed {
    /// The channel has the name.
    Now,
    /// It gets it then.
    Later(jiff::Timestamp),
    /// The room is gone, or has the name already.
    Nothing,
}

/// Gives a room's channel the name that is wanted, if Discord allows one more change now.
///
/// # Errors
///
/// Says why Discord refuses.
pub(crate) async fn rename(kit: &Kit<VoiceHubs>, guild: GuildId, room: RoomId) -> Outcome<Renamed> {
    let gate = kit.feature.watches.gate(room);
    let permit = gate.acquire().await.map_err(Failure::fault)?;
    let mut db = kit.database.acquire().await?;
    let Some(room) = store::room_by_id(&mut db, guild, room).await? else {
        return Ok(Renamed::Nothing);
    };
    drop(db);
    let now = kit.clock.now();
    let (Some(channel), Some(name)) = (room.channel, room.wanted_name.clone()) else {
        return Ok(Renamed::Nothing);
    };
    if let (_, Some(next)) = room.renames_left(now) {
        return Ok(Renamed::Later(next));
    }
    match channel::rename(&kit.discord, channel, &name).await {
        Ok(()) => {
            change(kit, guild, room.id, |room| {
                room.renamed_at.retain(|at| *at + RENAME_WINDOW > now);
                room.renamed_at.push(now);
                // Another wish may have come meanwhile.
                if room.wanted_name.as_ref() == Some(&name) {
                    room.wanted_name = None;
                }
                room.name = name;
                room.panel_wanted += 1;
                room.again_at = None;
            })
            .await?;
            drop(permit);
            Ok(Renamed::Now)
        }
        Err(Refusal::Limited { again_at, .. }) => {
            // Discord counts more than we know of: believe it.
            change(kit, guild, room.id, |room| {
                room.renamed_at = vec![again_at - RENAME_WINDOW; RENAMES];
                room.panel_wanted += 1;
            })
            .await?;
            drop(permit);
            Ok(Renamed::Later(again_at))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// As [`rename`], for the plan: what is refused for good is dropped, the rest tried again.
pub(crate) async fn rename_again(kit: &Kit<VoiceHubs>, room: &Room) {
    let Err(failure) = rename(kit, room.guild, room.id).await else {
        return;
    };
    tracing::warn!(guild = %room.guild, room = room.id.0, error = failure.chain(), "a room can not be renamed");
    if failure.class() == Class::Permanent {
        let dropped = change(kit, room.guild, room.id, |room| {
            room.wanted_name = None;
            room.panel_wanted += 1;
        })
        .await;
        if let Err(failure) = dropped {
            tracing::warn!(guild = %room.guild, error = failure.chain(), "a wish for a name could not be dropped");
        }
    } else {
        again_later(kit, room, SignedDuration::from_secs(5)).await;
    }
}

/// Posts the first panel of a room.
pub(crate) async fn post_first_panel(kit: &Kit<VoiceHubs>, room: &Room, lang: feature::Lang) {
    let Some(channel) = room.channel else { return };
    let card = panel::card(kit, lang, room);
    match post_panel(kit, room, channel, lang, &card).await {
        Ok(place) => kit.feature.watches.posted(
            room.guild,
            Posted {
                room: room.id,
                revision: room.panel_wanted,
                place,
            },
        ),
        Err(failure) => put_panel_off(kit, room.guild, room.id, &failure).await,
    }
}

/// Brings the panel of a room up to what is so: edits it, or posts it anew.
pub(crate) async fn show_panel(kit: &Kit<VoiceHubs>, guild: GuildId, room: RoomId) {
    if let Err(failure) = try_panel(kit, guild, room).await {
        put_panel_off(kit, guild, room, &failure).await;
    }
}

async fn put_panel_off(kit: &Kit<VoiceHubs>, guild: GuildId, room: RoomId, failure: &Failure) {
    tracing::info!(%guild, room = room.0, error = failure.chain(), "a panel can not be shown");
    let again_at = kit.clock.now() + pause(kit, failure.class());
    let put_off = change(kit, guild, room, |room| room.again_at = Some(again_at)).await;
    if let Err(failure) = put_off {
        tracing::warn!(%guild, error = failure.chain(), "a panel could not be put off");
    }
}

async fn try_panel(kit: &Kit<VoiceHubs>, guild: GuildId, room: RoomId) -> Outcome<()> {
    let gate = kit.feature.watches.gate(room);
    let _permit = gate.acquire().await.map_err(Failure::fault)?;
    let mut db = kit.database.acquire().await?;
    let Some(room) = store::room_by_id(&mut db, guild, room).await? else {
        return Ok(());
    };
    let lang = owner_lang(kit, &mut db, &room).await?;
    drop(db);
    let Some(channel) = room.channel.filter(|_| room.panel_wanted > room.panel_done) else {
        return Ok(());
    };
    let card = panel::card(kit, lang, &room);
    let shown = match (room.panel_channel, room.panel_message) {
        (Some(place), Some(message)) => {
            match kit.discord.repost(place, message, lang, &card).await {
                Ok(()) => Some((place, message)),
                // Somebody deleted it, or the chat was closed to us: once more elsewhere.
                Err(refusal) if refusal.class() == Class::Permanent => {
                    post_panel(kit, &room, channel, lang, &card).await?
                }
                Err(refusal) => return Err(refusal.into()),
            }
        }
        _ => post_panel(kit, &room, channel, lang, &card).await?,
    };
    let done = room.panel_wanted;
    change(kit, guild, room.id, |room| {
        room.panel_done = done;
        room.panel_channel = shown.map(|(place, _)| place);
        room.panel_message = shown.map(|(_, message)| message);
    })
    .await?;
    Ok(())
}

/// In the room's chat, else as a direct message; nowhere when both are closed: `/hub panel` shows it then.
async fn post_panel(
    kit: &Kit<VoiceHubs>,
    room: &Room,
    channel: ChannelId,
    lang: feature::Lang,
    card: &feature::Card,
) -> Outcome<Option<(ChannelId, MessageId)>> {
    // A panel in somebody else's direct messages is no use to a new owner, and one made twice none to anybody.
    let nonce = format!("p{}-{}", room.id.0, room.owner.get() % 1_000_000);
    let post = Post {
        nonce: Some(&nonce),
        pings: &[room.owner],
        ..Post::default()
    };
    match kit.discord.post(channel, lang, card, post).await {
        Ok(message) => return Ok(Some((channel, message))),
        Err(refusal) if refusal.class() == Class::Permanent => {}
        Err(refusal) => return Err(refusal.into()),
    }
    match kit.discord.direct(room.owner, lang, card).await {
        Ok(shown) => Ok(Some(shown)),
        Err(refusal) if refusal.class() == Class::Permanent => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The language that the owner uses, else the guild's.
pub(crate) async fn owner_lang(
    kit: &Kit<VoiceHubs>,
    db: &mut sqlx::PgConnection,
    room: &Room,
) -> Outcome<feature::Lang> {
    let remembered = store::remembered(db, room.guild, &[room.owner]).await?;
    let own = remembered
        .get(&room.owner)
        .and_then(|remembered| remembered.lang);
    match own {
        Some(lang) => Ok(lang),
        None => Ok(kit.manners(room.guild).await?.lang),
    }
}

/// Deletes a channel that was made twice.
pub(crate) async fn delete_stray(kit: &Kit<VoiceHubs>, stray: ChannelId) {
    if let Err(refusal) = channel::delete(&kit.discord, stray).await {
        tracing::warn!(channel = %stray, error = chain(&refusal), "a channel that was made twice can not be deleted");
    }
}

/// Deletes a category that was made when others were full and that is empty now.
pub(crate) async fn drop_category(kit: &Kit<VoiceHubs>, guild: GuildId, category: ChannelId) {
    let dropped = async {
        let _permit = kit
            .feature
            .categories
            .acquire()
            .await
            .map_err(Failure::fault)?;
        if guild::children(kit, guild, category) > 0 {
            return Ok(());
        }
        channel::delete(&kit.discord, category).await?;
        let mut db = kit.database.begin().await?;
        store::drop_overflow(&mut db, guild, category).await?;
        store::drop_dead_hubs(&mut db, guild).await?;
        db.commit().await?;
        Ok::<(), Failure>(())
    };
    if let Err(failure) = dropped.await {
        tracing::warn!(%guild, %category, error = failure.chain(), "an empty category can not be deleted");
    }
}
