//! Bad days: the faults a bot must live through.

use std::time::Duration;

use serde_json::json;
use twilight_gateway::{Event, EventTypeFlags, StreamExt as _};

use crate::support::{Bot, api, error, raw, sim};

#[tokio::test]
async fn calls_fail_and_lose_their_answers_on_request() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let path = format!("/channels/{}/messages", general.id());
    let body = json!({"content": "x"});
    let faults = sim.faults();
    faults.fail_next("POST", "/channels/{}/messages", 403, 50013);
    assert_eq!(
        error(&api(&sim, "POST", &path, body.clone()).await),
        (403, 50013)
    );
    assert!(
        guild.owner().sees(&general).is_empty(),
        "a refused call has no effect"
    );
    faults.lose_answer("POST", "/channels/{}/messages");
    assert!(raw(&sim, "POST", &path, &body, &[]).await.is_err());
    assert_eq!(guild.owner().sees(&general).len(), 1, "a lost answer has");
    faults.cut_call("POST", "/channels/{}/messages");
    assert!(raw(&sim, "POST", &path, &body, &[]).await.is_err());
    assert_eq!(guild.owner().sees(&general).len(), 1);
    faults.garble_answer("POST", "/channels/{}/messages");
    let (status, _, text) = raw(&sim, "POST", &path, &body, &[]).await.unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
    faults.rest_down(true);
    assert_eq!(
        error(&api(&sim, "GET", "/users/@me", json!(null)).await),
        (503, 130_000)
    );
    faults.rest_down_html(true);
    let (status, _, text) = raw(&sim, "GET", "/users/@me", &json!(null), &[])
        .await
        .unwrap();
    assert_eq!((status, text.starts_with("<html>")), (502, true));
    faults.clear();
    assert_eq!(api(&sim, "GET", "/users/@me", json!(null)).await.0, 200);
}

#[tokio::test]
async fn late_answers_are_late() {
    let sim = sim().await;
    let late = Duration::from_millis(80);
    sim.faults().delay_rest(late);
    let started = std::time::Instant::now();
    api(&sim, "GET", "/users/@me", json!(null)).await;
    assert!(started.elapsed() >= late);
}

async fn survives(break_it: impl Fn(&discord_sim::Faults)) {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    break_it(&sim.faults());
    guild.text("made meanwhile");
    let mut seen = false;
    loop {
        match bot.event().await {
            Event::ChannelCreate(_) => seen = true,
            Event::Resumed => break,
            Event::Ready(_) => panic!("the session was lost"),
            _ => {}
        }
        if seen && sim.connected_shards() == 1 {
            break;
        }
    }
    assert!(seen || matches!(bot.event().await, Event::ChannelCreate(_)));
}

#[tokio::test]
async fn a_dropped_socket_is_resumed() {
    survives(discord_sim::Faults::drop_gateway).await;
}

#[tokio::test]
async fn op_7_is_resumed() {
    survives(discord_sim::Faults::op7).await;
}

#[tokio::test]
async fn a_resumable_op_9_is_resumed() {
    survives(|faults| faults.op9(true)).await;
}

#[tokio::test]
async fn a_close_code_is_resumed() {
    survives(|faults| faults.close(4000)).await;
}

#[tokio::test]
async fn an_invalid_session_starts_anew() {
    let sim = sim().await;
    sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    sim.faults().op9(false);
    bot.wait(|event| matches!(event, Event::Ready(_)).then_some(()))
        .await;
}

#[tokio::test]
async fn a_dead_resume_address_sends_clients_to_the_first_one() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    sim.faults().dead_resume_address(true);
    sim.faults().drop_gateway();
    guild.text("missed");
    // Connecting fails once, which twilight reports as an error and not as an event.
    loop {
        if let Some(Ok(Event::Resumed)) = bot.shard.next_event(EventTypeFlags::all()).await {
            break;
        }
    }
}

#[tokio::test]
async fn events_come_twice_late_and_not_at_all() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    let faults = sim.faults();
    faults.duplicate_next_event();
    guild.text("twice");
    faults.reorder_next_events();
    guild.text("late");
    guild.text("early");
    let mut names = Vec::new();
    while names.len() < 4 {
        if let Event::ChannelCreate(channel) = bot.event().await {
            names.push(channel.name.clone().unwrap_or_default());
        }
    }
    assert_eq!(names, ["twice", "twice", "early", "late"]);
}

#[tokio::test]
async fn an_outage_hides_a_guild_and_brings_it_back() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    sim.faults().guild_outage(&guild, true);
    let gone = bot
        .wait(|event| match event {
            Event::GuildDelete(gone) => Some(gone.unavailable),
            _ => None,
        })
        .await;
    assert_eq!(gone, Some(true));
    guild.text("silent");
    sim.faults().guild_outage(&guild, false);
    let next = bot.event().await;
    assert!(matches!(next, Event::GuildCreate(_)), "{next:?}");
}

#[tokio::test]
async fn events_and_answers_come_in_the_order_that_is_asked_for() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/guilds/{}/channels", guild.id());
    for before in [true, false] {
        sim.faults().event_before_reply(Some(before));
        let sequence = sim.last_sequence(0);
        api(&sim, "POST", &path, json!({"name": "x"})).await;
        assert!(sim.last_sequence(0) > sequence);
        bot.wait(|event| matches!(event, Event::ChannelCreate(_)).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn nonsense_is_delivered_as_it_is() {
    let sim = sim().await;
    sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    sim.faults()
        .raw_dispatch("MESSAGE_CREATE", r#"{"id": false}"#);
    sim.faults().raw_dispatch("NO_SUCH_EVENT", "[]");
    let broken = bot.shard.next_event(EventTypeFlags::all()).await;
    assert!(matches!(broken, Some(Err(_))), "{broken:?}");
}
