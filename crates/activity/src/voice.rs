//! Time in voice: stretches of sitting in a channel, split wherever something about it changes.
//!
//! [`plan`] compares the open stretches of a guild with who sits there now, and says which end and which begin; it is
//! pure, and the same for an event as for what Discord tells when a session begins. An open stretch carries until
//! when it is certain; a job moves that on every half minute (`beat`) while the gateway is connected. So a process
//! that dies leaves stretches that end within a minute of it, and the next one decides:
//!
//! - a resumed session goes on with them: nobody left without Discord's telling, so the silence counts too, up to
//!   [`SILENCE`];
//! - in a new session nothing is known of the silence: they end where they were certain, and who still sits there
//!   begins anew.
//!
//! A clock that is set back adds nothing: no end is before a beginning, and nobody sits in two places at a time. One
//! that is set forward adds at most [`SILENCE`]. Bots are not counted, nor who opted out; for «alone» they are not there.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{Failure, Kit, On, Outcome};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_model::{
    gateway::payload::incoming::{GuildCreate, VoiceStateUpdate},
    voice::VoiceState,
};

use crate::{
    Activity, capture::place_is_counted, model::Person, settings::ActivitySettings, store,
};

/// How often those who sit are said to sit still.
const BEAT: SignedDuration = SignedDuration::from_secs(30);
/// After such a pause it is not certain that nothing happened meanwhile.
const CERTAIN: SignedDuration = SignedDuration::from_secs(90);
/// The longest silence that counts as sitting.
const SILENCE: SignedDuration = SignedDuration::from_mins(15);

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
pub(crate) enum Told {
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
    /// What begins; from the same instant on it is certain.
    pub(crate) begun: Vec<Stretch>,
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.begun.is_empty()
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
pub(crate) fn plan(open: &[Stretch], mut seats: Vec<Seat>, told: Told, now: Timestamp) -> Plan {
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

/// A seat, as Discord tells of it; none for who left, and where nobody is counted.
fn seat(
    kit: &Kit<Activity>,
    settings: &ActivitySettings,
    guild: GuildId,
    told: &VoiceState,
    roles: &[RoleId],
) -> Option<Seat> {
    let channel = ChannelId::from(told.channel_id?);
    if !place_is_counted(kit, settings, channel) || settings.leaves_out(roles) {
        return None;
    }
    let afk = kit
        .cache
        .guild(guild.into())
        .and_then(|guild| guild.afk_channel_id());
    Some(Seat {
        user: told.user_id.into(),
        channel,
        session: told.session_id.chars().take(100).collect(),
        state: State {
            muted: told.mute || told.self_mute,
            deafened: told.deaf || told.self_deaf,
            streaming: told.self_stream,
            filming: told.self_video,
            afk: afk.map(ChannelId::from) == Some(channel),
            alone: false,
        },
    })
}

/// Writes down what follows, and sees to it that it is kept true.
async fn settle(
    kit: &Kit<Activity>,
    db: &mut PgConnection,
    guild: GuildId,
    plan: &Plan,
) -> Outcome<()> {
    if plan.is_empty() {
        return Ok(());
    }
    store::voice::apply(db, guild, plan).await?;
    if !plan.begun.is_empty() {
        beat_later(kit, db).await?;
    }
    crate::sums::later(kit, db).await?;
    Ok(())
}

/// Somebody joins, moves, leaves, or changes something.
pub(crate) async fn voice_state(kit: Kit<Activity>, on: On<VoiceStateUpdate>) -> Outcome<()> {
    let Some(guild) = on.0.guild_id.map(GuildId::from) else {
        return Ok(());
    };
    let told = &on.0;
    let member = told.member.as_ref();
    if member.is_some_and(|member| member.user.bot) {
        return Ok(());
    }
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let roles: Vec<RoleId> = member
        .map(|member| member.roles.iter().copied().map(Into::into).collect())
        .unwrap_or_default();
    let user = UserId::from(told.user_id);
    let mut db = kit.database.begin().await?;
    let is_out = !store::people::out(&mut db, guild, &[user])
        .await?
        .is_empty();
    let seat = seat(&kit, &settings, guild, told, &roles).filter(|_| !is_out);
    if let (Some(_), Some(member)) = (&seat, member) {
        let name = crate::capture::shown(
            member.nick.as_deref(),
            member.user.global_name.as_deref(),
            &member.user.name,
        );
        let person = Person {
            guild,
            user,
            name,
            is_bot: false,
        };
        store::people::name(&mut db, &[person], kit.clock.now()).await?;
    }
    let open = store::voice::open(&mut db, guild).await?;
    let mut seats = seats_of(&open);
    seats.retain(|seat| seat.user != user);
    seats.extend(seat);
    let plan = plan(&open, seats, Told::Event, kit.clock.now());
    settle(&kit, &mut db, guild, &plan).await?;
    db.commit().await?;
    Ok(())
}

/// A session begins: Discord tells who sits there.
pub(crate) async fn guild_create(kit: Kit<Activity>, on: On<GuildCreate>) -> Outcome<()> {
    let GuildCreate::Available(told) = &*on else {
        return Ok(());
    };
    let guild = GuildId::from(told.id);
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let mut people = Vec::new();
    let mut seats = Vec::new();
    for state in &told.voice_states {
        let member = told
            .members
            .iter()
            .find(|member| member.user.id == state.user_id);
        if member.is_some_and(|member| member.user.bot) {
            continue;
        }
        let roles: Vec<RoleId> = member
            .map(|member| member.roles.iter().copied().map(Into::into).collect())
            .unwrap_or_default();
        seats.extend(seat(&kit, &settings, guild, state, &roles));
    }
    for member in &told.members {
        let sits = seats
            .iter()
            .any(|seat| UserId::from(member.user.id) == seat.user);
        if sits || member.user.bot {
            people.push(Person {
                guild,
                user: member.user.id.into(),
                name: crate::capture::shown(
                    member.nick.as_deref(),
                    member.user.global_name.as_deref(),
                    &member.user.name,
                ),
                is_bot: member.user.bot,
            });
        }
    }
    people.sort_unstable_by_key(|person| person.user);
    people.dedup_by_key(|person| person.user);
    seats.sort_unstable_by_key(|seat| seat.user);
    seats.dedup_by_key(|seat| seat.user);
    let users: Vec<UserId> = seats.iter().map(|seat| seat.user).collect();
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    let out = store::people::out(&mut db, guild, &users).await?;
    seats.retain(|seat| !out.contains(&seat.user));
    store::people::name(&mut db, &people, now).await?;
    let open = store::voice::open(&mut db, guild).await?;
    let plan = plan(&open, seats, Told::Anew, now);
    settle(&kit, &mut db, guild, &plan).await?;
    db.commit().await?;
    Ok(())
}

/// Says of those who sit that they still do.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Beat {}

impl Job for Beat {
    const NAME: &'static str = "activity.beat";
}

async fn beat_later(kit: &Kit<Activity>, db: &mut PgConnection) -> Outcome<()> {
    // A key of its own instant: many beginnings must not put the beat off again and again.
    let now = kit.clock.now();
    let slot = now.as_second().div_euclid(BEAT.as_secs()) + 1;
    let at = Timestamp::from_second(slot * BEAT.as_secs()).unwrap_or(now);
    let job = NewJob::new(&Beat {})
        .map_err(Failure::fault)?
        .key("all")
        .at(at);
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn beat(kit: Kit<Activity>, _: Beat) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    let occupied = store::voice::occupied(&mut db).await?;
    if occupied.is_empty() {
        return Ok(());
    }
    let mut heard = Vec::new();
    for guild in occupied {
        // While nothing is heard of a guild, nothing is certain.
        if is_heard(&kit, guild)
            && !kit
                .is_off(<Activity as feature::Feature>::NAME, guild)
                .await?
        {
            heard.push(guild);
        }
    }
    let now = kit.clock.now();
    store::voice::beat(&mut db, &heard, now - SILENCE, now).await?;
    if !heard.is_empty() {
        crate::sums::later(&kit, &mut db).await?;
    }
    beat_later(&kit, &mut db).await?;
    db.commit().await?;
    Ok(())
}

/// Whether events of a guild come in now, and all that came before were handled.
fn is_heard(kit: &Kit<Activity>, guild: GuildId) -> bool {
    let shards = kit.pulse.shards();
    let count = u64::try_from(shards.len()).unwrap_or(1).max(1);
    let shard = u32::try_from((guild.get() >> 22) % count).unwrap_or_default();
    let is_connected = shards.get(&shard).is_some_and(|shard| shard.is_active);
    let is_there = kit
        .cache
        .guild(guild.into())
        .is_some_and(|known| known.unavailable() != Some(true));
    is_connected && is_there && kit.feature.caught_up.lock().contains(&guild)
}

/// What nobody moved on for long ends where it was certain: the feature was off, or the guild away.
pub(crate) async fn reconcile(kit: &Kit<Activity>, guild: GuildId) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    let open = store::voice::open(&mut db, guild).await?;
    let is_stale = |sat: &&Stretch| now.duration_since(sat.until) > SILENCE;
    let plan = Plan {
        ended: open
            .iter()
            .filter(is_stale)
            .map(|sat| (sat.user, sat.until))
            .collect(),
        begun: Vec::new(),
    };
    settle(kit, &mut db, guild, &plan).await?;
    if plan.ended.len() < open.len() {
        beat_later(kit, &mut db).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Ends what is open of a guild, of a member or of all, now.
pub(crate) async fn end(
    kit: &Kit<Activity>,
    db: &mut PgConnection,
    guild: GuildId,
    user: Option<UserId>,
) -> Outcome<()> {
    let now = kit.clock.now();
    let open = store::voice::open(db, guild).await?;
    let mut seats = seats_of(&open);
    seats.retain(|seat| user.is_some_and(|user| user != seat.user));
    let plan = plan(&open, seats, Told::Event, now);
    settle(kit, db, guild, &plan).await
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

    proptest! {
        #[test]
        fn time_is_never_negative_nor_counted_twice(steps in steps()) {
            let mut now = at(0);
            let mut room: BTreeMap<u64, Seat> = BTreeMap::new();
            let mut open: Vec<Stretch> = Vec::new();
            let mut done: Vec<Stretch> = Vec::new();
            let mut passed = 0_i64;
            for (step, pass) in steps {
                now += SignedDuration::from_secs(pass);
                passed += pass.clamp(0, SILENCE.as_secs());
                let told = match step {
                    Step::Sit(user, channel, muted) => {
                        let mut seat = seat(user, channel);
                        seat.state.muted = muted;
                        room.insert(user, seat);
                        Told::Event
                    }
                    Step::Leave(user) => { room.remove(&user); Told::Event }
                    Step::Beat => {
                        for sat in &mut open {
                            if sat.until >= now - SILENCE {
                                sat.until = sat.until.max(now);
                            }
                        }
                        continue;
                    }
                    Step::Anew => Told::Anew,
                    Step::Again => Told::Event,
                };
                let plan = plan(&open, room.values().cloned().collect(), told, now);
                for (user, until) in &plan.ended {
                    let place = open.iter().position(|sat| sat.user == *user).unwrap();
                    let mut sat = open.remove(place);
                    prop_assert!(*until >= sat.until);
                    sat.until = *until;
                    done.push(sat);
                }
                for begun in plan.begun {
                    // As the statement does it.
                    let before = done.iter().filter(|sat| sat.user == begun.user).map(|sat| sat.until).max();
                    let from = before.map_or(begun.from, |before| before.max(begun.from));
                    open.push(Stretch { from, until: from, ..begun });
                }
                let seats: Vec<UserId> = room.values().map(|seat| seat.user).collect();
                let mut sitting: Vec<UserId> = open.iter().map(|sat| sat.user).collect();
                sitting.sort_unstable();
                prop_assert_eq!(sitting, seats, "one open stretch for each who sits");
            }
            done.extend(open);
            for user in 1..4 {
                let mut own: Vec<&Stretch> = done.iter().filter(|sat| sat.user == id::<UserId>(user)).collect();
                own.sort_by_key(|sat| sat.from);
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
