//! Stories of voice hubs.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod http;
mod hubs;
mod limits;
mod off;
mod opening;
mod owners;
mod panel;
mod races;
mod renaming;
mod restarts;
mod storm;
mod waiting;

use testkit::{
    Story,
    discord_sim::{Answer, ChannelRef, Guild, Person, SeenMessage},
};

fn features() -> feature::Registry {
    feature::Registry::new().with(voice_hubs::VoiceHubs::default())
}

/// A guild that speaks French, whose owner has made a hub.
async fn with_hub(story: &Story) -> (Guild, Person, ChannelRef) {
    let guild = story.sim.guild("Rust FR").locale("fr");
    let owner = guild.owner().locale("fr");
    let hub = guild.voice("Créer un salon");
    story.idle().await;
    story
        .answer(owner.slash("/hub create", &[("channel", (&hub).into())]))
        .await;
    story.sim.clear_calls();
    (guild, owner, hub)
}

/// Somebody joins a hub and is moved into their room.
async fn opens(story: &Story, person: &Person, hub: &ChannelRef) -> ChannelRef {
    person.joins(hub);
    story.idle().await;
    let room = person.voice().expect("who joins a hub stays in voice");
    assert_ne!(&room, hub, "nobody was moved\n{}", story.sim.transcript());
    room
}

/// The panel of a room, as it is now.
fn panel(person: &Person, room: &ChannelRef) -> SeenMessage {
    person
        .sees(room)
        .into_iter()
        .rfind(|message| !message.is_ephemeral() && message.text().contains('👑'))
        .expect("the room has a panel in its chat")
}

/// Clicks on the panel of a room.
async fn clicks(story: &Story, person: &Person, room: &ChannelRef, button: &str) -> Answer {
    let panel = panel(person, room);
    story
        .answer(person.in_channel(room).clicks(&panel, button))
        .await
}

/// The calls that the bot made, without their bodies.
fn calls(story: &Story) -> String {
    let calls = story.sim.rendered_calls();
    let short = calls.lines().map(|line| {
        let (call, rest) = line.split_once(" {\"").unwrap_or((line, ""));
        match rest.rsplit_once(" → ") {
            Some((_, status)) => format!("{call} → {status}"),
            None => call.to_owned(),
        }
    });
    short.collect::<Vec<_>>().join("\n")
}

/// How many rooms are written down.
async fn rooms_stored(story: &Story) -> i64 {
    count(story, "select count(*) from voice_hubs.room").await
}

async fn count(story: &Story, sql: &str) -> i64 {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test counts rows of any table")]
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut *db)
        .await
        .unwrap()
}
