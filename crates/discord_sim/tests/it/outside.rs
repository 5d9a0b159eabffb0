//! Webhooks, invites, the guild object, the audit log, presence, the control address.

use discord_sim::{
    Permissions,
    control::{Control, Verb},
};
use serde_json::json;
use twilight_gateway::{Event, EventTypeFlags, StreamExt as _};

use crate::support::{Bot, api, api_with, error, sim, strict_guild};

#[tokio::test]
async fn webhooks_write_by_their_token() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/channels/{}/webhooks", general.id());
    for name in ["Discord news", "clyde"] {
        assert_eq!(
            error(&api(&sim, "POST", &path, json!({"name": name})).await),
            (400, 50035)
        );
    }
    let (_, webhook) = api(&sim, "POST", &path, json!({"name": "News"})).await;
    let (id, token) = (
        webhook["id"].as_str().unwrap(),
        webhook["token"].as_str().unwrap(),
    );
    let execute = format!("/webhooks/{id}/{token}");
    assert_eq!(
        api(&sim, "POST", &execute, json!({"content": "hi"}))
            .await
            .0,
        204
    );
    let said = bot
        .wait(|event| match event {
            Event::MessageCreate(message) => Some(message.message),
            _ => None,
        })
        .await;
    assert_eq!(said.author.name, "News");
    assert!(said.webhook_id.is_some() && said.member.is_none());
    let (status, message) = api(
        &sim,
        "POST",
        &format!("{execute}?wait=true"),
        json!({"content": "again"}),
    )
    .await;
    assert_eq!(status, 200);
    let one = format!("{execute}/messages/{}", message["id"].as_str().unwrap());
    assert_eq!(
        api(&sim, "PATCH", &one, json!({"content": "edited"}))
            .await
            .1["content"],
        "edited"
    );
    assert_eq!(api(&sim, "DELETE", &one, json!(null)).await.0, 204);
    let wrong = api(
        &sim,
        "POST",
        &format!("/webhooks/{id}/wrong"),
        json!({"content": "x"}),
    )
    .await;
    assert_eq!(error(&wrong), (401, 50027));
    for _ in 1..15 {
        assert_eq!(
            api(&sim, "POST", &path, json!({"name": "more"})).await.0,
            200
        );
    }
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({"name": "x"})).await),
        (400, 30007)
    );
}

#[tokio::test]
async fn invites_are_made_used_and_deleted() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let other = sim.guild("elsewhere");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/channels/{}/invites", guild.text("general").id());
    let (status, invite) = api(&sim, "POST", &path, json!({"max_uses": 1})).await;
    assert_eq!((status, invite["max_age"].clone()), (200, json!(86_400)));
    bot.wait(|event| matches!(event, Event::InviteCreate(_)).then_some(()))
        .await;
    let code = invite["code"].as_str().unwrap();
    let alice = other.member("alice").uses_invite(code).unwrap();
    assert!(alice.is_member());
    assert!(
        other.member("bob").uses_invite(code).is_err(),
        "it was for one"
    );
    let (_, invite) = api(&sim, "POST", &path, json!({})).await;
    let one = format!("/invites/{}", invite["code"].as_str().unwrap());
    assert_eq!(api(&sim, "DELETE", &one, json!(null)).await.0, 200);
    assert_eq!(
        error(&api(&sim, "GET", &one, json!(null)).await),
        (404, 10006)
    );
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_with_its_reason() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/guilds/{}/roles", guild.id());
    let reason = [("x-audit-log-reason", "for%20the%20%C3%A9quipe")];
    api_with(&sim, "POST", &path, json!({"name": "Team"}), &reason).await;
    let bot = Bot::start(&sim).await;
    let log = bot
        .http
        .audit_log(twilight_model::id::Id::new(guild.id().get()))
        .await
        .unwrap();
    let log = log.model().await.unwrap();
    assert_eq!(log.entries[0].reason.as_deref(), Some("for the équipe"));
    assert_eq!(
        log.entries[0].user_id.map(twilight_model::id::Id::get),
        Some(sim.application_id().get())
    );
    let _strict = guild.bot_permissions(Permissions::VIEW_CHANNEL);
    let path = format!("/guilds/{}/audit-logs", log_guild(&sim));
    assert_eq!(
        error(&api(&sim, "GET", &path, json!(null)).await),
        (403, 50013)
    );
}

fn log_guild(sim: &discord_sim::Sim) -> discord_sim::Id {
    sim.find_guild("g").expect("it was made").id()
}

#[tokio::test]
async fn a_guild_is_changed_left_and_hidden() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::VIEW_CHANNEL);
    let path = format!("/guilds/{}", guild.id());
    assert_eq!(
        error(&api(&sim, "PATCH", &path, json!({"name": "New"})).await),
        (403, 50013)
    );
    let guild = guild.bot_permissions(Permissions::MANAGE_GUILD);
    let (status, shown) = api(&sim, "PATCH", &path, json!({"name": "New"})).await;
    assert_eq!((status, shown["name"].as_str()), (200, Some("New")));
    let mut bot = Bot::start(&sim).await;
    guild.kick_bot();
    let gone = bot
        .wait(|event| match event {
            Event::GuildDelete(gone) => Some(gone.unavailable),
            _ => None,
        })
        .await;
    assert_ne!(gone, Some(true));
    assert_eq!(
        error(&api(&sim, "GET", &path, json!(null)).await),
        (403, 50001)
    );
    guild.adds_bot(Permissions::ALL);
    bot.wait(|event| matches!(event, Event::GuildCreate(_)).then_some(()))
        .await;
}

#[tokio::test]
async fn unknown_routes_and_strangers_are_refused_loudly() {
    let sim = sim().await;
    let unknown = api(&sim, "GET", "/nonsense", json!(null)).await;
    assert_eq!(error(&unknown), (404, 0));
    assert_eq!(unknown.1["message"], "404: Not Found");
    assert_eq!(
        error(&api(&sim, "PUT", "/users/@me", json!(null)).await),
        (405, 0)
    );
    let headers = [("authorization", "Bot wrong")];
    let stranger = api_with(&sim, "GET", "/users/@me/guilds", json!(null), &headers).await;
    assert_eq!(error(&stranger), (401, 0));
    let headers = [("user-agent", "curl")];
    let nameless = api_with(&sim, "GET", "/users/@me/guilds", json!(null), &headers).await;
    assert_eq!(error(&nameless), (403, 40333));
    let violations = sim.violations();
    assert_eq!(violations.unknown_routes.len(), 2);
    assert_eq!(violations.invalid_requests, 2);
    assert!(!violations.is_clean());
}

#[tokio::test]
async fn other_processes_drive_people_over_http() {
    let sim = sim().await;
    let control = Control::new(&sim.api_url());
    let guild = Verb::Guild {
        name: "Rust FR".to_owned(),
        locale: Some("fr".to_owned()),
        members: 3,
    };
    control.run(&guild).await.unwrap();
    let says = Verb::Says {
        guild: None,
        who: "alice".to_owned(),
        channel: "general".to_owned(),
        text: "hello".to_owned(),
    };
    control.run(&says).await.unwrap();
    let slash = Verb::Slash {
        guild: None,
        who: "alice".to_owned(),
        channel: None,
        command: "/ping".to_owned(),
        options: [].into(),
    };
    let refused = control.run(&slash).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "alice cannot use ping: there is no such command"
    );
    assert!(control.transcript().await.unwrap().contains("hello"));
}

#[tokio::test]
async fn other_processes_send_what_discord_never_would() {
    let sim = sim().await;
    sim.guild("g");
    let mut bot = Bot::start(&sim).await;
    let raw = Verb::Raw {
        name: Some("MESSAGE_DELETE".to_owned()),
        text: r#"{"id": "1{n}", "channel_id": "5"}"#.to_owned(),
        count: 3,
    };
    Control::new(&sim.api_url()).run(&raw).await.unwrap();
    for number in 10..13 {
        let deleted = bot
            .wait(|event| match event {
                Event::MessageDelete(deleted) => Some(deleted.id.get()),
                _ => None,
            })
            .await;
        assert_eq!(deleted, number);
    }
    let frame = Verb::Raw {
        name: None,
        text: "no JSON".to_owned(),
        count: 1,
    };
    Control::new(&sim.api_url()).run(&frame).await.unwrap();
    let broken = bot.shard.next_event(EventTypeFlags::all()).await;
    assert!(matches!(broken, Some(Err(_))), "{broken:?}");
}

#[tokio::test]
async fn presence_reaches_those_who_asked() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let alice = guild.member("alice");
    let mut bot = Bot::start(&sim).await;
    alice.goes("dnd", Some("Chess"));
    let presence = bot
        .wait(|event| match event {
            Event::PresenceUpdate(presence) => Some(presence),
            _ => None,
        })
        .await;
    assert_eq!(presence.activities[0].name, "Chess");
}

#[tokio::test]
async fn stages_have_one_topic_at_a_time() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let stage = guild.stage("Talks");
    let body = json!({"channel_id": stage.id(), "topic": "Rust", "privacy_level": 2});
    let mut bot = Bot::start(&sim).await;
    assert_eq!(
        api(&sim, "POST", "/stage-instances", body.clone()).await.0,
        200
    );
    bot.wait(|event| matches!(event, Event::StageInstanceCreate(_)).then_some(()))
        .await;
    assert_eq!(
        error(&api(&sim, "POST", "/stage-instances", body).await),
        (400, 150_006)
    );
    let alice = guild.member("alice");
    alice.joins(&stage);
    let path = format!("/guilds/{}/voice-states/{}", guild.id(), alice.id());
    assert_eq!(
        api(&sim, "GET", &path, json!(null)).await.1["suppress"],
        true
    );
    let speak = json!({"channel_id": stage.id(), "suppress": false});
    assert_eq!(api(&sim, "PATCH", &path, speak).await.0, 204);
    assert_eq!(
        api(&sim, "GET", &path, json!(null)).await.1["suppress"],
        false
    );
    let one = format!("/stage-instances/{}", stage.id());
    assert_eq!(api(&sim, "DELETE", &one, json!(null)).await.0, 204);
}
