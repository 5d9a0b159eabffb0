//! What the process knows without asking Postgres: what guilds keep, and since when each channel is heard unbroken.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use database::{ChannelId, GuildId, MessageId, UserId};
use feature::{Hold, Kit};
use jiff::Timestamp;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{OnceCell, Semaphore},
    time::Instant,
};

use crate::{Archive, store};

/// How many guilds are remembered.
const GUILDS: u64 = 20_000;
/// How many channels are remembered to have a row.
const CHANNELS: u64 = 100_000;
/// How many months are remembered to have room; Discord has existed for far fewer.
const MONTHS: usize = 2_000;
/// How many notices are remembered; each for as long as its event is on its way.
const NOTICES: usize = 64;

/// What a guild keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeping {
    everything: bool,
    on: HashSet<ChannelId>,
    off: HashSet<ChannelId>,
    /// Whether a channel could not be read the last time.
    pub(crate) has_unreadable: bool,
}

impl Keeping {
    pub(crate) fn of(kept: &store::channels::Kept) -> Self {
        let of = |is_on: bool| {
            kept.channels
                .iter()
                .filter(move |(_, on)| *on == is_on)
                .map(|(channel, _)| *channel)
                .collect()
        };
        Self {
            everything: kept.everything.is_some(),
            on: of(true),
            off: of(false),
            has_unreadable: kept.has_unreadable,
        }
    }

    /// Whether anything is kept at all.
    pub(crate) fn is_any(&self) -> bool {
        self.everything || !self.on.is_empty()
    }

    /// Whether somebody said of a channel that it is not kept.
    pub(crate) fn is_off(&self, channel: ChannelId) -> bool {
        self.off.contains(&channel)
    }

    /// Whether a channel is kept: by its own word, then its parent's, then the guild's.
    pub(crate) fn keeps(&self, channel: ChannelId, parent: Option<ChannelId>) -> bool {
        for place in [Some(channel), parent].into_iter().flatten() {
            if self.off.contains(&place) {
                return false;
            }
            if self.on.contains(&place) {
                return true;
            }
        }
        self.everything
    }
}

/// Since when channels are heard.
#[derive(Default)]
struct Lines {
    /// Guilds whose line began anew in this process; in others the saved session goes on, and what Postgres holds with
    /// it.
    anew: HashMap<GuildId, u64>,
    /// Guilds of which Discord has just told everything, their newest messages too, and which no repair has looked at
    /// since.
    told: HashSet<GuildId>,
    /// Counts the beginnings.
    beginnings: u64,
    /// The first message of each unbroken line.
    since: HashMap<ChannelId, (GuildId, MessageId)>,
    /// Guilds of which something had to be dropped, with the first event of it: until the repair stands in Postgres,
    /// Discord must send it again.
    broken: HashMap<GuildId, Hold>,
}

/// What the process knows.
pub(crate) struct Memory {
    kept: moka::sync::Cache<GuildId, Arc<Keeping>>,
    /// Counts how often what guilds keep changed.
    changes: AtomicU64,
    lines: Mutex<Lines>,
    salt: OnceCell<Vec<u8>>,
    months: Mutex<HashSet<(i16, i8)>>,
    noted: moka::sync::Cache<ChannelId, ()>,
    /// The last messages that said what is kept from then on. They stand before that, though they may be told after it.
    notices: Mutex<VecDeque<MessageId>>,
    /// The history is read one page at a time.
    pub(crate) reading: Semaphore,
    /// When the next page may be asked for; what was read is stored meanwhile.
    pub(crate) rests_until: Mutex<Option<Instant>>,
    /// The time of the last telling, in microseconds.
    told_at: AtomicI64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            kept: moka::sync::Cache::new(GUILDS),
            changes: AtomicU64::new(0),
            lines: Mutex::default(),
            salt: OnceCell::new(),
            months: Mutex::default(),
            noted: moka::sync::Cache::new(CHANNELS),
            notices: Mutex::default(),
            reading: Semaphore::new(1),
            rests_until: Mutex::default(),
            told_at: AtomicI64::new(i64::MIN),
        }
    }
}

impl Memory {
    /// The time of a telling, no finer than Postgres keeps it, and later than that of every other before it: of two
    /// tellings of one edit the later stands, also when the clock stood still or was set back between them.
    pub(crate) fn told_at(&self, now: Timestamp) -> Timestamp {
        let now = now.as_microsecond();
        let next = |last: i64| now.max(last.saturating_add(1));
        let last = self
            .told_at
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)))
            .unwrap_or_else(|last| last);
        Timestamp::from_microsecond(next(last)).unwrap_or(Timestamp::MAX)
    }

    /// The line of a channel, for a message that has just been sent; `None` goes on from what Postgres holds.
    pub(crate) fn since(
        &self,
        guild: GuildId,
        channel: ChannelId,
        id: MessageId,
    ) -> Option<MessageId> {
        let mut lines = self.lines.lock();
        if let Some((_, since)) = lines.since.get(&channel) {
            return Some(*since);
        }
        lines.anew.contains_key(&guild).then(|| {
            lines.since.insert(channel, (guild, id));
            id
        })
    }

    /// A message said that something is kept from then on.
    pub(crate) fn notice(&self, id: MessageId) {
        let mut notices = self.notices.lock();
        notices.push_back(id);
        if notices.len() > NOTICES {
            notices.pop_front();
        }
    }

    /// Whether a message said that, not long ago.
    pub(crate) fn is_notice(&self, id: MessageId) -> bool {
        self.notices.lock().contains(&id)
    }

    /// What comes from now on does not join what came before.
    pub(crate) fn begin_anew(&self, guild: GuildId) {
        let mut lines = self.lines.lock();
        lines.beginnings += 1;
        let beginning = lines.beginnings;
        lines.anew.insert(guild, beginning);
        lines.since.retain(|_, (of, _)| *of != guild);
    }

    /// A session begins, in which Discord told of the guild.
    pub(crate) fn tell(&self, guild: GuildId) {
        self.begin_anew(guild);
        self.lines.lock().told.insert(guild);
    }

    /// A repair begins: whether what Discord told of the guild when the session began still stands. Otherwise it is
    /// repaired for another reason (events were dropped, the feature was off), and nobody knows what is missing: then
    /// a new line begins.
    pub(crate) fn is_just_told(&self, guild: GuildId) -> bool {
        let is_told = self.lines.lock().told.remove(&guild);
        if !is_told {
            self.begin_anew(guild);
        }
        is_told
    }

    /// Which line of a guild is heard now, if it began in this process.
    pub(crate) fn beginning(&self, guild: GuildId) -> Option<u64> {
        self.lines.lock().anew.get(&guild).copied()
    }

    /// The history up to `top` was read after a line began, so what comes on the same line joins it.
    pub(crate) fn join(
        &self,
        guild: GuildId,
        channel: ChannelId,
        top: MessageId,
        beginning: Option<u64>,
    ) {
        let mut lines = self.lines.lock();
        if beginning.is_some() && lines.anew.get(&guild).copied() == beginning {
            let since = lines.since.entry(channel).or_insert((guild, top));
            since.1 = since.1.min(top);
        }
    }

    /// Something of a guild is dropped.
    pub(crate) fn break_off(&self, guild: GuildId, hold: Hold) {
        self.begin_anew(guild);
        self.lines.lock().broken.entry(guild).or_insert(hold);
    }

    /// Whether something of a guild was dropped.
    pub(crate) fn is_broken(&self, guild: GuildId) -> bool {
        self.lines.lock().broken.contains_key(&guild)
    }

    /// The repair of what was dropped stands in Postgres.
    pub(crate) fn mend(&self, guild: GuildId) {
        self.lines.lock().broken.remove(&guild);
    }

    /// What a guild keeps changed.
    pub(crate) fn forget(&self, guild: GuildId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.kept.invalidate(&guild);
    }

    /// Remembers what a guild keeps, as it was read when so many changes had been made; `false` when there was another
    /// since, and what was read may be what was before it.
    fn remember(&self, guild: GuildId, keeping: &Arc<Keeping>, changes: u64) -> bool {
        self.kept.insert(guild, Arc::clone(keeping));
        // Looked at after the insertion: whoever forgets after this look forgets the insertion too.
        let is_so_still = self.changes.load(Ordering::SeqCst) == changes;
        if !is_so_still {
            self.kept.invalidate(&guild);
        }
        is_so_still
    }

    /// Whether a channel may have no row yet.
    pub(crate) fn is_new(&self, channel: ChannelId) -> bool {
        !self.noted.contains_key(&channel)
    }

    /// A channel has a row.
    pub(crate) fn note(&self, channel: ChannelId) {
        self.noted.insert(channel, ());
    }

    /// Whether a month is known to have room.
    pub(crate) fn has_room(&self, month: (i16, i8)) -> bool {
        self.months.lock().contains(&month)
    }

    /// A month has room.
    pub(crate) fn note_room(&self, month: (i16, i8)) {
        let mut months = self.months.lock();
        if months.len() < MONTHS {
            months.insert(month);
        }
    }
}

/// What a guild keeps; one query where it is not remembered.
pub(crate) async fn keeping(kit: &Kit<Archive>, guild: GuildId) -> sqlx::Result<Arc<Keeping>> {
    let memory = &kit.feature.memory;
    if let Some(known) = memory.kept.get(&guild) {
        return Ok(known);
    }
    loop {
        let changes = memory.changes.load(Ordering::SeqCst);
        let kept = store::channels::kept(&mut *kit.database.acquire().await?, guild).await?;
        let keeping = Arc::new(Keeping::of(&kept));
        if memory.remember(guild, &keeping, changes) {
            return Ok(keeping);
        }
    }
}

/// The hash under which a member is remembered who does not want to be.
pub(crate) async fn hash(kit: &Kit<Archive>, user: UserId) -> sqlx::Result<Vec<u8>> {
    let salt =
        kit.feature.memory.salt.get_or_try_init(async || {
            store::people::salt(&mut *kit.database.acquire().await?).await
        });
    Ok(hash_with(salt.await?, user))
}

/// The same, where the salt is at hand.
pub(crate) fn hash_with(salt: &[u8], user: UserId) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update(salt)
        .chain_update(user.get().to_be_bytes());
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> ChannelId {
        number.to_string().parse().unwrap()
    }

    #[test]
    fn the_nearest_word_counts() {
        let keeping = Keeping {
            everything: true,
            on: [id(1)].into(),
            off: [id(2)].into(),
            has_unreadable: false,
        };
        assert!(keeping.keeps(id(3), None));
        assert!(!keeping.keeps(id(2), None));
        assert!(!keeping.keeps(id(4), Some(id(2))));
        assert!(keeping.keeps(id(1), Some(id(2))));
        let some = Keeping {
            everything: false,
            ..keeping
        };
        assert!(!some.keeps(id(3), None));
        assert!(some.keeps(id(4), Some(id(1))));
    }

    #[test]
    fn no_telling_is_as_old_as_another() {
        let memory = Memory::default();
        let now: Timestamp = "2026-03-02T09:00:00.000001500Z".parse().unwrap();
        let first = memory.told_at(now);
        assert_eq!(first.to_string(), "2026-03-02T09:00:00.000001Z");
        // The clock stands still, then it is set back.
        let second = memory.told_at(now);
        let third = memory.told_at(now - jiff::SignedDuration::from_secs(5));
        assert!(first < second && second < third, "{second} {third}");
        let later = now + jiff::SignedDuration::from_secs(1);
        assert_eq!(
            memory.told_at(later).to_string(),
            "2026-03-02T09:00:01.000001Z"
        );
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let memory = Memory::default();
        let guild: GuildId = "9".parse().unwrap();
        let before = memory.changes.load(Ordering::SeqCst);
        let nothing = Arc::new(Keeping::default());
        assert!(memory.remember(guild, &nothing, before));
        assert!(memory.kept.get(&guild).is_some());
        // Somebody turns a channel on while an event is about to remember that nothing is kept.
        memory.forget(guild);
        assert!(!memory.remember(guild, &nothing, before));
        assert!(memory.kept.get(&guild).is_none());
    }

    #[test]
    fn a_line_begins_where_it_was_broken_off() {
        let memory = Memory::default();
        let guild: GuildId = "9".parse().unwrap();
        let message = |number: u64| number.to_string().parse::<MessageId>().unwrap();
        assert_eq!(memory.since(guild, id(1), message(5)), None);
        memory.begin_anew(guild);
        assert_eq!(memory.since(guild, id(1), message(6)), Some(message(6)));
        assert_eq!(memory.since(guild, id(1), message(7)), Some(message(6)));
        let before = memory.beginning(guild);
        memory.begin_anew(guild);
        memory.join(guild, id(1), message(7), before);
        assert_eq!(memory.since(guild, id(1), message(8)), Some(message(8)));
        memory.join(guild, id(1), message(7), memory.beginning(guild));
        assert_eq!(memory.since(guild, id(1), message(9)), Some(message(7)));
    }
}
