//! Messages: sending, listing, editing, deleting, reactions, pins, mentions, content.

use std::time::Duration;

use discord_sim::{Permissions, Sim, SimOptions};
use serde_json::{Value, json};
use twilight_gateway::{Event, Intents};
use twilight_model::{
    channel::message::{
        Component, MessageFlags,
        component::{Container, TextDisplay},
    },
    http::attachment::Attachment,
};

use crate::support::{Bot, api, error, sim, strict_guild};

#[tokio::test]
async fn sending_needs_rights_and_something_to_say() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::VIEW_CHANNEL);
    guild.everyone(Permissions::NONE);
    let path = format!("/channels/{}/messages", guild.text("general").id());
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({"content": "x"})).await),
        (403, 50013)
    );
    let guild = guild.bot_permissions(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES);
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({"content": ""})).await),
        (400, 50006)
    );
    assert_eq!(
        api(&sim, "POST", &path, json!({"content": "x"})).await.0,
        200
    );
    let embed = json!({"embeds": [{"title": "x"}]});
    assert_eq!(error(&api(&sim, "POST", &path, embed).await), (403, 50013));
    let category = guild.category("c");
    let _admin = guild.bot_permissions(Permissions::ALL);
    let there = format!("/channels/{}/messages", category.id());
    assert_eq!(
        error(&api(&sim, "POST", &there, json!({"content": "x"})).await),
        (400, 50008)
    );
}

#[tokio::test]
async fn bodies_have_limits() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let path = format!("/channels/{}/messages", guild.text("general").id());
    let v2 = 1 << 15;
    let button = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    let row = |children: Value| json!({"type": 1, "components": children});
    for (body, place) in [
        (json!({"content": "x".repeat(2001)}), "content"),
        (json!({"embeds": vec![json!({"title": "x"}); 11]}), "embeds"),
        (json!({"embeds": [{"title": "x".repeat(257)}]}), "embeds"),
        (
            json!({"embeds": vec![json!({"description": "x".repeat(3001)}); 2]}),
            "embeds",
        ),
        (
            json!({"embeds": [{"fields": vec![json!({"name": "a", "value": "b"}); 26]}]}),
            "embeds",
        ),
        (
            json!({"content": "x", "components": vec![row(json!([button("a")])); 6]}),
            "components",
        ),
        (
            json!({"content": "x", "components": [row(json!([button("a"), button("a")]))]}),
            "components",
        ),
        (
            json!({"content": "x", "components": [{"type": 10, "content": "v2 only"}]}),
            "components",
        ),
        (
            json!({"content": "x", "flags": v2, "components": [{"type": 10, "content": "x"}]}),
            "content",
        ),
        (
            json!({"flags": v2, "components": [{"type": 10, "content": "x".repeat(4001)}]}),
            "components",
        ),
        (
            json!({"flags": v2, "components": vec![json!({"type": 10, "content": "x"}); 41]}),
            "components",
        ),
        (json!({"content": "x", "flags": 64}), "flags"),
        (
            json!({"content": "x", "components": [row(json!([button(&"x".repeat(101))]))]}),
            "components",
        ),
        (
            json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
            "allowed_mentions",
        ),
        (
            json!({"content": "x", "message_reference": {"message_id": "5"}}),
            "message_reference",
        ),
    ] {
        let refused = api(&sim, "POST", &path, body.clone()).await;
        assert_eq!(error(&refused), (400, 50035), "{body}");
        assert!(
            refused.1["errors"].get(place).is_some(),
            "{place} in {}",
            refused.1
        );
    }
}

#[tokio::test]
async fn components_are_counted_with_what_they_hold() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let bot = Bot::start(&sim).await;
    let text = |text: &str| {
        Component::TextDisplay(TextDisplay {
            id: None,
            content: text.to_owned(),
        })
    };
    let container = Component::Container(Container {
        id: None,
        accent_color: None,
        spoiler: None,
        components: vec![text("one"), text("two")],
    });
    let channel = twilight_model::id::Id::new(guild.text("general").id().get());
    let message = bot
        .http
        .create_message(channel)
        .flags(MessageFlags::IS_COMPONENTS_V2)
        .components(&[container])
        .await
        .unwrap()
        .model()
        .await
        .unwrap();
    let Component::Container(container) = &message.components[0] else {
        panic!("no container");
    };
    // Every component got a number.
    assert_eq!(container.id, Some(1));
    assert!(matches!(&container.components[1], Component::TextDisplay(text) if text.id == Some(3)));
    assert_eq!(
        guild.owner().sees(&guild.text("general"))[0].text(),
        "│ one\n│ two"
    );
}

#[tokio::test]
async fn lists_are_newest_first_and_page_both_ways() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let alice = guild.member("alice");
    let ids: Vec<String> = (0..120)
        .map(|n| alice.says(&general, &format!("m{n}")).id().to_string())
        .collect();
    let page = |query: String| {
        let path = format!("/channels/{}/messages?{query}", general.id());
        let sim = sim.clone();
        async move {
            let (_, page) = api(&sim, "GET", &path, json!(null)).await;
            let page = page.as_array().cloned().unwrap_or_default();
            page.iter()
                .map(|m| m["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    let newest = page("limit=100".to_owned()).await;
    assert_eq!((newest.len(), &newest[0]), (100, &ids[119]));
    let rest = page(format!("limit=100&before={}", newest[99])).await;
    assert_eq!((rest.len(), &rest[19]), (20, &ids[0]));
    let after = page(format!("limit=5&after={}", ids[10])).await;
    assert_eq!(
        after,
        [&ids[15], &ids[14], &ids[13], &ids[12], &ids[11]].map(String::clone)
    );
    let around = page(format!("limit=3&around={}", ids[50])).await;
    assert_eq!(around, [&ids[51], &ids[50], &ids[49]].map(String::clone));
    let path = format!("/channels/{}/messages?limit=101", general.id());
    assert_eq!(
        error(&api(&sim, "GET", &path, json!(null)).await),
        (400, 50035)
    );
}

#[tokio::test]
async fn only_authors_edit_and_moderators_delete() {
    let sim = sim().await;
    let guild = strict_guild(
        &sim,
        Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY | Permissions::SEND_MESSAGES,
    );
    let general = guild.text("general");
    let message = guild.member("alice").says(&general, "mine");
    let path = format!("/channels/{}/messages/{}", general.id(), message.id());
    assert_eq!(
        error(&api(&sim, "PATCH", &path, json!({"content": "x"})).await),
        (403, 50005)
    );
    assert_eq!(
        error(&api(&sim, "DELETE", &path, json!(null)).await),
        (403, 50013)
    );
    let own = Permissions::VIEW_CHANNEL | Permissions::MANAGE_MESSAGES;
    let guild = guild.bot_permissions(own);
    assert_eq!(api(&sim, "DELETE", &path, json!(null)).await.0, 204);
    assert_eq!(
        error(&api(&sim, "DELETE", &path, json!(null)).await),
        (404, 10008)
    );
    let entry = guild
        .audit_log()
        .into_iter()
        .find(|entry| entry["action_type"] == 72);
    assert_eq!(
        entry.expect("deleting others' messages is noted")["options"]["count"],
        "1"
    );
}

#[tokio::test]
async fn bulk_deletion_takes_two_to_a_hundred_young_messages() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let alice = guild.member("alice");
    let (one, two) = (alice.says(&general, "1"), alice.says(&general, "2"));
    let path = format!("/channels/{}/messages/bulk-delete", general.id());
    let body = |ids: &[&discord_sim::SeenMessage]| json!({"messages": ids.iter().map(|m| m.id().to_string()).collect::<Vec<_>>()});
    assert_eq!(
        error(&api(&sim, "POST", &path, body(&[&one])).await),
        (400, 50016)
    );
    assert_eq!(
        error(&api(&sim, "POST", &path, body(&[&one, &one])).await),
        (400, 50016)
    );
    let mut bot = Bot::start(&sim).await;
    assert_eq!(api(&sim, "POST", &path, body(&[&one, &two])).await.0, 204);
    let gone = bot
        .wait(|event| match event {
            Event::MessageDeleteBulk(gone) => Some(gone.ids.len()),
            _ => None,
        })
        .await;
    assert_eq!(gone, 2);
    let (old, older) = (alice.says(&general, "3"), alice.says(&general, "4"));
    sim.advance(Duration::from_hours(15 * 24));
    assert_eq!(
        error(&api(&sim, "POST", &path, body(&[&old, &older])).await),
        (400, 50034)
    );
}

#[tokio::test]
async fn content_is_for_those_who_may_read_it() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let mut bot = Bot::with_intents(&sim, Intents::GUILDS | Intents::GUILD_MESSAGES).await;
    let general = guild.text("general");
    let alice = guild.member("alice");
    alice.says(&general, "a secret");
    alice.says(
        &general,
        &format!("<@{}> not a secret", sim.application_id()),
    );
    let mut texts = Vec::new();
    while texts.len() < 2 {
        if let Event::MessageCreate(message) = bot.event().await {
            texts.push(message.content.clone());
        }
    }
    assert_eq!(texts[0], "");
    assert!(texts[1].ends_with("not a secret"));
}

#[tokio::test]
async fn rest_hides_content_when_the_application_may_not_read_it() {
    crate::support::install_crypto();
    let options = SimOptions {
        message_content_intent: false,
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let guild = sim.guild("g");
    let general = guild.text("general");
    guild.member("alice").says(&general, "a secret");
    let (_, list) = api(
        &sim,
        "GET",
        &format!("/channels/{}/messages", general.id()),
        json!(null),
    )
    .await;
    assert_eq!(list[0]["content"], "");
}

#[tokio::test]
async fn mentions_ping_whom_the_sender_allows() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let alice = guild.member("alice");
    let role = guild.role("team", Permissions::NONE);
    let path = format!("/channels/{}/messages", guild.text("general").id());
    let text = format!("<@{}> <@&{}> @everyone", alice.id(), role.id());
    let (_, open) = api(&sim, "POST", &path, json!({"content": text})).await;
    assert_eq!(open["mentions"][0]["username"], "alice");
    assert_eq!(open["mention_roles"][0], role.id().to_string());
    assert_eq!(open["mention_everyone"], true);
    let quiet = json!({"content": text, "allowed_mentions": {"parse": []}});
    let (_, quiet) = api(&sim, "POST", &path, quiet).await;
    assert_eq!(quiet["mentions"], json!([]));
    assert_eq!(quiet["mention_everyone"], false);
    let listed = json!({"content": text, "allowed_mentions": {"parse": [], "users": [alice.id()]}});
    let (_, listed) = api(&sim, "POST", &path, listed).await;
    assert_eq!(listed["mentions"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["mention_roles"], json!([]));
}

#[tokio::test]
async fn pins_need_a_right_of_their_own() {
    let sim = sim().await;
    let guild = strict_guild(
        &sim,
        Permissions::VIEW_CHANNEL | Permissions::MANAGE_MESSAGES,
    );
    let general = guild.text("general");
    let message = guild.member("alice").says(&general, "keep this");
    let path = format!("/channels/{}/messages/pins/{}", general.id(), message.id());
    assert_eq!(
        error(&api(&sim, "PUT", &path, json!(null)).await),
        (403, 50013)
    );
    let _guild = guild.bot_permissions(Permissions::ALL);
    let bot = Bot::start(&sim).await;
    assert_eq!(api(&sim, "PUT", &path, json!(null)).await.0, 204);
    let channel = twilight_model::id::Id::new(general.id().get());
    let pins = bot.http.pins(channel).await.unwrap().model().await.unwrap();
    assert_eq!(pins.items[0].message.content, "keep this");
    assert_eq!(api(&sim, "DELETE", &path, json!(null)).await.0, 204);
}

#[tokio::test]
async fn reactions_come_and_go() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let message = guild.member("alice").says(&general, "vote");
    let mut bot = Bot::start(&sim).await;
    let path = |rest: &str| {
        format!(
            "/channels/{}/messages/{}/reactions{rest}",
            general.id(),
            message.id()
        )
    };
    assert_eq!(
        api(&sim, "PUT", &path("/%F0%9F%91%8D/@me"), json!(null))
            .await
            .0,
        204
    );
    bot.wait(|event| matches!(event, Event::ReactionAdd(_)).then_some(()))
        .await;
    guild.member("bob").reacts(&message, "👍");
    let (_, users) = api(&sim, "GET", &path("/%F0%9F%91%8D"), json!(null)).await;
    assert_eq!(users.as_array().map(Vec::len), Some(2));
    assert_eq!(
        error(&api(&sim, "PUT", &path("/nonsense/@me"), json!(null)).await),
        (400, 10014)
    );
    let shown = message.again().expect("it is there");
    assert_eq!(shown.json()["reactions"][0]["me"], true);
    assert_eq!(api(&sim, "DELETE", &path(""), json!(null)).await.0, 204);
    bot.wait(|event| matches!(event, Event::ReactionRemoveAll(_)).then_some(()))
        .await;
    for emoji in 0x1F600..0x1F614 {
        message_reacts(&guild, &message, char::from_u32(emoji).unwrap());
    }
    sim.advance(Duration::from_secs(1));
    assert_eq!(
        error(&api(&sim, "PUT", &path("/%F0%9F%91%8D/@me"), json!(null)).await),
        (403, 30010)
    );
}

fn message_reacts(guild: &discord_sim::Guild, message: &discord_sim::SeenMessage, emoji: char) {
    guild.member("alice").reacts(message, &emoji.to_string());
}

#[tokio::test]
async fn files_are_stored_and_served() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let bot = Bot::start(&sim).await;
    let channel = twilight_model::id::Id::new(guild.text("general").id().get());
    let file = Attachment::from_bytes("report.csv".to_owned(), b"a,b\n1,2\n".to_vec(), 1);
    let message = bot
        .http
        .create_message(channel)
        .attachments(&[file])
        .await
        .unwrap();
    let message = message.model().await.unwrap();
    assert_eq!(
        (
            message.attachments[0].filename.as_str(),
            message.attachments[0].size
        ),
        ("report.csv", 8)
    );
    let path = message.attachments[0]
        .url
        .trim_start_matches(&sim.api_url())
        .to_owned();
    assert!(path.starts_with("/cdn/attachments/"), "{path}");
    let missing = json!({"embeds": [{"image": {"url": "attachment://none.png"}}]});
    let refused = api(
        &sim,
        "POST",
        &format!("/channels/{channel}/messages"),
        missing,
    )
    .await;
    assert_eq!(error(&refused), (400, 50035));
}

#[tokio::test]
async fn slowmode_holds_people_but_not_bots() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let path = format!("/channels/{}", general.id());
    api(&sim, "PATCH", &path, json!({"rate_limit_per_user": 60})).await;
    let alice = guild.member("alice");
    alice.says(&general, "one");
    assert!(alice.try_says(&general, "two", &[]).is_err());
    sim.advance(Duration::from_mins(1));
    alice.says(&general, "three");
    let messages = format!("/channels/{}/messages", general.id());
    for _ in 0..2 {
        assert_eq!(
            api(&sim, "POST", &messages, json!({"content": "x"}))
                .await
                .0,
            200
        );
    }
}

#[tokio::test]
async fn direct_messages_fail_where_people_closed_them() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let alice = guild.member("alice");
    let open = |user: discord_sim::Id| {
        let sim = sim.clone();
        async move {
            api(
                &sim,
                "POST",
                "/users/@me/channels",
                json!({"recipient_id": user}),
            )
            .await
        }
    };
    let (status, dm) = open(alice.id()).await;
    assert_eq!((status, dm["type"].clone()), (200, json!(1)));
    assert_eq!(
        open(alice.id()).await.1["id"],
        dm["id"],
        "opening again gives the same one"
    );
    let path = format!("/channels/{}/messages", dm["id"].as_str().unwrap());
    assert_eq!(
        api(&sim, "POST", &path, json!({"content": "hi"})).await.0,
        200
    );
    assert_eq!(alice.sees(&alice.dm())[0].text(), "hi");
    alice.dm_closed(true);
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({"content": "hi"})).await),
        (403, 50007)
    );
    alice.dm_closed_for_guilds();
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({"content": "hi"})).await),
        (403, 50278)
    );
    assert_eq!(error(&open(sim.application_id()).await), (400, 50007));
}

#[tokio::test]
async fn automatic_moderation_blocks_and_reports() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let general = guild.text("general");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/guilds/{}/auto-moderation/rules", guild.id());
    let rule = json!({
        "name": "no spam", "event_type": 1, "trigger_type": 1, "enabled": true,
        "trigger_metadata": {"keyword_filter": ["spam*"]}, "actions": [{"type": 1}],
    });
    assert_eq!(api(&sim, "POST", &path, rule).await.0, 200);
    let alice = guild.member("alice");
    assert!(alice.try_says(&general, "buy spammy things", &[]).is_err());
    let hit = bot
        .wait(|event| match event {
            Event::AutoModerationActionExecution(hit) => Some(hit),
            _ => None,
        })
        .await;
    assert_eq!(hit.matched_keyword.as_deref(), Some("spam*"));
}
