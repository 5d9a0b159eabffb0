//! Channels: rights, overwrites, limits, events.

use discord_sim::Permissions;
use serde_json::json;
use twilight_gateway::Event;

use crate::support::{Bot, api, api_with, error, sim, strict_guild};

const VIEW: Permissions = Permissions::VIEW_CHANNEL;

#[tokio::test]
async fn creating_needs_manage_channels() {
    let sim = sim().await;
    let guild = strict_guild(&sim, VIEW);
    let path = format!("/guilds/{}/channels", guild.id());
    let refused = api(&sim, "POST", &path, json!({"name": "x"})).await;
    assert_eq!(error(&refused), (403, 50013));
    let guild = guild.bot_permissions(VIEW | Permissions::MANAGE_CHANNELS);
    let (status, channel) = api(&sim, "POST", &path, json!({"name": "Salon Général"})).await;
    assert_eq!(status, 201);
    assert_eq!(channel["name"], "salon-général");
    assert_eq!(channel["type"], 0);
    let (_, voice) = api(
        &sim,
        "POST",
        &path,
        json!({"name": "Salon d'Alice", "type": 2}),
    )
    .await;
    assert_eq!(voice["name"], "Salon d'Alice");
    assert_eq!(voice["bitrate"], 64_000);
    assert_eq!(guild.channel_names().len(), 3);
}

#[tokio::test]
async fn a_channel_has_fields_with_bounds() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/guilds/{}/channels", guild.id());
    for body in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x".repeat(101)}),
        json!({"name": "x", "type": 2, "user_limit": 100}),
        json!({"name": "x", "topic": "x".repeat(1025)}),
        json!({"name": "x", "rate_limit_per_user": 21_601}),
        json!({"name": "x", "type": 11}),
        json!({"name": "x", "parent_id": "123"}),
    ] {
        let refused = api(&sim, "POST", &path, body.clone()).await;
        assert_eq!(error(&refused), (400, 50035), "{body}");
    }
    let loud = api(
        &sim,
        "POST",
        &path,
        json!({"name": "x", "type": 2, "bitrate": 128_000}),
    )
    .await;
    assert_eq!(error(&loud), (400, 30052));
    guild.set_field("premium_tier", json!(1));
    let (status, _) = api(
        &sim,
        "POST",
        &path,
        json!({"name": "x", "type": 2, "bitrate": 128_000}),
    )
    .await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_category_holds_fifty_and_a_guild_five_hundred() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let category = guild.category("rooms");
    for number in 0..50 {
        guild
            .text(&format!("c{number}"))
            .set_parent(Some(&category));
    }
    let path = format!("/guilds/{}/channels", guild.id());
    let full = api(
        &sim,
        "POST",
        &path,
        json!({"name": "x", "parent_id": category.id()}),
    )
    .await;
    assert_eq!(error(&full), (400, 50035));
    let inner = &full.1["errors"]["parent_id"]["_errors"][0]["code"];
    assert_eq!(inner, "CHANNEL_PARENT_MAX_CHANNELS");
    for number in 50..497 {
        guild.text(&format!("c{number}"));
    }
    let (status, _) = api(&sim, "POST", &path, json!({"name": "the last"})).await;
    assert_eq!(status, 201);
    let full = api(&sim, "POST", &path, json!({"name": "x"})).await;
    assert_eq!(error(&full), (400, 30013));
}

#[tokio::test]
async fn a_new_channel_takes_its_categorys_overwrites() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let category = guild.category("rooms");
    category.deny_everyone(VIEW);
    let path = format!("/guilds/{}/channels", guild.id());
    let (_, channel) = api(
        &sim,
        "POST",
        &path,
        json!({"name": "x", "parent_id": category.id()}),
    )
    .await;
    let overwrite = &channel["permission_overwrites"][0];
    assert_eq!(overwrite["id"], guild.id().to_string());
    assert_eq!(overwrite["deny"], VIEW.bits().to_string());
}

#[tokio::test]
async fn overwrites_hand_out_only_what_the_bot_has() {
    let sim = sim().await;
    let own =
        VIEW | Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES | Permissions::CONNECT;
    let guild = strict_guild(&sim, own);
    guild.everyone(Permissions::NONE);
    let path = format!("/guilds/{}/channels", guild.id());
    let with = |allow: Permissions, deny: Permissions| {
        json!({"name": "x", "permission_overwrites": [
            {"id": guild.id(), "type": 0, "allow": allow.bits().to_string(), "deny": deny.bits().to_string()}]})
    };
    let (status, _) = api(&sim, "POST", &path, with(VIEW, Permissions::CONNECT)).await;
    assert_eq!(status, 201);
    let foreign = api(
        &sim,
        "POST",
        &path,
        with(Permissions::SPEAK, Permissions::NONE),
    )
    .await;
    assert_eq!(error(&foreign), (403, 50013));
    let denied = api(
        &sim,
        "POST",
        &path,
        with(Permissions::NONE, Permissions::SPEAK),
    )
    .await;
    assert_eq!(error(&denied), (403, 50013));
    // The right to write overwrites is handed on by administrators alone, and cannot even be denied.
    let handed = api(
        &sim,
        "POST",
        &path,
        with(Permissions::NONE, Permissions::MANAGE_ROLES),
    )
    .await;
    assert_eq!(error(&handed), (403, 50013));
    let _admin = guild
        .clone()
        .bot_permissions(own | Permissions::ADMINISTRATOR);
    let (status, _) = api(
        &sim,
        "POST",
        &path,
        with(Permissions::NONE, Permissions::MANAGE_ROLES),
    )
    .await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_bot_that_hides_a_channel_from_everyone_locks_itself_out() {
    let sim = sim().await;
    let own = VIEW | Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES;
    let guild = strict_guild(&sim, own);
    let room = guild.text("room");
    let path = format!("/channels/{}/permissions/{}", room.id(), guild.id());
    let (status, _) = api(
        &sim,
        "PUT",
        &path,
        json!({"type": 0, "deny": VIEW.bits().to_string()}),
    )
    .await;
    assert_eq!(status, 204);
    let refused = api(
        &sim,
        "GET",
        &format!("/channels/{}", room.id()),
        json!(null),
    )
    .await;
    assert_eq!(error(&refused), (403, 50001));
    let gone = api(&sim, "GET", "/channels/99999999999999999", json!(null)).await;
    assert_eq!(error(&gone), (404, 10003));
}

#[tokio::test]
async fn one_call_moves_one_channel_to_another_category() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let (one, two, category) = (
        guild.text("one"),
        guild.text("two"),
        guild.category("rooms"),
    );
    let path = format!("/guilds/{}/channels", guild.id());
    let both = json!([
        {"id": one.id(), "parent_id": category.id()}, {"id": two.id(), "parent_id": category.id()}]);
    assert_eq!(error(&api(&sim, "PATCH", &path, both).await), (400, 40009));
    let single = json!([{"id": one.id(), "parent_id": category.id(), "position": 3}, {"id": two.id(), "position": 1}]);
    assert_eq!(api(&sim, "PATCH", &path, single).await.0, 204);
    assert_eq!(one.parent(), Some(category));
}

#[tokio::test]
async fn deleting_a_category_frees_its_children_and_a_voice_channel_its_occupants() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let (category, voice) = (guild.category("rooms"), guild.voice("Créer"));
    voice.set_parent(Some(&category));
    let alice = guild.member("alice");
    alice.joins(&voice);
    let mut bot = Bot::start(&sim).await;
    let (status, gone) = api(
        &sim,
        "DELETE",
        &format!("/channels/{}", category.id()),
        json!(null),
    )
    .await;
    assert_eq!((status, gone["name"].as_str()), (200, Some("rooms")));
    let freed = bot
        .wait(|event| match event {
            Event::ChannelUpdate(channel) => Some(channel),
            _ => None,
        })
        .await;
    assert_eq!(freed.parent_id, None);
    api_with(
        &sim,
        "DELETE",
        &format!("/channels/{}", voice.id()),
        json!(null),
        &[("x-audit-log-reason", "empty%20room")],
    )
    .await;
    let left = bot
        .wait(|event| match event {
            Event::VoiceStateUpdate(state) => Some(state),
            _ => None,
        })
        .await;
    assert_eq!(left.channel_id, None);
    let entry = bot
        .wait(|event| match event {
            Event::GuildAuditLogEntryCreate(entry) => Some(entry),
            _ => None,
        })
        .await;
    assert_eq!(entry.reason.as_deref(), Some("empty room"));
    assert!(alice.voice().is_none());
}

#[tokio::test]
async fn a_voice_status_is_set_and_shown_on_request() {
    let sim = sim().await;
    let guild = strict_guild(
        &sim,
        VIEW | Permissions::SET_VOICE_CHANNEL_STATUS | Permissions::CONNECT,
    );
    let voice = guild.voice("Salon");
    let path = format!("/channels/{}/voice-status", voice.id());
    let refused = api(&sim, "PUT", &path, json!({"status": "Quiz"})).await;
    assert_eq!(
        error(&refused),
        (403, 50013),
        "not connected and no MANAGE_CHANNELS"
    );
    let own = VIEW
        | Permissions::SET_VOICE_CHANNEL_STATUS
        | Permissions::CONNECT
        | Permissions::MANAGE_CHANNELS;
    let _guild = guild.bot_permissions(own);
    assert_eq!(
        api(&sim, "PUT", &path, json!({"status": "Quiz"})).await.0,
        204
    );
    assert_eq!(voice.voice_status().as_deref(), Some("Quiz"));
    let long = api(&sim, "PUT", &path, json!({"status": "x".repeat(501)})).await;
    assert_eq!(error(&long), (400, 50035));
}

#[tokio::test]
async fn threads_are_opened_from_messages_once() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let message = guild.member("alice").says(&general, "a topic");
    let mut bot = Bot::start(&sim).await;
    let path = format!(
        "/channels/{}/messages/{}/threads",
        general.id(),
        message.id()
    );
    let (status, thread) = api(&sim, "POST", &path, json!({"name": "talk"})).await;
    assert_eq!((status, thread["id"].clone()), (201, json!(message.id())));
    assert_eq!(thread["thread_metadata"]["archived"], false);
    bot.wait(|event| matches!(event, Event::ThreadCreate(_)).then_some(()))
        .await;
    let again = api(&sim, "POST", &path, json!({"name": "talk"})).await;
    assert_eq!(error(&again), (400, 160_004));
    let thread = guild.channel("talk").expect("the thread is there");
    guild.member("bob").says(&thread, "hello");
    let (_, active) = api(
        &sim,
        "GET",
        &format!("/guilds/{}/threads/active", guild.id()),
        json!(null),
    )
    .await;
    assert_eq!(active["threads"][0]["name"], "talk");
}
