//! Time in voice: stretches of sitting in a channel, split wherever something about it changes. Pure; `sitting` brings
//! in what Discord tells.
//!
//! [`Book`] compares the open stretches of a guild with who sits there now, and says which end and which begin; it is
//! the same for an event as for what Discord tells when a session begins. An open stretch carries until when it is
//! certain. So a process that dies leaves stretches that end within a minute of it, and the next one decides:
//!
//! - a resumed session goes on with them: nobody left without Discord's telling, so the silence counts too, up to
//!   [`SILENCE`];
//! - in a new session nothing is known of the silence: they end where they were certain, and who still sits there
//!   begins anew.
//!
//! A clock that is set back adds nothing: no end is before a beginning, and nobody sits in two places at a time. One
//! that is set forward adds at most [`SILENCE`]. Bots are not counted, nor who opted out; for «alone» they are not there.

use std::collections::{BTreeMap, BTreeSet};

use database::{ChannelId, UserId};
use jiff::{SignedDuration, Timestamp};

/// After such a pause it is not certain that nothing happened meanwhile.
const CERTAIN: SignedDuration = SignedDuration::from_secs(90);
/// The longest silence that counts as sitting.
pub(crate) const SILENCE: SignedDuration = SignedDuration::from_mins(15);

/// How somebody sits.
#[expect(
    clippy::struct_excessive_bools,
    reason = "Discord has a switch for each"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct State {
    pub(crate) muted: bool,
    pub(crate) deafened: bool,
    pub(crate) streaming: bool,
    pub(crate) filming: bool,
    pub(crate) afk: bool,
    pub(crate) alone: bool,
}

/// Somebody who sits in a channel now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seat {
    pub(crate) user: UserId,
    pub(crate) channel: ChannelId,
    /// Discord's name for the time between joining and leaving voice.
    pub(crate) session: String,
    /// How; `alone` follows from the others.
    pub(crate) state: State,
}

/// Somebody who sat in a channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) user: UserId,
    pub(crate) channel: ChannelId,
    pub(crate) session: String,
    pub(crate) state: State,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// From what is known who sits there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    /// An event, in a line of events without a hole.
    Event,
    /// A new session: what happened before it is not known.
    Anew,
}

/// What is to be written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Plan {
    /// Whose stretch ends, and when.
    pub(crate) ended: Vec<(UserId, Timestamp)>,
    /// What began and ended before it was written.
    pub(crate) passed: Vec<Stretch>,
    /// What begins; from the same instant on it is certain.
    pub(crate) begun: Vec<Stretch>,
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.passed.is_empty() && self.begun.is_empty()
    }
}

/// Says who is the only one in a channel.
fn mark_alone(seats: &mut [Seat]) {
    let mut counts: BTreeMap<ChannelId, usize> = BTreeMap::new();
    for seat in &*seats {
        *counts.entry(seat.channel).or_default() += 1;
    }
    for seat in seats {
        seat.state.alone = counts.get(&seat.channel) == Some(&1);
    }
}

/// What ends and what begins when these sit there now. Each user has one open stretch and one seat at most.
fn plan(open: &[Stretch], mut seats: Vec<Seat>, told: Told, now: Timestamp) -> Plan {
    mark_alone(&mut seats);
    let mut plan = Plan::default();
    let mut seats: BTreeMap<UserId, Seat> =
        seats.into_iter().map(|seat| (seat.user, seat)).collect();
    for sat in open {
        let silence = now.duration_since(sat.until);
        let seat = seats.remove(&sat.user);
        let stays = seat
            .as_ref()
            .is_some_and(|seat| seat.channel == sat.channel && seat.session == sat.session);
        let certain = match (told, stays) {
            (Told::Event, true) => SILENCE,
            (Told::Event, false) | (Told::Anew, true) => CERTAIN,
            // They left at some time before the session began.
            (Told::Anew, false) => SignedDuration::ZERO,
        };
        let is_certain = silence <= certain;
        if is_certain && stays && seat.as_ref().is_some_and(|seat| seat.state == sat.state) {
            continue;
        }
        let end = if is_certain {
            sat.until.max(now)
        } else {
            sat.until
        };
        plan.ended.push((sat.user, end));
        if let Some(seat) = seat {
            plan.begun.push(begin(seat, end.max(now)));
        }
    }
    plan.begun
        .extend(seats.into_values().map(|seat| begin(seat, now)));
    plan
}

fn begin(seat: Seat, at: Timestamp) -> Stretch {
    Stretch {
        user: seat.user,
        channel: seat.channel,
        session: seat.session,
        state: seat.state,
        from: at,
        until: at,
    }
}

/// Those who sit, from their open stretches.
fn seats_of(open: &[Stretch]) -> Vec<Seat> {
    open.iter()
        .map(|sat| Seat {
            user: sat.user,
            channel: sat.channel,
            session: sat.session.clone(),
            state: sat.state,
        })
        .collect()
}

/// The open stretches of a guild, through changes that are written together.
pub(crate) struct Book {
    open: BTreeMap<UserId, Stretch>,
    /// Whose open stretch is not stored yet.
    fresh: BTreeSet<UserId>,
    /// Until when somebody sat last, of those whose stretch ended here.
    sat_until: BTreeMap<UserId, Timestamp>,
    plan: Plan,
}

impl Book {
    /// Goes on from what is stored.
    pub(crate) fn new(open: Vec<Stretch>) -> Self {
        Self {
            open: open.into_iter().map(|sat| (sat.user, sat)).collect(),
            fresh: BTreeSet::new(),
            sat_until: BTreeMap::new(),
            plan: Plan::default(),
        }
    }

    /// Somebody sits here now, or nowhere; in a line of events without a hole.
    pub(crate) fn member(&mut self, user: UserId, seat: Option<Seat>, now: Timestamp) {
        let left = self.open.get(&user).map(|sat| sat.channel);
        let entered = seat.as_ref().map(|seat| seat.channel);
        // Nobody in another channel is alone or in company for it.
        let is_near = |sat: &&Stretch| [left, entered].contains(&Some(sat.channel));
        let near: Vec<Stretch> = self.open.values().filter(is_near).cloned().collect();
        let mut seats = seats_of(&near);
        seats.retain(|seat| seat.user != user);
        seats.extend(seat);
        self.take(plan(&near, seats, Told::Event, now));
    }

    /// These sit there now and nobody else, and what happened before is not known.
    pub(crate) fn anew(&mut self, seats: Vec<Seat>, now: Timestamp) {
        let open: Vec<Stretch> = self.open.values().cloned().collect();
        self.take(plan(&open, seats, Told::Anew, now));
    }

    /// Nobody is counted here any more.
    pub(crate) fn nobody(&mut self, now: Timestamp) {
        let open: Vec<Stretch> = self.open.values().cloned().collect();
        self.take(plan(&open, Vec::new(), Told::Event, now));
    }

    /// What nobody moved on for long ends where it was certain: the feature was off, or the guild away.
    pub(crate) fn stale(&mut self, now: Timestamp) {
        let is_stale = |sat: &&Stretch| now.duration_since(sat.until) > SILENCE;
        let stale = self.open.values().filter(is_stale);
        let ended = stale.map(|sat| (sat.user, sat.until)).collect();
        self.take(Plan {
            ended,
            ..Plan::default()
        });
    }

    /// Whether somebody sits.
    pub(crate) fn is_occupied(&self) -> bool {
        !self.open.is_empty()
    }

    fn take(&mut self, plan: Plan) {
        for (user, until) in plan.ended {
            let Some(sat) = self.open.remove(&user) else {
                continue;
            };
            self.sat_until.insert(user, until);
            if !self.fresh.remove(&user) {
                self.plan.ended.push((user, until));
            } else if until > sat.from {
                self.plan.passed.push(Stretch { until, ..sat });
            }
        }
        for begun in plan.begun {
            let until = self.sat_until.get(&begun.user).copied();
            let from = until.map_or(begun.from, |until| until.max(begun.from));
            self.fresh.insert(begun.user);
            let begun = Stretch {
                from,
                until: from,
                ..begun
            };
            self.open.insert(begun.user, begun);
        }
    }

    /// What all of it comes to.
    pub(crate) fn plan(mut self) -> Plan {
        let fresh = self.fresh.iter();
        self.plan.begun = fresh.filter_map(|user| self.open.remove(user)).collect();
        self.plan
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
        number.to_string().parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn seat(user: u64, channel: u64) -> Seat {
        Seat {
            user: id(user),
            channel: id(channel),
            session: format!("{user}"),
            state: State::default(),
        }
    }

    fn sat(seat: Seat, from: i64, until: i64, alone: bool) -> Stretch {
        Stretch {
            state: State {
                alone,
                ..seat.state
            },
            from: at(from),
            until: at(until),
            ..begin(seat, at(from))
        }
    }

    #[test]
    fn company_ends_being_alone() {
        let open = [sat(seat(1, 9), 0, 30, true)];
        let plan = plan(&open, vec![seat(1, 9), seat(2, 9)], Told::Event, at(40));
        assert_eq!(plan.ended, [(id(1), at(40))]);
        let begun: Vec<_> = plan
            .begun
            .iter()
            .map(|begun| (begun.user, begun.from, begun.state.alone))
            .collect();
        assert_eq!(begun, [(id(1), at(40), false), (id(2), at(40), false)]);
    }

    #[test]
    fn the_same_told_again_changes_nothing() {
        let open = [sat(seat(1, 9), 0, 30, true)];
        for now in [-500, 0, 40, 100, 800] {
            let plan = plan(&open, vec![seat(1, 9)], Told::Event, at(now));
            assert_eq!(plan, Plan::default(), "{now}");
        }
    }

    #[test]
    fn after_a_crash_it_ends_where_it_was_certain() {
        let open = [sat(seat(1, 9), 0, 30, true)];
        // In a new session.
        let anew = plan(&open, vec![seat(1, 9)], Told::Anew, at(300));
        assert_eq!(anew.ended, [(id(1), at(30))]);
        assert_eq!(anew.begun[0].from, at(300));
        // One that did not miss a beat goes on.
        assert_eq!(
            plan(&open, vec![seat(1, 9)], Told::Anew, at(60)),
            Plan::default()
        );
        // Who is gone left at some time after.
        assert_eq!(
            plan(&open, vec![], Told::Anew, at(60)).ended,
            [(id(1), at(30))]
        );
        // A resumed session that tells of leaving, minutes after the last beat.
        assert_eq!(
            plan(&open, vec![], Told::Event, at(300)).ended,
            [(id(1), at(30))]
        );
        assert_eq!(
            plan(&open, vec![], Told::Event, at(60)).ended,
            [(id(1), at(60))]
        );
    }

    #[derive(Clone, Debug)]
    enum Step {
        Sit(u64, u64, bool),
        Leave(u64),
        Beat,
        Anew,
        Again,
    }

    fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
        let step = prop_oneof![
            3 => (1_u64..4, 7_u64..9, any::<bool>()).prop_map(|(user, channel, muted)| Step::Sit(user, channel, muted)),
            2 => (1_u64..4).prop_map(Step::Leave),
            2 => Just(Step::Beat),
            1 => Just(Step::Anew),
            1 => Just(Step::Again),
        ];
        // The clock is set back and forward now and then.
        let pass = prop_oneof![8 => 0_i64..60, 1 => -4_000_i64..0, 1 => 0_i64..100_000];
        proptest::collection::vec((step, pass), 0..60)
    }

    /// As the statements do it.
    fn store(open: &mut Vec<Stretch>, done: &mut Vec<Stretch>, plan: Plan) {
        for (user, until) in plan.ended {
            let place = open.iter().position(|sat| sat.user == user).unwrap();
            let sat = open.remove(place);
            let until = until.max(sat.until);
            done.push(Stretch { until, ..sat });
        }
        let stored = done.clone();
        let since = |one: &Stretch| {
            let own = stored.iter().filter(|sat| sat.user == one.user);
            let before = own.map(|sat| sat.until).max();
            before.map_or(one.from, |before| before.max(one.from))
        };
        for passed in plan.passed {
            let from = since(&passed);
            if passed.until > from {
                done.push(Stretch { from, ..passed });
            }
        }
        for begun in plan.begun {
            let from = since(&begun);
            open.push(Stretch {
                from,
                until: from,
                ..begun
            });
        }
    }

    #[test]
    fn what_passes_within_a_batch_is_kept() {
        let mut book = Book::new(vec![sat(seat(1, 9), 0, 30, true)]);
        book.member(id(2), Some(seat(2, 9)), at(40));
        book.member(id(2), None, at(45));
        book.member(id(1), None, at(60));
        let plan = book.plan();
        assert_eq!(plan.ended, [(id(1), at(40))]);
        let passed: Vec<_> = plan
            .passed
            .iter()
            .map(|sat| (sat.user, sat.from, sat.until, sat.state.alone))
            .collect();
        assert_eq!(
            passed,
            [
                (id(1), at(40), at(45), false),
                (id(2), at(40), at(45), false),
                (id(1), at(45), at(60), true)
            ]
        );
        assert_eq!(plan.begun, []);
    }

    proptest! {
        #[test]
        fn time_is_never_negative_nor_counted_twice(batches in proptest::collection::vec(steps(), 0..8)) {
            let mut now = at(0);
            let mut room: BTreeMap<UserId, Seat> = BTreeMap::new();
            let mut open: Vec<Stretch> = Vec::new();
            let mut done: Vec<Stretch> = Vec::new();
            let mut passed = 0_i64;
            for batch in batches {
                let mut book = Book::new(open.clone());
                for (step, pass) in batch {
                    now += SignedDuration::from_secs(pass);
                    passed += pass.clamp(0, SILENCE.as_secs());
                    match step {
                        Step::Sit(user, channel, muted) => {
                            let mut seat = seat(user, channel);
                            seat.state.muted = muted;
                            room.insert(seat.user, seat.clone());
                            book.member(seat.user, Some(seat), now);
                        }
                        Step::Leave(user) => {
                            room.remove(&id(user));
                            book.member(id(user), None, now);
                        }
                        Step::Beat => {
                            store(&mut open, &mut done, book.plan());
                            for sat in &mut open {
                                if sat.until >= now - SILENCE {
                                    sat.until = sat.until.max(now);
                                }
                            }
                            book = Book::new(open.clone());
                        }
                        Step::Anew => book.anew(room.values().cloned().collect(), now),
                        Step::Again => {
                            for (user, seat) in &room {
                                book.member(*user, Some(seat.clone()), now);
                            }
                        }
                    }
                }
                store(&mut open, &mut done, book.plan());
                let seats: Vec<UserId> = room.keys().copied().collect();
                let mut sitting: Vec<UserId> = open.iter().map(|sat| sat.user).collect();
                sitting.sort_unstable();
                prop_assert_eq!(sitting, seats, "one open stretch for each who sits");
            }
            done.extend(open);
            for user in 1..4 {
                let mut own: Vec<&Stretch> = done.iter().filter(|sat| sat.user == id::<UserId>(user)).collect();
                own.sort_by_key(|sat| (sat.from, sat.until));
                for sat in &own {
                    prop_assert!(sat.until >= sat.from);
                }
                for pair in own.windows(2) {
                    prop_assert!(pair[0].until <= pair[1].from, "{pair:?}");
                }
                let sum: i64 = own.iter().map(|sat| sat.until.duration_since(sat.from).as_secs()).sum();
                prop_assert!(sum <= passed, "{sum} s of {passed} s");
            }
        }
    }
}
