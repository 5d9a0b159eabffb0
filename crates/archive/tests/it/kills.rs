//! The bot is killed at any moment, over and over, while people write, edit and delete: at rest the archive holds what
//! Discord holds, and what was deleted is marked so.
//!
//! `KILLS` and `MESSAGES` make it longer: `KILLS=500 MESSAGES=1000000 cargo nextest run -p archive kills:: --no-capture`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use testkit::{
    BotOptions, Story,
    discord_sim::{ChannelRef, Person, SeenMessage, SimOptions},
};

use crate::{enable, features, texts};

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs it by hand says how long it lasts"
)]
fn count(name: &str, usual: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(usual)
}

#[expect(clippy::print_stderr, reason = "whoever runs it by hand wants to know")]
fn tell(what: &str) {
    eprintln!("{what}");
}

/// Numbers that look drawn and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// What a message says, and whether it is deleted.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Said {
    text: String,
    is_deleted: bool,
}

/// People who write, edit and delete, and what must come of it.
struct People {
    speakers: Vec<Person>,
    channels: Vec<ChannelRef>,
    draw: Draw,
    truth: BTreeMap<u64, Said>,
    /// What was said lately: whose it is, and since which round.
    lately: Vec<(usize, SeenMessage, usize)>,
    done: usize,
}

impl People {
    fn act(&mut self, round: usize) {
        self.done += 1;
        let what = self.draw.below(10);
        if what < 7 || self.lately.is_empty() {
            let who = self.draw.below(self.speakers.len());
            let place = self.draw.below(self.channels.len());
            let text = format!("said {}", self.done);
            let message = self.speakers[who].says(&self.channels[place], &text);
            let said = Said {
                text,
                is_deleted: false,
            };
            self.truth.insert(message.id().get(), said);
            self.lately.push((who, message, round));
            return;
        }
        let index = self.draw.below(self.lately.len());
        if what < 9 {
            let (who, message, _) = &self.lately[index];
            let text = format!("edited {}", self.done);
            self.speakers[*who].edits(message, &text);
            self.truth.get_mut(&message.id().get()).unwrap().text = text;
        } else {
            let (who, message, _) = self.lately.swap_remove(index);
            self.speakers[who].deletes(&message);
            self.truth.get_mut(&message.id().get()).unwrap().is_deleted = true;
        }
    }

    async fn act_often(&mut self, round: usize, times: usize) {
        for at in 0..times {
            self.act(round);
            if at % 8 == 0 {
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn assert_whole(story: &Story, truth: &BTreeMap<u64, Said>) {
    let sql = "select id || ' ' || case when deleted_at is null then 'there' else 'gone' end || ' '
             || coalesce(content, '') from archive.message where not is_bot order by id";
    let rows = texts(story, sql).await;
    let held: BTreeMap<u64, Said> = rows
        .iter()
        .map(|row| {
            let (id, rest) = row.split_once(' ').unwrap();
            let (state, text) = rest.split_once(' ').unwrap();
            let said = Said {
                text: text.to_owned(),
                is_deleted: state == "gone",
            };
            (id.parse().unwrap(), said)
        })
        .collect();
    let mut wrong = Vec::new();
    for (id, said) in truth {
        let is_right = match held.get(id) {
            // What came and went while nobody listened is nowhere to be read any more.
            None => said.is_deleted,
            // What a message said last before it was deleted unheard, nobody knows.
            Some(held) if said.is_deleted => held.is_deleted,
            Some(held) => held == said,
        };
        if !is_right {
            wrong.push((id, said, held.get(id)));
        }
    }
    let count = wrong.len();
    wrong.truncate(5);
    assert_eq!(count, 0, "of {} messages, as {wrong:?}", truth.len());
    let made_up = held.keys().filter(|id| !truth.contains_key(id)).count();
    assert_eq!(made_up, 0, "nothing is held that was never said");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_ends_with_what_discord_holds() {
    let (kills, messages) = (count("KILLS", 10), count("MESSAGES", 3_000));
    let sim = SimOptions {
        messages_per_channel: messages,
        // The repairs of many kills read many pages.
        rate_limits: false,
        log_calls: false,
        log_transcript: false,
        ..SimOptions::default()
    };
    let begun = Instant::now();
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let channels: Vec<_> = (0..5)
            .map(|index| guild.text(&format!("talk-{index}")))
            .collect();
        story.idle().await;
        for channel in &channels {
            enable(story, &guild, channel).await;
        }
        let mut people = People {
            speakers: (0..10)
                .map(|index| guild.member(&format!("person {index}")))
                .collect(),
            channels,
            draw: Draw(7),
            truth: BTreeMap::new(),
            lately: Vec::new(),
            done: 0,
        };
        let each = messages / kills.max(1);
        // To look at all that is held takes the longer the more it is.
        let looks = (kills / 20).max(10);
        for round in 0..kills {
            people.lately.retain(|(_, _, since)| since + 5 > round);
            let before = people.draw.below(each);
            people.act_often(round, before).await;
            story.kill();
            people.act_often(round, (each - before) / 2).await;
            // Enough time passes for a new session, and nobody waits for the dead one's jobs.
            story.pass(jiff::SignedDuration::from_secs(70));
            story.lapse_leases().await;
            if round % 4 == 3 {
                story.sim.faults().op9(false);
            }
            story.start().await;
            people
                .act_often(round, each - before - (each - before) / 2)
                .await;
            if round % looks == looks - 1 {
                story.reconnected("a kill").await;
                story.idle().await;
                assert_whole(story, &people.truth).await;
            }
        }
        story.reconnected("the last kill").await;
        story.idle().await;
        assert_whole(story, &people.truth).await;
        let said = people.truth.len();
        tell(&format!(
            "{kills} kills, {} acts on {said} messages in {:?}",
            people.done,
            begun.elapsed()
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_without_database_and_a_lost_session_leave_no_hole() {
    let patience = Duration::from_secs(count("OUTAGE", 4).try_into().unwrap());
    testkit::story_with(
        features,
        SimOptions::default(),
        BotOptions::default(),
        async |story| {
            story.allows_refusals = true;
            let guild = story.sim.guild("Rust FR");
            let channel = guild.text("talk");
            story.idle().await;
            enable(story, &guild, &channel).await;
            let mut people = People {
                speakers: vec![guild.member("alice"), guild.member("bob")],
                channels: vec![channel],
                draw: Draw(11),
                truth: BTreeMap::new(),
                lately: Vec::new(),
                done: 0,
            };
            people.act_often(0, 50).await;
            story.idle().await;
            story.cut_database(true);
            let back_at = Instant::now() + patience;
            let mut round = 0;
            while Instant::now() < back_at {
                people.act_often(0, 10).await;
                story.pass(jiff::SignedDuration::from_millis(50));
                round += 1;
                if round == 5 {
                    story.sim.faults().op9(false);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            story.cut_database(false);
            people.act_often(0, 50).await;
            story.reconnected("an op 9 without a database").await;
            story.idle().await;
            assert_whole(story, &people.truth).await;
        },
    )
    .await;
}
