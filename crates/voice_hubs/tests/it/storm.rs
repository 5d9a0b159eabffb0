//! Storms: people join, move and leave at random while the bot is killed and its connection breaks.
//!
//! At rest there are as many rooms as rooms with people in them, each has one owner, nobody waits in a hub, and nothing
//! else is left in Discord or in Postgres. A run by hand takes `STORM_SEEDS` (how many) and `STORM_ACTS` (how many acts
//! each): `STORM_SEEDS=1000 cargo nextest run -p voice_hubs --run-ignored only by_hand`.

use std::collections::HashSet;

use jiff::SignedDuration;
use testkit::{
    BotOptions, Story,
    discord_sim::{ChannelRef, Guild, Person, SimOptions},
};

use crate::{count, features, rooms_stored};

const MEMBERS: usize = 500;
const HUBS: usize = 50;
/// How many acts happen before everyone waits for calm; time goes on then.
const GUST: usize = 100;

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[usize::try_from(self.roll(u64::try_from(among.len()).unwrap())).unwrap()]
    }
}

struct Storm {
    dice: Dice,
    guild: Guild,
    people: Vec<Person>,
    hubs: Vec<ChannelRef>,
    elsewhere: ChannelRef,
    joins: usize,
    creates: usize,
    was_killed: bool,
}

/// Tells a storm of `acts` acts.
async fn storm(seed: u64, acts: usize) {
    let sim = SimOptions {
        rate_limits: false,
        log_transcript: false,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let mut storm = begin(story, seed).await;
        for gust in 0..acts.div_ceil(GUST) {
            for _ in 0..GUST.min(acts - gust * GUST) {
                act(&mut storm, story).await;
            }
            rest(&mut storm, story).await;
        }
        for person in &storm.people {
            person.leaves();
        }
        rest(&mut storm, story).await;
        assert_eq!(rooms_stored(story).await, 0, "seed {seed}");
        assert_eq!(
            count(story, "select count(*) from voice_hubs.seat").await,
            0,
            "seed {seed}"
        );
        assert_eq!(
            storm.guild.channel_names().len(),
            HUBS + 2,
            "seed {seed}: {:?}",
            storm.guild.channel_names()
        );
        assert!(
            storm.creates <= storm.joins,
            "seed {seed}: {} rooms for {} joins",
            storm.creates,
            storm.joins
        );
    })
    .await;
}

async fn begin(story: &Story, seed: u64) -> Storm {
    let guild = story.sim.guild("Storm");
    let owner = guild.owner().locale("en-US");
    let people = (0..MEMBERS)
        .map(|index| guild.member(&format!("p{index}")))
        .collect();
    let elsewhere = guild.voice("Elsewhere");
    let mut hubs = Vec::new();
    for index in 0..HUBS {
        hubs.push(guild.voice(&format!("hub {index}")));
    }
    story.idle().await;
    for hub in &hubs {
        story
            .answer(owner.slash("/hub create", &[("channel", hub.into())]))
            .await;
        story
            .answer(owner.slash(
                "/hub config",
                &[
                    ("hub", hub.into()),
                    ("per_member", 60.into()),
                    ("per_server", 200.into()),
                ],
            ))
            .await;
    }
    Storm {
        dice: Dice(seed),
        guild,
        people,
        hubs,
        elsewhere,
        joins: 0,
        creates: 0,
        was_killed: false,
    }
}

async fn act(storm: &mut Storm, story: &mut Story) {
    let person = storm.dice.pick(&storm.people).clone();
    match storm.dice.roll(1000) {
        0..300 => {
            let hub = storm.dice.pick(&storm.hubs).clone();
            if person.voice().as_ref() != Some(&hub) && person.try_joins(&hub).is_ok() {
                storm.joins += 1;
            }
        }
        300..700 => person.leaves(),
        700..900 => {
            let other = storm.dice.pick(&storm.people).voice();
            if let Some(room) = other.filter(|room| !storm.hubs.contains(room)) {
                let _ = person.try_joins(&room);
            }
        }
        900..960 => {
            let _ = person.try_joins(&storm.elsewhere);
        }
        960..970 => story.sim.faults().duplicate_next_event(),
        970..980 => story.sim.faults().drop_gateway(),
        980..985 => story.sim.faults().op7(),
        985 => story.sim.faults().op9(false),
        986..992 => story.sim.faults().event_before_reply(None),
        992..995 => {
            story.kill();
            storm.was_killed = true;
            story.start().await;
        }
        _ => tokio::task::yield_now().await,
    }
}

/// Waits for calm, looks at what is there, and lets time go on so that no throttle counts what is long past.
async fn rest(storm: &mut Storm, story: &mut Story) {
    story.reconnected("a gust").await;
    if std::mem::take(&mut storm.was_killed) {
        story.lapse_leases().await;
    }
    story.idle().await;
    // What another process had begun is taken over after some seconds, and what failed is tried again.
    for _ in 0..3 {
        story.advance(SignedDuration::from_secs(6)).await;
    }
    let calls = story.sim.calls_to("POST", "/guilds/{guild_id}/channels");
    storm.creates += calls.iter().filter(|call| call.status == 201).count();
    story.sim.clear_calls();
    let mut taken = HashSet::new();
    for person in &storm.people {
        let Some(place) = person.voice() else {
            continue;
        };
        assert!(
            !storm.hubs.contains(&place),
            "{} still waits in {}",
            person.name(),
            place.name()
        );
        if place != storm.elsewhere {
            taken.insert(place.id());
        }
    }
    let rooms = storm.guild.channel_names().len() - HUBS - 2;
    assert_eq!(rooms, taken.len(), "rooms are rooms with people in them");
    assert_eq!(usize::try_from(rooms_stored(story).await).unwrap(), rooms);
    let owned = "select count(*) from (select distinct hub_id, owner_id from voice_hubs.room where channel_id is not null) o";
    assert_eq!(
        usize::try_from(count(story, owned).await).unwrap(),
        rooms,
        "one owner each"
    );
    let owner = storm.guild.owner();
    for place in storm.people.iter().filter_map(Person::voice) {
        owner.sees(&place);
    }
    for hub in &storm.hubs {
        owner.sees(hub);
    }
    owner.sees(&storm.guild.text("general"));
    story.advance(SignedDuration::from_mins(60)).await;
}

macro_rules! storms {
    ($($name:ident: $seed:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            storm($seed, 1000).await;
        }
    )*};
}

storms! {
    storm_01: 1; storm_02: 2; storm_03: 3; storm_04: 4; storm_05: 5;
    storm_06: 6; storm_07: 7; storm_08: 8; storm_09: 9; storm_10: 10;
    storm_11: 11; storm_12: 12; storm_13: 13; storm_14: 14; storm_15: 15;
    storm_16: 16; storm_17: 17; storm_18: 18; storm_19: 19; storm_20: 20;
}

#[tokio::test]
#[ignore = "takes as long as it is told to"]
async fn by_hand() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a run by hand is told how long to take"
    )]
    let of = |name, default| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    for seed in 0..of("STORM_SEEDS", 1) {
        let seed = seed + of("STORM_FIRST", 1000);
        storm(seed, usize::try_from(of("STORM_ACTS", 20_000)).unwrap()).await;
    }
}
