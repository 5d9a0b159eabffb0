//! What this process sees of guilds with hubs: who sits where, and what is being worked on.
//!
//! Nothing here is the only copy: seats are stored (see [`crate::round`]), and what was being worked on when the process
//! died is planned again by the next.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use database::{ChannelId, GuildId, UserId};
use feature::{Hold, Kit};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use twilight_model::guild::Member;

use crate::{
    VoiceHubs,
    model::{RoomId, Seat},
    plan::Key,
    round::{self, Ended},
    store::{self, Posted},
};

/// How many guilds without hubs are remembered as such.
const QUIET: u64 = 50_000;
/// For how long.
const QUIET_FOR: Duration = Duration::from_mins(10);

/// A round rests for twice as long as it took, but no longer than twice this.
const LONGEST_GATHERING: Duration = Duration::from_millis(50);

/// How soon a guild must be planned anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Haste {
    /// Somebody waits for it.
    Now,
    /// Together with what else happens in the next moment.
    Soon,
}

/// How many rooms of a guild are made at the same time. Beyond that, more requests at once only have everybody wait for
/// as long as the last: whoever came first is moved before the channels of later ones are asked for.
const ROOMS_AT_ONCE: usize = 8;

/// The turns to make a room in a guild.
#[derive(Clone, Debug)]
struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOMS_AT_ONCE)))
    }
}

/// How somebody is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) user: String,
    pub(crate) display: String,
    pub(crate) roles: Vec<database::RoleId>,
}

impl Person {
    pub(crate) fn of(member: &Member) -> Self {
        let user = member.user.name.clone();
        let display = member
            .nick
            .clone()
            .or_else(|| member.user.global_name.clone())
            .unwrap_or_else(|| user.clone());
        Self {
            user,
            display,
            roles: member.roles.iter().copied().map(Into::into).collect(),
        }
    }
}

impl Person {
    /// Somebody whose name Discord does not tell.
    pub(crate) fn nameless(user: UserId) -> Self {
        Self {
            user: user.to_string(),
            display: user.to_string(),
            roles: Vec::new(),
        }
    }
}

/// One guild.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is known and what is under way are facts of their own"
)]
struct Watch {
    /// Whether the stored seats were read, or Discord has told all.
    is_loaded: bool,
    seats: HashMap<UserId, Seat>,
    people: HashMap<UserId, Person>,
    /// Counts the changes of each seat, to see whether something overtook an answer.
    changes: HashMap<UserId, u64>,
    /// How often Discord told all seats anew: each time counts as a change of every one.
    tellings: u64,
    /// What is stored.
    stored: HashMap<UserId, Seat>,
    /// Whether that is certain: what a process that died, or a round that failed, had on its way may have arrived.
    is_stored_certain: bool,
    /// Events whose effect is not stored yet.
    holds: Vec<Hold>,
    is_dirty: bool,
    /// Whether somebody waits for what changed.
    is_urgent: bool,
    /// Told when it becomes urgent.
    urgent: Arc<Notify>,
    /// Until when what is not urgent is gathered: the more rooms there are, the longer a round takes.
    gather_until: Option<Instant>,
    /// The hubs as the last round knew them; who joins one of them waits.
    hubs: HashSet<ChannelId>,
    is_running: bool,
    /// Whether the round at work found neither hubs nor rooms.
    is_idle: bool,
    busy: HashSet<Key>,
    turns: Turns,
    /// Channels that Discord made and that are not stored yet. Each carries its owner's mark: after a crash the next
    /// process finds them by that.
    made: Vec<(RoomId, ChannelId)>,
    /// Panels that were posted and are not stored yet. After a crash the next process posts them under the same nonce.
    posted: Vec<Posted>,
    told: HashMap<UserId, Timestamp>,
    /// What the answers to clicks made panels show. Not stored: whether an answer arrived is known to nobody after a
    /// crash, and the next process shows the panel once more.
    shown: HashMap<RoomId, i32>,
}

/// All guilds with hubs.
#[derive(Debug)]
pub(crate) struct Watches {
    guilds: Mutex<HashMap<GuildId, Watch>>,
    quiet: moka::sync::Cache<GuildId, ()>,
    /// Guilds of which this process has caught up with the present; until then nothing is planned.
    present: Mutex<HashSet<GuildId>>,
    /// How many clicks are changing a room at this moment.
    steered: Mutex<HashMap<RoomId, usize>>,
    gates: Mutex<HashMap<RoomId, Arc<Semaphore>>>,
}

impl Default for Watches {
    fn default() -> Self {
        let quiet = moka::sync::Cache::builder()
            .max_capacity(QUIET)
            .time_to_live(QUIET_FOR)
            .build();
        Self {
            guilds: Mutex::default(),
            quiet,
            present: Mutex::default(),
            steered: Mutex::default(),
            gates: Mutex::default(),
        }
    }
}

/// What a round works with.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) seats: HashMap<UserId, Seat>,
    pub(crate) busy: HashSet<Key>,
    pub(crate) shown: HashMap<RoomId, i32>,
    /// Channels of rooms that are to be stored.
    pub(crate) made: Vec<(RoomId, ChannelId)>,
    /// Panels of rooms that are to be stored.
    pub(crate) posted: Vec<Posted>,
    /// Whether the seats are the present, no longer events that are told again.
    pub(crate) is_present: bool,
    /// Whether the stored seats must be read again before something is made of what differs.
    pub(crate) must_read_seats: bool,
}

impl Watches {
    /// Whether a guild has nothing to do with hubs, as far as is remembered.
    pub(crate) fn is_quiet(&self, guild: GuildId) -> bool {
        self.quiet.contains_key(&guild)
    }

    /// What is known of the guild is the present, no longer events that are told again.
    pub(crate) fn catch_up(&self, guild: GuildId) {
        self.present.lock().insert(guild);
    }

    /// The guild got a hub.
    pub(crate) fn begin(&self, guild: GuildId) {
        self.quiet.invalidate(&guild);
    }

    /// Whether the guild's seats are known; see [`know`].
    fn is_loaded(&self, guild: GuildId) -> bool {
        self.guilds
            .lock()
            .get(&guild)
            .is_some_and(|watch| watch.is_loaded)
    }

    fn load(&self, guild: GuildId, stored: &[(UserId, Seat)]) {
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        if !watch.is_loaded {
            watch.is_loaded = true;
            watch.stored = stored.iter().cloned().collect();
            watch.seats = watch.stored.clone();
        }
    }

    /// Discord told who sits where: that is all there is.
    pub(crate) fn replace(
        &self,
        guild: GuildId,
        told: impl IntoIterator<Item = (UserId, Seat)>,
        people: impl IntoIterator<Item = (UserId, Person)>,
        hold: Hold,
    ) {
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        watch.seats = told.into_iter().collect();
        watch.people.extend(people);
        let seats = &watch.seats;
        watch.people.retain(|user, _| seats.contains_key(user));
        watch.tellings += 1;
        watch.holds.push(hold);
    }

    /// Somebody sits somewhere else, or nowhere. Whether the guild must be planned anew, and how soon.
    pub(crate) fn sit(
        &self,
        guild: GuildId,
        user: UserId,
        seat: Option<Seat>,
        person: Option<Person>,
        hold: Hold,
    ) -> Option<Haste> {
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        let is_new = watch.seats.get(&user) != seat.as_ref();
        let waits = seat
            .as_ref()
            .is_some_and(|seat| watch.hubs.contains(&seat.channel));
        watch.put(user, seat);
        if let Some(person) = person
            && watch.seats.contains_key(&user)
        {
            watch.people.insert(user, person);
        }
        // What an answer told before the event may not be stored yet.
        let is_open = is_new || watch.is_running || !watch.busy.is_empty();
        if is_open {
            watch.holds.push(hold);
        }
        is_open.then_some(if waits { Haste::Now } else { Haste::Soon })
    }

    /// Which hubs there are.
    pub(crate) fn learn_hubs(&self, guild: GuildId, hubs: impl IntoIterator<Item = ChannelId>) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.hubs = hubs.into_iter().collect();
        }
    }

    /// How often a seat has changed; see [`moved`](Self::moved).
    pub(crate) fn changes(&self, guild: GuildId, user: UserId) -> u64 {
        let guilds = self.guilds.lock();
        guilds
            .get(&guild)
            .map(|watch| watch.changes_of(user))
            .unwrap_or_default()
    }

    /// An answer of Discord's says where somebody sits now; it counts unless an event has told something since `seen`.
    pub(crate) fn moved(&self, guild: GuildId, user: UserId, seen: u64, to: Option<ChannelId>) {
        let mut guilds = self.guilds.lock();
        let Some(watch) = guilds.get_mut(&guild) else {
            return;
        };
        if watch.changes_of(user) != seen {
            return;
        }
        let seat = to.and_then(|channel| {
            let seat = watch.seats.get(&user)?.clone();
            Some(Seat { channel, ..seat })
        });
        watch.put(user, seat);
    }

    /// Where somebody sits.
    pub(crate) fn seat(&self, guild: GuildId, user: UserId) -> Option<Seat> {
        self.guilds.lock().get(&guild)?.seats.get(&user).cloned()
    }

    /// Who sits in a channel, in order.
    pub(crate) fn inside(&self, guild: GuildId, channel: ChannelId) -> Vec<(UserId, Seat)> {
        let guilds = self.guilds.lock();
        let mut inside: Vec<_> = guilds
            .get(&guild)
            .into_iter()
            .flat_map(|watch| &watch.seats)
            .filter(|(_, seat)| seat.channel == channel)
            .map(|(user, seat)| (*user, seat.clone()))
            .collect();
        inside.sort_unstable_by_key(|(user, _)| *user);
        inside
    }

    /// How somebody in voice is called, if an event said so.
    pub(crate) fn person(&self, guild: GuildId, user: UserId) -> Option<Person> {
        self.guilds.lock().get(&guild)?.people.get(&user).cloned()
    }

    /// Discord said how somebody in voice is called.
    pub(crate) fn learn(&self, guild: GuildId, user: UserId, person: Person) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.people.insert(user, person);
        }
    }

    /// What a round works with, and the events that it is about.
    pub(crate) fn begin_round(&self, guild: GuildId, now: Timestamp) -> (Snapshot, Vec<Hold>) {
        let is_present = self.present.lock().contains(&guild);
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        watch.is_dirty = false;
        watch.is_urgent = false;
        watch.is_idle = false;
        watch.told.retain(|_, until| *until > now);
        let mut busy = watch.busy.clone();
        busy.extend(watch.told.keys().map(|user| Key::Told(*user)));
        let snapshot = Snapshot {
            seats: watch.seats.clone(),
            busy,
            shown: watch.shown.clone(),
            made: std::mem::take(&mut watch.made),
            posted: std::mem::take(&mut watch.posted),
            is_present,
            must_read_seats: is_present && !watch.is_stored_certain,
        };
        (snapshot, std::mem::take(&mut watch.holds))
    }

    /// What of the seats in `ours` is not stored yet: those taken, and those left.
    pub(crate) fn unstored(
        &self,
        guild: GuildId,
        seats: &HashMap<UserId, Seat>,
        ours: impl Fn(ChannelId) -> bool,
    ) -> (Vec<(UserId, Seat)>, Vec<UserId>) {
        let guilds = self.guilds.lock();
        let Some(watch) = guilds.get(&guild) else {
            return (Vec::new(), Vec::new());
        };
        let is_ours = |seat: &Seat| ours(seat.channel);
        let taken = seats
            .iter()
            .filter(|(user, seat)| is_ours(seat) && watch.stored.get(user) != Some(seat))
            .map(|(user, seat)| (*user, seat.clone()))
            .collect();
        let left = watch
            .stored
            .keys()
            .filter(|user| !seats.get(user).is_some_and(is_ours))
            .copied()
            .collect();
        (taken, left)
    }

    /// They are stored now.
    pub(crate) fn stored(&self, guild: GuildId, taken: Vec<(UserId, Seat)>, left: &[UserId]) {
        let mut guilds = self.guilds.lock();
        if let Some(watch) = guilds.get_mut(&guild) {
            for user in left {
                watch.stored.remove(user);
            }
            watch.stored.extend(taken);
        }
    }

    /// What is stored was read again.
    pub(crate) fn read_again(&self, guild: GuildId, stored: Vec<(UserId, Seat)>) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.stored = stored.into_iter().collect();
            watch.is_stored_certain = true;
        }
    }

    /// Puts back what a round could not store, for the next one.
    pub(crate) fn put_back(&self, guild: GuildId, snapshot: Snapshot, holds: Vec<Hold>) {
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        watch.is_stored_certain = false;
        watch.holds.extend(holds);
        watch.made.extend(snapshot.made);
        watch.posted.extend(snapshot.posted);
    }

    /// Discord made the channel of a room; the next round stores that.
    pub(crate) fn made(&self, guild: GuildId, room: RoomId, channel: ChannelId) {
        let mut guilds = self.guilds.lock();
        guilds.entry(guild).or_default().made.push((room, channel));
    }

    /// The first panel of a room was posted; the next round stores that.
    pub(crate) fn posted(&self, guild: GuildId, posted: Posted) {
        self.guilds
            .lock()
            .entry(guild)
            .or_default()
            .posted
            .push(posted);
    }

    /// Waits for a turn to make a room; it ends with what is returned.
    pub(crate) async fn turn(&self, guild: GuildId) -> Option<OwnedSemaphorePermit> {
        let Turns(turns) = self.guilds.lock().entry(guild).or_default().turns.clone();
        // Nobody closes it.
        turns.acquire_owned().await.ok()
    }

    /// Begins work on something. Whether nobody else works on it.
    pub(crate) fn take(&self, guild: GuildId, key: Key) -> bool {
        let mut guilds = self.guilds.lock();
        guilds.entry(guild).or_default().busy.insert(key)
    }

    /// Work on something has ended.
    pub(crate) fn release(&self, guild: GuildId, key: Key) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.busy.remove(&key);
        }
    }

    /// A member was told something, and is left alone until an instant.
    pub(crate) fn told(&self, guild: GuildId, user: UserId, until: Timestamp) {
        let mut guilds = self.guilds.lock();
        guilds.entry(guild).or_default().told.insert(user, until);
    }

    /// The answer to a click is the panel of a room as of `revision`.
    pub(crate) fn shown(&self, guild: GuildId, room: RoomId, revision: i32) {
        let mut guilds = self.guilds.lock();
        guilds
            .entry(guild)
            .or_default()
            .shown
            .insert(room, revision);
    }

    /// A click begins to change a room.
    pub(crate) fn steer(&self, room: RoomId) -> Steering<'_> {
        *self.steered.lock().entry(room).or_default() += 1;
        Steering {
            watches: self,
            room,
        }
    }

    /// A room is gone.
    pub(crate) fn gone(&self, guild: GuildId, room: RoomId) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.shown.remove(&room);
        }
        self.gates.lock().remove(&room);
    }

    /// Whether a round must be started for what has changed.
    fn start(&self, guild: GuildId, haste: Haste) -> bool {
        let mut guilds = self.guilds.lock();
        let watch = guilds.entry(guild).or_default();
        watch.is_dirty = true;
        if haste == Haste::Now {
            watch.is_urgent = true;
            watch.urgent.notify_one();
        }
        !std::mem::replace(&mut watch.is_running, true)
    }

    /// Until when the next round may wait, and what is told when somebody waits for it meanwhile.
    fn gathers(&self, guild: GuildId) -> Option<(Instant, Arc<Notify>)> {
        let mut guilds = self.guilds.lock();
        let watch = guilds.get_mut(&guild).filter(|watch| !watch.is_urgent)?;
        // What was told to the one before is done.
        watch.urgent = Arc::default();
        Some((watch.gather_until?, Arc::clone(&watch.urgent)))
    }

    /// A round ended that began at `begun`. Whether nothing has changed since; then rounds end.
    fn end(&self, guild: GuildId, begun: Instant) -> bool {
        let mut guilds = self.guilds.lock();
        let Some(watch) = guilds.get_mut(&guild) else {
            return true;
        };
        watch.gather_until = Some(Instant::now() + begun.elapsed().min(LONGEST_GATHERING) * 2);
        watch.is_running = watch.is_dirty;
        if !watch.is_dirty && watch.is_idle && watch.busy.is_empty() {
            guilds.remove(&guild);
            self.quiet.insert(guild, ());
            return true;
        }
        !watch.is_dirty
    }

    /// The guild has no hubs and no rooms: nothing of it is kept, unless something comes in meanwhile.
    pub(crate) fn forget(&self, guild: GuildId) {
        if let Some(watch) = self.guilds.lock().get_mut(&guild) {
            watch.is_idle = true;
        }
    }

    /// One at a time may write to a room's channel; the rest wait in line.
    pub(crate) fn gate(&self, room: RoomId) -> Arc<Semaphore> {
        let mut gates = self.gates.lock();
        if gates.len() > 1000 {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        let gate = gates
            .entry(room)
            .or_insert_with(|| Arc::new(Semaphore::new(1)));
        Arc::clone(gate)
    }
}

/// A click that is changing a room.
#[derive(Debug)]
pub(crate) struct Steering<'a> {
    watches: &'a Watches,
    room: RoomId,
}

impl Steering<'_> {
    /// Whether no other click changes the room at the same time: answers may overtake each other, and then the panel
    /// shows what the older one says.
    pub(crate) fn is_alone(&self) -> bool {
        self.watches.steered.lock().get(&self.room) == Some(&1)
    }
}

impl Drop for Steering<'_> {
    fn drop(&mut self) {
        let mut steered = self.watches.steered.lock();
        if let Some(count) = steered.get_mut(&self.room) {
            *count -= 1;
            if *count == 0 {
                steered.remove(&self.room);
            }
        }
    }
}

impl Watch {
    fn changes_of(&self, user: UserId) -> u64 {
        self.tellings + self.changes.get(&user).copied().unwrap_or_default()
    }

    fn put(&mut self, user: UserId, seat: Option<Seat>) {
        *self.changes.entry(user).or_default() += 1;
        if let Some(seat) = seat {
            self.seats.insert(user, seat);
        } else {
            self.seats.remove(&user);
            self.people.remove(&user);
            // An answer on its way names a count that will never return.
            if self.busy.is_empty() {
                self.changes.remove(&user);
            }
        }
    }
}

/// Sees to it that the seats of a guild are known. Whether the guild has anything to do with hubs.
pub(crate) async fn know(kit: &Kit<VoiceHubs>, guild: GuildId) -> sqlx::Result<bool> {
    let watches = &kit.feature.watches;
    if watches.is_quiet(guild) {
        return Ok(false);
    }
    if !watches.is_loaded(guild) {
        let mut connection = kit.database.acquire().await?;
        if !store::is_used(&mut connection, guild).await? {
            watches.quiet.insert(guild, ());
            return Ok(false);
        }
        let seats = store::seats(&mut connection, guild).await?;
        watches.load(guild, &seats);
    }
    Ok(true)
}

/// Has the guild planned anew, now or as soon as the round at work ends.
pub(crate) fn wake(kit: &Kit<VoiceHubs>, guild: GuildId) {
    wake_with(kit, guild, Haste::Now);
}

/// Has the guild planned anew.
pub(crate) fn wake_with(kit: &Kit<VoiceHubs>, guild: GuildId, haste: Haste) {
    if kit.feature.watches.start(guild, haste) {
        let task = kit.clone();
        kit.spawn("rounds", async move { rounds(&task, guild).await });
    }
}

async fn rounds(kit: &Kit<VoiceHubs>, guild: GuildId) {
    let mut pause = Duration::from_millis(100);
    loop {
        if let Some((until, urgent)) = kit.feature.watches.gathers(guild) {
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = urgent.notified() => {}
            }
        }
        let begun = Instant::now();
        let (snapshot, holds) = kit.feature.watches.begin_round(guild, kit.clock.now());
        match round::round(kit, guild, &snapshot).await {
            Ok(Ended::Stored) => {
                drop(holds);
                pause = Duration::from_millis(100);
            }
            Ok(Ended::Unknown) => kit.feature.watches.put_back(guild, snapshot, holds),
            Err(failure) => {
                tracing::warn!(%guild, error = failure.chain(), "a round of the voice hubs failed: once more");
                kit.feature.watches.put_back(guild, snapshot, holds);
                kit.feature.watches.start(guild, Haste::Now);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        }
        if kit.feature.watches.end(guild, begun) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
        number.to_string().parse().unwrap()
    }

    fn seat(channel: u64) -> Seat {
        Seat {
            channel: id(channel),
            is_bot: false,
            roles: Vec::new(),
        }
    }

    #[test]
    fn an_answer_from_before_everything_was_told_anew_says_nothing() {
        let (watches, guild, alice) = (Watches::default(), id(1), id(2));
        let hold = || Hold::new(Arc::new(()));
        watches.sit(guild, alice, Some(seat(10)), None, hold());
        let seen = watches.changes(guild, alice);
        // The session is lost, and alice with it; she is back in the hub when a new one begins.
        watches.replace(guild, [(alice, seat(10))], std::iter::empty(), hold());
        watches.moved(guild, alice, seen, None);
        assert_eq!(watches.seat(guild, alice), Some(seat(10)));
        // One from after it does.
        let seen = watches.changes(guild, alice);
        watches.moved(guild, alice, seen, Some(id(20)));
        assert_eq!(watches.seat(guild, alice), Some(seat(20)));
    }
}
