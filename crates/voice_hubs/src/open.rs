//! Making a room: its channel, the move of its owner, and what happens when Discord says no.

use database::ChannelId;
use feature::{Class, Explain as _, Kit, Refusal, chain};
use jiff::SignedDuration;
use twilight_model::{
    channel::{Channel, ChannelType},
    gateway::{event::Event, payload::incoming::ChannelCreate},
};

use crate::{
    VoiceHubs,
    channel::{self, NewChannel},
    guild,
    model::{Hub, Problem, Room},
    notice::{self, Line},
    overwrites::{self, Rules},
    plan::TRIES,
    store, text, upkeep,
};

/// The longest pause of a hub that can not work.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Makes the channel of a room that has been written down, if its owner still waits for it.
pub(crate) async fn open(kit: &Kit<VoiceHubs>, hub: &Hub, room: &Room) {
    if !is_waiting(kit, hub, room) {
        drop_room(kit, room).await;
        return;
    }
    match create(kit, hub, room).await {
        Ok(made) => {
            let id = made.id.into();
            settle(kit, Some(hub), room, id).await;
        }
        Err(refusal) => refused(kit, hub, room, &refusal).await,
    }
}

/// Looks for the channel of a room, and makes it if it is not there.
pub(crate) async fn retry(kit: &Kit<VoiceHubs>, hub: Option<&Hub>, room: &Room) {
    if let Err(error) = try_again(kit, hub, room).await {
        tracing::warn!(guild = %room.guild, room = room.id.0, error = error.chain(), "a room can not be looked for");
        upkeep::again_later(kit, room, SignedDuration::from_secs(5)).await;
    }
}

async fn try_again(kit: &Kit<VoiceHubs>, hub: Option<&Hub>, room: &Room) -> feature::Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    let process = &kit.feature.process;
    if !store::take_over(&mut db, room.guild, room.id, room.tries, process, now).await? {
        return Ok(());
    }
    drop(db);
    // The truth, not the cache: the channel may have been made while nobody listened.
    let channels = channel::list(&kit.discord, room.guild).await?;
    let mut found = None;
    for listed in channels {
        let made = listed.permission_overwrites.as_deref().unwrap_or_default();
        let is_it = listed.kind == ChannelType::GuildVoice
            && listed.name.as_deref() == Some(room.name.as_str())
            && overwrites::is_made_for(made, room.owner, kit.me.id())
            && feature::created_at(listed.id.get()) + SignedDuration::from_secs(10)
                >= room.opening_since;
        if is_it && !is_claimed(kit, room, listed.id.into()).await? {
            found = Some(ChannelId::from(listed.id));
            remember(kit, listed);
            break;
        }
    }
    let is_waiting = hub.is_some_and(|hub| is_waiting(kit, hub, room));
    match (found, hub) {
        (Some(channel), hub) => settle(kit, hub, room, channel).await,
        (None, Some(hub)) if is_waiting && room.tries < TRIES => open(kit, hub, room).await,
        (None, hub) => {
            let mut db = kit.database.acquire().await?;
            store::drop_room(&mut db, room.guild, room.id).await?;
            if is_waiting && let Some(hub) = hub {
                notice::member(kit, hub, room.owner, |lang, user| {
                    text::discord_does_not_answer(lang, user)
                })
                .await;
            }
        }
    }
    Ok(())
}

/// Whether the owner still sits in the hub.
fn is_waiting(kit: &Kit<VoiceHubs>, hub: &Hub, room: &Room) -> bool {
    kit.feature
        .watches
        .seat(room.guild, room.owner)
        .is_some_and(|seat| seat.channel == hub.channel)
}

/// Forgets a room that has no channel. What stays written down is looked for again, and forgotten then.
async fn drop_room(kit: &Kit<VoiceHubs>, room: &Room) {
    let dropped = async {
        let mut db = kit.database.acquire().await?;
        store::drop_room(&mut db, room.guild, room.id).await
    };
    if let Err(error) = dropped.await {
        tracing::warn!(guild = %room.guild, error = chain(&error), "a room that was not made is still written down");
    }
}

async fn is_claimed(
    kit: &Kit<VoiceHubs>,
    room: &Room,
    channel: ChannelId,
) -> feature::Outcome<bool> {
    let mut db = kit.database.acquire().await?;
    Ok(store::room(&mut db, room.guild, channel).await?.is_some())
}

/// The event that says so may come later than the answer.
pub(crate) fn remember(kit: &Kit<VoiceHubs>, made: Channel) {
    kit.cache
        .update(&Event::ChannelCreate(Box::new(ChannelCreate(made))));
}

/// The channel is there: moves the owner in. The next round writes the channel down, together with those of others.
pub(crate) async fn settle(
    kit: &Kit<VoiceHubs>,
    hub: Option<&Hub>,
    room: &Room,
    channel: ChannelId,
) {
    let watches = &kit.feature.watches;
    watches.made(room.guild, room.id, channel);
    if hub.is_some_and(|hub| is_waiting(kit, hub, room)) {
        move_in(kit, hub, room, channel).await;
    }
    let Some(hub) = hub else { return };
    if hub.problem.is_some() {
        clear_problem(kit, hub).await;
    }
    notice::log(
        kit,
        hub,
        Line::Opened {
            room: channel,
            owner: room.owner,
        },
    );
    if let Some(status) = &room.status
        && let Err(refusal) = channel::set_status(&kit.discord, channel, Some(status)).await
    {
        tracing::info!(guild = %room.guild, error = chain(&refusal), "a room goes without its status");
    }
}

/// Moves the owner from the hub into the room.
pub(crate) async fn move_in(
    kit: &Kit<VoiceHubs>,
    hub: Option<&Hub>,
    room: &Room,
    channel: ChannelId,
) {
    let watches = &kit.feature.watches;
    let seen = watches.changes(room.guild, room.owner);
    let moved = channel::move_member(&kit.discord, room.guild, room.owner, Some(channel)).await;
    match moved {
        Ok(()) => watches.moved(room.guild, room.owner, seen, Some(channel)),
        Err(Refusal::NotInVoice | Refusal::Gone(feature::discord::Thing::Member)) => {
            watches.moved(room.guild, room.owner, seen, None);
        }
        Err(refusal) if refusal.class() != Class::Permanent => {
            upkeep::again_later(kit, room, upkeep::pause(kit, refusal.class())).await;
        }
        Err(refusal) if refusal.is_gone() => {}
        Err(refusal) => {
            tracing::warn!(guild = %room.guild, error = chain(&refusal), "a member can not be moved into their room");
            if let Some(hub) = hub {
                problem(kit, hub, Problem::Move, Some(&refusal), room).await;
            }
        }
    }
}

/// The channel was not made, or not certainly.
async fn refused(kit: &Kit<VoiceHubs>, hub: &Hub, room: &Room, refusal: &Refusal) {
    tracing::warn!(guild = %room.guild, hub = %hub.channel, error = chain(refusal), "a room can not be made");
    let problem_is = match refusal {
        Refusal::Limited { .. }
        | Refusal::Unavailable { .. }
        | Refusal::TimedOut { .. }
        | Refusal::Lost(_)
        | Refusal::Unreadable(_) => {
            let doubling = SignedDuration::from_secs(1 << room.tries.min(5));
            let pause = match refusal {
                Refusal::Limited { .. } => upkeep::pause(kit, refusal.class()),
                _ => doubling,
            };
            upkeep::again_later(kit, room, pause).await;
            return;
        }
        Refusal::Full { .. } => Problem::GuildFull,
        Refusal::Forbidden { code: 50_001, .. } => Problem::Access,
        _ => Problem::Create,
    };
    kit.me.forget(room.guild);
    drop_room(kit, room).await;
    problem(kit, hub, problem_is, Some(refusal), room).await;
}

/// Something stands in the hub's way: pauses it, longer each time, and tells the member and staff.
async fn problem(
    kit: &Kit<VoiceHubs>,
    hub: &Hub,
    what: Problem,
    refusal: Option<&Refusal>,
    room: &Room,
) {
    let now = kit.clock.now();
    let strikes = hub.strikes.saturating_add(1);
    let pause =
        (SignedDuration::from_mins(1) * (1 << i32::from(strikes.min(7) - 1))).min(LONGEST_PAUSE);
    let written = async {
        let mut db = kit.database.acquire().await?;
        store::set_problem(
            &mut db,
            hub.guild,
            hub.channel,
            Some(what),
            strikes,
            Some(now + pause),
        )
        .await
    };
    if let Err(error) = written.await {
        tracing::warn!(guild = %hub.guild, error = chain(&error), "a hub's trouble could not be written down");
    }
    kit.feature
        .watches
        .told(hub.guild, room.owner, now + notice::SILENCE);
    let needed = match refusal {
        Some(Refusal::Forbidden { needed, .. }) => *needed,
        _ => twilight_model::guild::Permissions::empty(),
    };
    notice::problem(kit, hub, room.owner, what, needed).await;
}

async fn clear_problem(kit: &Kit<VoiceHubs>, hub: &Hub) {
    let written = async {
        let mut db = kit.database.acquire().await?;
        store::set_problem(&mut db, hub.guild, hub.channel, None, 0, None).await
    };
    if let Err(error) = written.await {
        tracing::warn!(guild = %hub.guild, error = chain(&error), "that a hub works again could not be written down");
    }
}

/// Makes the channel in the first category that has room for it.
async fn create(kit: &Kit<VoiceHubs>, hub: &Hub, room: &Room) -> Result<Channel, Refusal> {
    let overwrites = overwrites::of_room(&rules_of(kit, room).await?);
    let highest = guild::highest_bitrate(kit, room.guild);
    let region = hub.region.as_deref();
    let primary = hub
        .category
        .filter(|category| guild::exists(kit, *category))
        .or_else(|| guild::parent(kit, hub.channel));
    let mut candidates: Vec<ChannelId> = primary
        .into_iter()
        .chain(hub.overflow.iter().copied())
        .collect();
    candidates.extend(made_categories(kit, hub).await);
    candidates.retain(|category| guild::exists(kit, *category));
    candidates.dedup();
    let mut new = NewChannel {
        name: &room.name,
        kind: ChannelType::GuildVoice,
        parent_id: None,
        permission_overwrites: &overwrites,
        user_limit: (room.user_limit > 0).then_some(room.user_limit),
        bitrate: hub.bitrate.map(|bitrate| bitrate.min(highest)),
        rtc_region: region,
    };
    for category in &candidates {
        if guild::children(kit, room.guild, *category) >= guild::NEARLY_FULL {
            if Some(*category) == primary {
                set_full(kit, hub, true).await;
            }
            continue;
        }
        new.parent_id = Some(*category);
        match channel::create(&kit.discord, room.guild, &new).await {
            // The guild itself is full: no other category helps.
            Err(refusal @ Refusal::Full { code: 30_013, .. }) => return Err(refusal),
            Err(Refusal::Full { .. }) => {}
            Err(refusal) => return Err(refusal),
            Ok(made) => {
                remember(kit, made.clone());
                if hub.full_since.is_some() && Some(*category) == primary {
                    set_full(kit, hub, false).await;
                }
                return Ok(made);
            }
        }
        if Some(*category) == primary {
            set_full(kit, hub, true).await;
        }
    }
    if let Some(primary) = primary.filter(|_| !candidates.is_empty()) {
        if hub.copies_category {
            new.parent_id = copy_category(kit, hub, primary).await?;
        } else {
            new.parent_id = None;
        }
    }
    let made = channel::create(&kit.discord, room.guild, &new).await?;
    remember(kit, made.clone());
    Ok(made)
}

async fn made_categories(kit: &Kit<VoiceHubs>, hub: &Hub) -> Vec<ChannelId> {
    if hub.full_since.is_none() {
        return Vec::new();
    }
    let read = async {
        let mut db = kit.database.acquire().await?;
        store::overflows(&mut db, hub.guild).await
    };
    read.await
        .unwrap_or_default()
        .into_iter()
        .filter(|(of, _)| *of == hub.channel)
        .map(|(_, category)| category)
        .collect()
}

/// Begins or ends an episode of a full category; staff hears of its beginning.
async fn set_full(kit: &Kit<VoiceHubs>, hub: &Hub, is_full: bool) {
    let since = is_full.then(|| kit.clock.now());
    let changed = async {
        let mut db = kit.database.acquire().await?;
        store::set_full(&mut db, hub.guild, hub.channel, since).await
    };
    match changed.await {
        Ok(true) if is_full => notice::category_full(kit, hub).await,
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(guild = %hub.guild, error = chain(&error), "a full category could not be written down");
        }
    }
}

/// Makes a category like one that is full. Two rooms at once make one: the work waits in line.
async fn copy_category(
    kit: &Kit<VoiceHubs>,
    hub: &Hub,
    primary: ChannelId,
) -> Result<Option<ChannelId>, Refusal> {
    let _permit = kit.feature.categories.acquire().await;
    let made = made_categories_now(kit, hub).await;
    let with_room = made
        .iter()
        .find(|category| {
            guild::exists(kit, **category)
                && guild::children(kit, hub.guild, **category) < guild::NEARLY_FULL
        })
        .copied();
    if with_room.is_some() {
        return Ok(with_room);
    }
    let name = guild::name_of(kit, primary).unwrap_or_default();
    let name = feature::card::cut(&name, 95);
    let number = made.len() + 2;
    let held = kit.own_permissions(hub.guild).await?;
    let (overwrites, _) = feature::permissions::masked(&guild::overwrites_of(kit, primary), held);
    let new = NewChannel {
        name: &format!("{name} {number}"),
        kind: ChannelType::GuildCategory,
        parent_id: None,
        permission_overwrites: &overwrites,
        user_limit: None,
        bitrate: None,
        rtc_region: None,
    };
    let category = channel::create(&kit.discord, hub.guild, &new).await?;
    let id = ChannelId::from(category.id);
    remember(kit, category);
    let written = async {
        let mut db = kit.database.acquire().await?;
        store::add_overflow(&mut db, hub.guild, hub.channel, id).await
    };
    if let Err(error) = written.await {
        tracing::warn!(guild = %hub.guild, category = %id, error = chain(&error), "a new category could not be written down");
    }
    Ok(Some(id))
}

async fn made_categories_now(kit: &Kit<VoiceHubs>, hub: &Hub) -> Vec<ChannelId> {
    let hub = Hub {
        full_since: Some(kit.clock.now()),
        ..hub.clone()
    };
    made_categories(kit, &hub).await
}

/// What the overwrites of a room follow from.
pub(crate) async fn rules_of<'a>(
    kit: &Kit<VoiceHubs>,
    room: &'a Room,
) -> Result<Rules<'a>, Refusal> {
    // Without the settings the staff role is missing until the next edit: better than no room.
    let staff = kit
        .manners(room.guild)
        .await
        .ok()
        .and_then(|manners| manners.staff);
    let held = kit.own_permissions(room.guild).await?;
    Ok(Rules::of(room, kit.me.id(), staff, held))
}
