//! Scheduled events: rules, rights, and the clock.

use std::time::Duration;

use discord_sim::{Permissions, Sim};
use serde_json::{Value, json};
use twilight_gateway::Event;

use crate::support::{Bot, api, error, sim, strict_guild};

fn in_hours(sim: &Sim, hours: i64) -> String {
    let at = sim.now().as_second() + hours * 3600;
    jiff::Timestamp::from_second(at).unwrap().to_string()
}

fn meetup(sim: &Sim) -> Value {
    json!({
        "name": "Meetup", "privacy_level": 2, "entity_type": 3,
        "scheduled_start_time": in_hours(sim, 1), "scheduled_end_time": in_hours(sim, 3),
        "entity_metadata": {"location": "The pub"},
    })
}

#[tokio::test]
async fn creating_needs_create_events_and_managing_is_not_enough() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::MANAGE_EVENTS);
    let path = format!("/guilds/{}/scheduled-events", guild.id());
    assert_eq!(
        error(&api(&sim, "POST", &path, meetup(&sim)).await),
        (403, 50013)
    );
    let guild = guild.bot_permissions(Permissions::CREATE_EVENTS);
    let (status, event) = api(&sim, "POST", &path, meetup(&sim)).await;
    assert_eq!((status, event["status"].clone()), (200, json!(1)));
    let _guild = guild.bot_permissions(Permissions::NONE);
    let one = format!("{path}/{}", event["id"].as_str().unwrap());
    assert_eq!(
        error(&api(&sim, "DELETE", &one, json!(null)).await),
        (403, 50013)
    );
}

#[tokio::test]
async fn place_and_end_fit_the_kind() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/guilds/{}/scheduled-events", guild.id());
    let without = |key: &str| {
        let mut body = meetup(&sim);
        body.as_object_mut().unwrap().remove(key);
        body
    };
    for key in [
        "name",
        "scheduled_end_time",
        "entity_metadata",
        "privacy_level",
    ] {
        assert_eq!(
            error(&api(&sim, "POST", &path, without(key)).await),
            (400, 50035),
            "{key}"
        );
    }
    let mut voice = without("entity_metadata");
    voice["entity_type"] = json!(2);
    assert_eq!(
        error(&api(&sim, "POST", &path, voice.clone()).await),
        (400, 50035)
    );
    voice["channel_id"] = json!(guild.text("general").id());
    assert_eq!(
        error(&api(&sim, "POST", &path, voice.clone()).await),
        (400, 50091)
    );
    voice["channel_id"] = json!(guild.voice("room").id());
    assert_eq!(api(&sim, "POST", &path, voice).await.0, 200);
    let mut past = meetup(&sim);
    past["scheduled_start_time"] = json!(in_hours(&sim, -1));
    assert_eq!(error(&api(&sim, "POST", &path, past).await), (400, 50035));
}

#[tokio::test]
async fn the_clock_starts_and_ends_events_elsewhere() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/guilds/{}/scheduled-events", guild.id());
    let (_, event) = api(&sim, "POST", &path, meetup(&sim)).await;
    guild.member("alice").is_interested("Meetup", true);
    bot.wait(|event| matches!(event, Event::GuildScheduledEventUserAdd(_)).then_some(()))
        .await;
    let one = format!("{path}/{}", event["id"].as_str().unwrap());
    let (_, users) = api(
        &sim,
        "GET",
        &format!("{one}/users?with_member=true"),
        json!(null),
    )
    .await;
    assert_eq!(users[0]["user"]["username"], "alice");
    sim.advance(Duration::from_hours(1));
    assert_eq!(api(&sim, "GET", &one, json!(null)).await.1["status"], 2);
    sim.advance(Duration::from_hours(2));
    assert_eq!(api(&sim, "GET", &one, json!(null)).await.1["status"], 3);
    let late = api(&sim, "PATCH", &one, json!({"name": "x"})).await;
    assert_eq!(error(&late), (400, 180_000));
}

#[tokio::test]
async fn status_moves_one_way() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/guilds/{}/scheduled-events", guild.id());
    let (_, event) = api(&sim, "POST", &path, meetup(&sim)).await;
    let one = format!("{path}/{}", event["id"].as_str().unwrap());
    assert_eq!(
        error(&api(&sim, "PATCH", &one, json!({"status": 3})).await),
        (400, 50035)
    );
    assert_eq!(api(&sim, "PATCH", &one, json!({"status": 2})).await.0, 200);
    assert_eq!(
        error(&api(&sim, "PATCH", &one, json!({"status": 4})).await),
        (400, 50035)
    );
    assert_eq!(api(&sim, "PATCH", &one, json!({"status": 3})).await.0, 200);
}

#[tokio::test]
async fn a_guild_has_a_hundred_open_events() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/guilds/{}/scheduled-events", guild.id());
    for _ in 0..100 {
        assert_eq!(api(&sim, "POST", &path, meetup(&sim)).await.0, 200);
        sim.advance(Duration::from_millis(30));
    }
    assert_eq!(
        error(&api(&sim, "POST", &path, meetup(&sim)).await),
        (400, 30038)
    );
}
