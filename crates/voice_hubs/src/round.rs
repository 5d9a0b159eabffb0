//! A round: reads what is stored, plans, writes down what was decided, and starts what Discord must do.
//!
//! A guild has one round at a time in this process; what happens meanwhile is in the next. So a hundred joins at once
//! cost a handful of queries, and each join still gets its own calls to Discord side by side.

use std::collections::{HashMap, HashSet};

use database::{ChannelId, GuildId, UserId};
use feature::{Feature as _, Kit, Lang, Manners, Outcome};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use twilight_model::guild::Permissions;

use crate::{
    VoiceHubs, guild,
    model::{Hub, Room, RoomId},
    name, notice, open,
    overwrites::source,
    plan::{Key, Picture, Plan, Step, WARN_AT, plan},
    settings::VoiceSettings,
    store::{self, Joined, NewRoom, Remembered},
    template::{Template, Values},
    text, upkeep, waiting,
    watch::{Haste, Person, Snapshot, wake, wake_with},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Plans a guild again at an instant.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct LookAgain {
    guild: GuildId,
}

impl Job for LookAgain {
    const NAME: &'static str = "voice_hubs.look_again";
}

pub(crate) async fn look_again(kit: Kit<VoiceHubs>, look: LookAgain) -> Outcome<()> {
    if crate::watch::know(&kit, look.guild).await? {
        wake(&kit, look.guild);
    }
    Ok(())
}

/// How a round ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// What was known is stored, and what follows from it is on its way.
    Stored,
    /// Discord has not told of the guild yet, or it is in an outage: nothing was done.
    Unknown,
}

/// One round.
pub(crate) async fn round(
    kit: &Kit<VoiceHubs>,
    guild: GuildId,
    snapshot: &Snapshot,
) -> Outcome<Ended> {
    let Some(channels) = guild::channels(kit, guild) else {
        return Ok(Ended::Unknown);
    };
    let now = kit.clock.now();
    let watches = &kit.feature.watches;
    // Before a connection is taken: whoever holds one must not wait for another, nor for Discord.
    let manners = kit.manners(guild).await?;
    let settings = kit.settings.get::<VoiceSettings>(guild).await?;
    // Nothing is done yet: who sits where is stored, and that is all.
    let is_past = !snapshot.is_present || kit.pulse.awaits(guild);
    let is_idle = is_past || kit.is_off(VoiceHubs::NAME, guild).await?;
    let held = if is_idle {
        Permissions::empty()
    } else {
        kit.own_permissions(guild).await?
    };
    let mut db = kit.database.acquire().await?;
    if snapshot.must_read_seats {
        watches.read_again(guild, store::seats(&mut db, guild).await?);
    }
    if !snapshot.made.is_empty() {
        store::set_channels(&mut db, guild, &snapshot.made).await?;
    }
    if !snapshot.posted.is_empty() {
        store::set_panels(&mut db, guild, &snapshot.posted).await?;
    }
    let Stored {
        hubs,
        mut rooms,
        joined,
    } = read(&mut db, guild, snapshot, now, is_idle).await?;
    watches.learn_hubs(guild, hubs.iter().map(|hub| hub.channel));
    if hubs.is_empty() && rooms.is_empty() {
        watches.forget(guild);
        return Ok(Ended::Stored);
    }
    if is_idle {
        write_seats(kit, &mut db, guild, snapshot, &hubs, &rooms).await?;
        return Ok(Ended::Stored);
    }
    let Joined {
        recent,
        today,
        remembered,
    } = joined;
    let requests = if rooms.iter().any(|room| room.waiting_channel.is_some()) {
        store::requests(&mut db, guild).await?
    } else {
        Vec::new()
    };
    let overflows = if hubs
        .iter()
        .any(|hub| hub.full_since.is_some() || hub.copies_category || !hub.active)
    {
        store::overflows(&mut db, guild)
            .await?
            .into_iter()
            .map(|(hub, category)| (hub, category, guild::children(kit, guild, category)))
            .collect()
    } else {
        Vec::new()
    };
    let strays = guild::strays(kit, &channels, &rooms);
    let made = plan(&Picture {
        now,
        process: &kit.feature.process,
        staff: manners.staff,
        hubs: &hubs,
        rooms: &rooms,
        seats: &snapshot.seats,
        channels: &channels,
        strays: &strays,
        busy: &snapshot.busy,
        shown: &snapshot.shown,
        recent: &recent,
        per_guild: settings.per_guild,
        today,
        requests: &requests,
        overflows: &overflows,
    });

    // New rooms first, for somebody waits; each write stands for itself, and the events are held until all are done.
    let surroundings = Surroundings {
        kit,
        guild,
        manners: &manners,
        settings: &settings,
        held,
    };
    let (wanted, unknown) = prepare(&surroundings, remembered, &hubs, &made);
    let mut begun = Vec::new();
    if !wanted.is_empty() {
        begun = store::add_rooms(&mut db, guild, &kit.feature.process, now, &wanted).await?;
    }
    if begun.len() < wanted.len() {
        // What another process had on its way arrived after the rooms were read: the next round sees it.
        wake(kit, guild);
    }
    for room in &begun {
        if let Some(hub) = hubs.iter().find(|hub| hub.channel == room.hub) {
            let (hub, room) = (hub.clone(), room.clone());
            start(kit, guild, Key::Room(room.id), async move |kit| {
                let _turn = kit.feature.watches.turn(guild).await;
                open::open(&kit, &hub, &room).await;
            });
        }
    }
    let known_before = rooms.len();
    rooms.extend(begun);
    write_seats(kit, &mut db, guild, snapshot, &hubs, &rooms[..known_before]).await?;
    if write_steps(&mut db, guild, &made, now).await? {
        // More may follow from what the rows say now.
        wake(kit, guild);
    }
    if let Some(at) = made.again_at {
        let job = NewJob::new(&LookAgain { guild })
            .map_err(feature::Failure::fault)?
            .key(guild.to_string())
            .at(at);
        kit.jobs.enqueue(&mut db, job).await?;
    }
    let opened_today = today + i64::try_from(rooms.len() - known_before).unwrap_or_default();
    let warns = today < WARN_AT
        && opened_today >= WARN_AT
        && store::take_day_warning(&mut db, guild, now.to_zoned(manners.zone.clone()).date())
            .await?;
    let langs = panel_langs(&mut db, guild, &made, &rooms).await?;
    drop(db);
    for member in unknown {
        start(kit, guild, Key::Member(member), async move |kit| {
            learn(&kit, guild, member).await;
        });
    }
    for step in made.steps {
        match step {
            Step::Panel(id) => {
                if let Some(room) = rooms.iter().find(|room| room.id == id) {
                    let lang = langs.get(&room.owner).copied().unwrap_or(manners.lang);
                    show_panel(kit, room, lang);
                }
            }
            step => perform(kit, guild, &hubs, &rooms, step),
        }
    }
    if warns && let Some(hub) = hubs.iter().find(|hub| hub.active) {
        let hub = hub.clone();
        let task = kit.clone();
        kit.spawn("notice", async move {
            let lang = manners.lang;
            notice::staff(&task, &hub, text::many_rooms_today(lang, opened_today)).await;
        });
    }
    Ok(Ended::Stored)
}

/// What is stored of a guild.
struct Stored {
    hubs: Vec<Hub>,
    rooms: Vec<Room>,
    joined: Joined,
}

/// Reads what is stored.
async fn read(
    db: &mut sqlx::PgConnection,
    guild: GuildId,
    snapshot: &Snapshot,
    now: Timestamp,
    is_idle: bool,
) -> Outcome<Stored> {
    let hubs = store::hubs(&mut *db, guild).await?;
    let rooms = store::rooms(&mut *db, guild).await?;
    let awaited: Vec<UserId> = snapshot
        .seats
        .iter()
        .filter(|(_, seat)| {
            let is_hub = |hub: &Hub| hub.active && hub.channel == seat.channel;
            !seat.is_bot && hubs.iter().any(is_hub)
        })
        .map(|(user, _)| *user)
        .collect();
    let mut joined = Joined::default();
    if !is_idle && !awaited.is_empty() {
        let since = now - crate::plan::MINUTE;
        joined = store::joined(&mut *db, guild, since, now - DAY, &awaited).await?;
    }
    Ok(Stored {
        hubs,
        rooms,
        joined,
    })
}

/// Starts work on something, and has the guild planned again when it is done.
pub(crate) fn start<Work>(
    kit: &Kit<VoiceHubs>,
    guild: GuildId,
    key: Key,
    work: impl FnOnce(Kit<VoiceHubs>) -> Work,
) where
    Work: Future<Output = ()> + Send + 'static,
{
    if !kit.feature.watches.take(guild, key) {
        return;
    }
    let release = Release {
        kit: kit.clone(),
        guild,
        key,
    };
    let work = work(kit.clone());
    kit.spawn("step", async move {
        work.await;
        drop(release);
    });
}

/// Releases what was worked on, also when the work panics, and plans again.
struct Release {
    kit: Kit<VoiceHubs>,
    guild: GuildId,
    key: Key,
}

impl Drop for Release {
    fn drop(&mut self) {
        self.kit.feature.watches.release(self.guild, self.key);
        wake_with(&self.kit, self.guild, Haste::Soon);
    }
}

/// The languages of owners whose rooms get their first panels, as far as they are remembered.
async fn panel_langs(
    db: &mut sqlx::PgConnection,
    guild: GuildId,
    plan: &Plan,
    rooms: &[Room],
) -> Outcome<HashMap<UserId, Lang>> {
    let owners: Vec<UserId> = rooms
        .iter()
        .filter(|room| room.panel_message.is_none() && plan.steps.contains(&Step::Panel(room.id)))
        .map(|room| room.owner)
        .collect();
    if owners.is_empty() {
        return Ok(HashMap::new());
    }
    let remembered = store::remembered(db, guild, &owners).await?;
    let lang_of = |(owner, member): (UserId, Remembered)| Some((owner, member.lang?));
    Ok(remembered.into_iter().filter_map(lang_of).collect())
}

/// A first panel shows the room as the round knows it, and the next round writes down where it is, together with those
/// of others. One that is there can be clicked meanwhile, so it is brought up to what is so then.
fn show_panel(kit: &Kit<VoiceHubs>, room: &Room, lang: Lang) {
    let room = room.clone();
    start(kit, room.guild, Key::Room(room.id), async move |kit| {
        if room.panel_message.is_some() {
            upkeep::show_panel(&kit, room.guild, room.id).await;
        } else {
            // In line behind those who wait for a room.
            let _turn = kit.feature.watches.turn(room.guild).await;
            upkeep::post_first_panel(&kit, &room, lang).await;
        }
    });
}

fn perform(kit: &Kit<VoiceHubs>, guild: GuildId, hubs: &[Hub], rooms: &[Room], step: Step) {
    let room_of = |id: RoomId| rooms.iter().find(|room| room.id == id).cloned();
    let hub_of = |channel: ChannelId| hubs.iter().find(|hub| hub.channel == channel).cloned();
    match step {
        Step::Adopt { room, channel } => {
            if let Some(room) = room_of(room) {
                let hub = hub_of(room.hub);
                start(kit, guild, Key::Room(room.id), async move |kit| {
                    open::settle(&kit, hub.as_ref(), &room, channel).await;
                });
            }
        }
        Step::Retry(id) => {
            if let Some(room) = room_of(id) {
                let hub = hub_of(room.hub);
                start(kit, guild, Key::Room(id), async move |kit| {
                    open::retry(&kit, hub.as_ref(), &room).await;
                });
            }
        }
        Step::Move(id) => {
            if let Some(room) = room_of(id)
                && let Some(channel) = room.channel
            {
                let hub = hub_of(room.hub);
                start(kit, guild, Key::Room(id), async move |kit| {
                    open::move_in(&kit, hub.as_ref(), &room, channel).await;
                });
            }
        }
        Step::Close(id) => {
            if let Some(room) = room_of(id) {
                let hub = hub_of(room.hub);
                start(kit, guild, Key::Room(id), async move |kit| {
                    upkeep::close(&kit, hub.as_ref(), &room).await;
                });
            }
        }
        Step::ShowOut { room, member } => {
            if let Some(room) = room_of(room) {
                start(kit, guild, Key::Room(room.id), async move |kit| {
                    upkeep::show_out(&kit, &room, member).await;
                });
            }
        }
        Step::Edit(id) => {
            if let Some(room) = room_of(id) {
                start(kit, guild, Key::Room(id), async move |kit| {
                    upkeep::edit_again(&kit, &room).await;
                });
            }
        }
        Step::Rename(id) => {
            if let Some(room) = room_of(id) {
                start(kit, guild, Key::Room(id), async move |kit| {
                    upkeep::rename_again(&kit, &room).await;
                });
            }
        }
        Step::DeleteStray(channel) => {
            start(kit, guild, Key::Stray(channel), async move |kit| {
                upkeep::delete_stray(&kit, channel).await;
            });
        }
        Step::DropCategory(category) => {
            start(kit, guild, Key::Category(category), async move |kit| {
                upkeep::drop_category(&kit, guild, category).await;
            });
        }
        Step::OpenWaiting(id) => {
            if let Some(room) = room_of(id) {
                start(kit, guild, Key::Room(id), async move |kit| {
                    waiting::open(&kit, &room).await;
                });
            }
        }
        Step::CloseWaiting(id) => {
            if let Some(room) = room_of(id) {
                start(kit, guild, Key::Room(id), async move |kit| {
                    waiting::close(&kit, &room).await;
                });
            }
        }
        Step::Ask { room, member } => {
            if let Some(room) = room_of(room) {
                start(kit, guild, Key::Room(room.id), async move |kit| {
                    waiting::ask(&kit, &room, member).await;
                });
            }
        }
        Step::Withdraw { room, member } => {
            if let Some(room) = room_of(room) {
                start(kit, guild, Key::Room(room.id), async move |kit| {
                    waiting::withdraw(&kit, &room, member).await;
                });
            }
        }
        Step::Tell { hub, member, why } => {
            if let Some(hub) = hub_of(hub) {
                kit.feature
                    .watches
                    .told(guild, member, kit.clock.now() + notice::SILENCE);
                let task = kit.clone();
                kit.spawn("notice", async move {
                    notice::wait(&task, &hub, member, why).await;
                });
            }
        }
        Step::Forget(id) => {
            if let Some(room) = room_of(id) {
                let hub = hub_of(room.hub);
                start(kit, guild, Key::Room(id), async move |kit| {
                    upkeep::forget(&kit, hub.as_ref(), &room).await;
                });
            }
        }
        Step::Deactivate(channel) => {
            if let Some(hub) = hub_of(channel) {
                let task = kit.clone();
                kit.spawn("notice", async move {
                    notice::hub_gone(&task, &hub).await;
                });
            }
        }
        // The round itself began these, or wrote them down.
        Step::Open { .. }
        | Step::Panel(_)
        | Step::Away(_)
        | Step::Back(_)
        | Step::ForgetWaiting(_) => {}
    }
}

/// The steps that are a row and nothing else.
async fn write_steps(
    db: &mut sqlx::PgConnection,
    guild: GuildId,
    plan: &Plan,
    now: Timestamp,
) -> Outcome<bool> {
    let (mut away, mut back) = (Vec::new(), Vec::new());
    let mut is_written = false;
    for step in &plan.steps {
        match step {
            Step::Away(room) => away.push(*room),
            Step::Back(room) => back.push(*room),
            Step::ForgetWaiting(room) => {
                is_written |= store::forget_waiting(&mut *db, guild, *room).await?;
            }
            Step::Deactivate(hub) => {
                is_written |= store::deactivate_hub(&mut *db, guild, *hub).await?;
            }
            _ => {}
        }
    }
    if !away.is_empty() || !back.is_empty() {
        store::set_owners_away(&mut *db, guild, &away, &back, now).await?;
        is_written = true;
    }
    Ok(is_written)
}

/// Stores who sits in hubs, rooms and waiting rooms.
async fn write_seats(
    kit: &Kit<VoiceHubs>,
    db: &mut sqlx::PgConnection,
    guild: GuildId,
    snapshot: &Snapshot,
    hubs: &[Hub],
    rooms: &[Room],
) -> Outcome<()> {
    let watches = &kit.feature.watches;
    let mut ours: HashSet<ChannelId> = hubs.iter().map(|hub| hub.channel).collect();
    for room in rooms {
        ours.extend(room.channel);
        ours.extend(room.waiting_channel);
    }
    // While the channel of a room is not known, any channel may be it.
    let is_any = rooms.iter().any(|room| room.channel.is_none());
    let (taken, left) = watches.unstored(guild, &snapshot.seats, |channel| {
        is_any || ours.contains(&channel)
    });
    if !(taken.is_empty() && left.is_empty()) {
        store::write_seats(db, guild, &taken, &left).await?;
        watches.stored(guild, taken, &left);
    }
    Ok(())
}

/// What new rooms follow from, beside the plan.
struct Surroundings<'a> {
    kit: &'a Kit<VoiceHubs>,
    guild: GuildId,
    manners: &'a Manners,
    settings: &'a VoiceSettings,
    /// What the bot may do in the guild.
    held: Permissions,
}

/// The rooms that the plan opens, with everything that they begin with; and members whose names are not known yet.
fn prepare(
    surroundings: &Surroundings<'_>,
    mut remembered: HashMap<UserId, Remembered>,
    hubs: &[Hub],
    plan: &Plan,
) -> (Vec<NewRoom>, Vec<UserId>) {
    let Surroundings {
        kit,
        guild,
        manners,
        settings,
        held,
    } = *surroundings;
    let wanted: Vec<(&Hub, UserId, u32)> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Open {
                hub,
                member,
                number,
            } => {
                let hub = hubs.iter().find(|known| known.channel == *hub)?;
                Some((hub, *member, *number))
            }
            _ => None,
        })
        .collect();
    let mut unknown = Vec::new();
    let mut bases: HashMap<ChannelId, Vec<_>> = HashMap::new();
    let mut rooms = Vec::with_capacity(wanted.len());
    for (hub, member, number) in wanted {
        let base = bases.entry(hub.channel).or_insert_with(|| {
            let from = source(hub.copy_from, |id| guild::exists(kit, id), hub.channel);
            feature::permissions::masked(&guild::overwrites_of(kit, from), held).0
        });
        let remembered = remembered.remove(&member).unwrap_or_default();
        let lang = remembered.lang.unwrap_or(manners.lang);
        let saved = remembered.saved;
        let Some(person) = kit.feature.watches.person(guild, member) else {
            unknown.push(member);
            continue;
        };
        let begun = Begun {
            kit,
            hub,
            manners,
            member,
            person: &person,
            number,
        };
        let own = saved
            .name
            .and_then(|name| name::rendered(&name, &settings.words));
        let default = text::default_name(lang, &person.display);
        let name = own
            .or_else(|| begun.render(hub.template.as_deref()?, &settings.words))
            .or_else(|| name::rendered(&default, &settings.words))
            .unwrap_or_else(|| text::plain_name(lang, number));
        let status = hub
            .status
            .as_deref()
            .filter(|_| hub.status_allowed)
            .and_then(|status| begun.render_status(status));
        let mut lists = saved.lists;
        lists.remove(crate::model::Listed::User(member));
        rooms.push(NewRoom {
            hub_id: hub.channel,
            owner_id: member,
            number,
            name,
            mode: saved.mode.unwrap_or(hub.mode).word(),
            user_limit: saved.user_limit.or(hub.user_limit).unwrap_or_default(),
            allow_users: lists.allow_users,
            allow_roles: lists.allow_roles,
            deny_users: lists.deny_users,
            deny_roles: lists.deny_roles,
            base: base.clone(),
            status,
        });
    }
    (rooms, unknown)
}

/// Asks Discord how a member in a hub is called, whom no event has named: the bot was away when they came.
async fn learn(kit: &Kit<VoiceHubs>, guild: GuildId, member: UserId) {
    let watches = &kit.feature.watches;
    let seen = watches.changes(guild, member);
    match crate::channel::member(&kit.discord, guild, member).await {
        Ok(told) => watches.learn(guild, member, Person::of(&told)),
        Err(refusal) if refusal.is_gone() => watches.moved(guild, member, seen, None),
        Err(refusal) => {
            tracing::warn!(%guild, %member, error = feature::chain(&refusal), "a member in a hub can not be read");
            watches.learn(guild, member, Person::nameless(member));
        }
    }
}

/// What a template is rendered with.
pub(crate) struct Begun<'a> {
    pub(crate) kit: &'a Kit<VoiceHubs>,
    pub(crate) hub: &'a Hub,
    pub(crate) manners: &'a Manners,
    pub(crate) member: UserId,
    pub(crate) person: &'a Person,
    pub(crate) number: u32,
}

impl Begun<'_> {
    fn fill(&self, template: &str) -> Option<String> {
        let now = self.kit.clock.now();
        let role = guild::highest_role(self.kit, &self.person.roles).unwrap_or_default();
        let game = guild::game(self.kit, self.hub.guild, self.member).unwrap_or_default();
        let date = now.to_zoned(self.manners.zone.clone()).date().to_string();
        let seed = self.member.get() ^ u64::try_from(now.as_millisecond()).unwrap_or_default();
        // It was checked when it was configured.
        let template = Template::parse(template).ok()?;
        Some(template.render(&Values {
            user: &self.person.user,
            display: &self.person.display,
            number: self.number,
            game: &game,
            role: &role,
            date: &date,
            seed,
        }))
    }

    pub(crate) fn render(&self, template: &str, words: &[String]) -> Option<String> {
        name::rendered(&self.fill(template)?, words)
    }

    pub(crate) fn render_status(&self, template: &str) -> Option<String> {
        let status = feature::card::cut(&name::tidy(&self.fill(template)?), 500);
        (!status.is_empty()).then_some(status)
    }
}
