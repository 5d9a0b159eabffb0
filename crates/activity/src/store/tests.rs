//! Sums against a plain count of all that was told.

use std::collections::BTreeMap;

use database::{GuildId, UserId, test_support::TestDatabase};
use feature::created_at;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{days, erasing, people, reading, voice, written};
use crate::{
    model::{Heard, LocalDay, Person, Range, local_days},
    voice::{Plan, State, Stretch},
};

const DAY: u64 = 86_400_000 << 22;
/// The first id of 2026-03-27 in UTC; the clocks of Europe change two days later.
const FIRST: u64 = (1_774_569_600_000 - 1_420_070_400_000) << 22;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
    number.to_string().parse().unwrap()
}

/// Messages of four days: who, where, and how often each is told; then in which batches.
fn told() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    proptest::collection::vec((FIRST..FIRST + 4 * DAY, 1_u64..6, 50_u64..53), 1..80)
}

async fn sum_up(db: &mut sqlx::PgConnection, guild: GuildId, zone: &TimeZone) {
    let dirty = days::take_dirty(db, guild).await.unwrap();
    for run in local_days(&dirty, zone) {
        days::sum(db, guild, &run).await.unwrap();
    }
}

#[tokio::test]
async fn sums_are_what_a_plain_count_says() {
    let database = TestDatabase::create().await;
    let mut db = database.database().acquire().await.unwrap();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let zones = [
        "Europe/Paris",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Pacific/Chatham",
        "UTC",
    ];
    for case in 0..25_u64 {
        let guild: GuildId = id(1_000 + case);
        let name = zones[usize::try_from(case).unwrap() % zones.len()];
        let zone = TimeZone::get(name).unwrap();
        let told = told().new_tree(&mut runner).unwrap().current();
        // A message has one author and one channel, however often it is told.
        let told: BTreeMap<u64, (u64, u64)> = told
            .into_iter()
            .map(|(id, user, channel)| (id, (user, channel)))
            .collect();
        let heard: Vec<Heard> = told
            .iter()
            .map(|(message, (user, channel))| Heard {
                guild,
                id: id(*message),
                channel: id(*channel),
                user: id(*user),
            })
            .collect();
        let now = Timestamp::from_second(1_775_000_000).unwrap();
        for (nth, part) in heard.chunks(7).enumerate() {
            written::count(&mut db, part).await.unwrap();
            // Each batch comes again, some of them after the sums were drawn, and people change their names.
            if nth % 2 == 0 {
                sum_up(&mut db, guild, &zone).await;
            }
            written::count(&mut db, part).await.unwrap();
            let named = Person {
                guild,
                user: part[0].user,
                name: format!("name {nth}"),
                is_bot: false,
            };
            people::name(&mut db, &[named], now).await.unwrap();
        }
        // One of them does not want to be counted after all.
        let out: UserId = id(5);
        people::opt(&mut db, guild, out, Some(now), now)
            .await
            .unwrap();
        erasing::member(&mut db, guild, out).await.unwrap();
        written::count(&mut db, &heard).await.unwrap();
        sum_up(&mut db, guild, &zone).await;
        let mut expected: BTreeMap<(Date, UserId), i64> = BTreeMap::new();
        for one in heard.iter().filter(|one| one.user != out) {
            let day = created_at(one.id.get()).to_zoned(zone.clone()).date();
            *expected.entry((day, one.user)).or_default() += 1;
        }
        let range = Range {
            first: jiff::civil::date(2026, 3, 25),
            last: jiff::civil::date(2026, 4, 2),
        };
        for date in range.days() {
            let of_day = Range {
                first: date,
                last: date,
            };
            let found = reading::members(&mut db, guild, of_day, false, 0, 100)
                .await
                .unwrap();
            let found: BTreeMap<UserId, i64> =
                found.iter().map(|top| (top.who, top.messages)).collect();
            let expected: BTreeMap<UserId, i64> = expected
                .iter()
                .filter(|((day, _), _)| *day == date)
                .map(|((_, user), messages)| (*user, *messages))
                .collect();
            assert_eq!(found, expected, "{name} {date}");
            let LocalDay { begin, end, .. } = LocalDay::of(date, &zone);
            let slots = reading::slots(&mut db, guild, begin, end).await.unwrap();
            let of_slots: i64 = slots.iter().map(|slot| i64::from(slot.messages)).sum();
            assert_eq!(of_slots, expected.values().sum::<i64>(), "{name} {date}");
        }
    }
}

#[tokio::test]
async fn time_in_voice_is_cut_at_midnight_where_the_guild_is() {
    let database = TestDatabase::create().await;
    let mut db = database.database().acquire().await.unwrap();
    let guild: GuildId = id(1);
    let user: UserId = id(7);
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let from = at("2026-03-28T22:30:00Z");
    let plan = Plan {
        begun: vec![Stretch {
            user,
            channel: id(9),
            session: "s".to_owned(),
            state: State::default(),
            from,
            until: from,
        }],
        ..Plan::default()
    };
    voice::apply(&mut db, &[(guild, plan.clone())])
        .await
        .unwrap();
    // The same again makes no second one.
    voice::apply(&mut db, &[(guild, plan.clone())])
        .await
        .unwrap();
    let until = at("2026-03-29T23:00:00Z");
    voice::beat(&mut db, &[guild], from, until).await.unwrap();
    let plan = Plan {
        ended: vec![(user, from)],
        ..Plan::default()
    };
    // An end before what is certain takes nothing back.
    voice::apply(&mut db, &[(guild, plan.clone())])
        .await
        .unwrap();
    sum_up(&mut db, guild, &zone).await;
    let mut seconds = Vec::new();
    for date in [28, 29, 30] {
        let date = jiff::civil::date(2026, 3, date);
        let range = Range {
            first: date,
            last: date,
        };
        seconds.push(reading::totals(&mut db, guild, range).await.unwrap().voice);
    }
    // Half an hour before midnight, a day of 23 hours, an hour after it.
    assert_eq!(seconds, [1_800, 23 * 3_600, 3_600]);
}
