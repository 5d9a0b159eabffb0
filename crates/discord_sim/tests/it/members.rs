//! Members, roles, bans, voice.

use std::time::Duration;

use discord_sim::Permissions;
use serde_json::json;
use twilight_gateway::Event;

use crate::support::{Bot, api, error, sim, strict_guild};

#[tokio::test]
async fn roles_are_given_below_the_bots_own_alone() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::MANAGE_ROLES);
    let low = guild.role("low", Permissions::NONE);
    let high = guild.role("high", Permissions::NONE);
    guild.move_role(&high, 99);
    let alice = guild.member("alice");
    let path = |role: discord_sim::Id| {
        format!("/guilds/{}/members/{}/roles/{role}", guild.id(), alice.id())
    };
    assert_eq!(api(&sim, "PUT", &path(low.id()), json!(null)).await.0, 204);
    assert!(alice.has_role(&low));
    assert_eq!(
        error(&api(&sim, "PUT", &path(high.id()), json!(null)).await),
        (403, 50013)
    );
    let managed = guild.bot_role().expect("the bot has one");
    assert_eq!(
        error(&api(&sim, "PUT", &path(managed.id()), json!(null)).await),
        (403, 50013)
    );
    let unknown = discord_sim::Id::new(99_999_999_999_999_999);
    assert_eq!(
        error(&api(&sim, "PUT", &path(unknown), json!(null)).await),
        (404, 10011)
    );
    assert_eq!(
        api(&sim, "DELETE", &path(low.id()), json!(null)).await.0,
        204
    );
    assert!(!alice.has_role(&low));
}

#[tokio::test]
async fn a_role_is_made_with_what_the_bot_has_alone() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::MANAGE_ROLES | Permissions::KICK_MEMBERS);
    let path = format!("/guilds/{}/roles", guild.id());
    let kick = Permissions::KICK_MEMBERS.bits();
    for permissions in [json!(kick.to_string()), json!(kick)] {
        let (status, role) = api(
            &sim,
            "POST",
            &path,
            json!({"name": "Staff", "permissions": permissions}),
        )
        .await;
        assert_eq!(
            (status, role["permissions"].clone()),
            (200, json!(kick.to_string()))
        );
        assert_eq!(role["position"], 1);
    }
    let ban = Permissions::BAN_MEMBERS.bits().to_string();
    let refused = api(&sim, "POST", &path, json!({"permissions": ban})).await;
    assert_eq!(error(&refused), (403, 50013));
}

#[tokio::test]
async fn a_guild_has_250_roles() {
    let sim = sim().await;
    let guild = sim.guild("g");
    for number in 0..247 {
        guild.role(&format!("r{number}"), Permissions::NONE);
    }
    let path = format!("/guilds/{}/roles", guild.id());
    assert_eq!(api(&sim, "POST", &path, json!({})).await.0, 200);
    assert_eq!(
        error(&api(&sim, "POST", &path, json!({})).await),
        (400, 30005)
    );
}

#[tokio::test]
async fn deleting_a_role_takes_it_from_its_holders() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let role = guild.role("old", Permissions::NONE);
    let alice = guild.member("alice");
    guild.owner().gives_role(&alice, &role);
    let mut bot = Bot::start(&sim).await;
    let path = format!("/guilds/{}/roles/{}", guild.id(), role.id());
    assert_eq!(api(&sim, "DELETE", &path, json!(null)).await.0, 204);
    bot.wait(|event| matches!(event, Event::RoleDelete(_)).then_some(()))
        .await;
    assert!(alice.roles().is_empty());
    let everyone = format!("/guilds/{0}/roles/{0}", guild.id());
    assert_eq!(
        error(&api(&sim, "DELETE", &everyone, json!(null)).await),
        (400, 50028)
    );
}

#[tokio::test]
async fn nobody_acts_on_those_above() {
    let sim = sim().await;
    let own = Permissions::KICK_MEMBERS
        | Permissions::BAN_MEMBERS
        | Permissions::MANAGE_NICKNAMES
        | Permissions::MODERATE_MEMBERS;
    let guild = strict_guild(&sim, own);
    let owner = format!("/guilds/{}/members/{}", guild.id(), guild.owner().id());
    assert_eq!(
        error(&api(&sim, "DELETE", &owner, json!(null)).await),
        (403, 50013)
    );
    let high = guild.role("high", Permissions::NONE);
    guild.move_role(&high, 99);
    let boss = guild.member("boss");
    guild.owner().gives_role(&boss, &high);
    let path = format!("/guilds/{}/members/{}", guild.id(), boss.id());
    for body in [
        json!({"nick": "x"}),
        json!({"communication_disabled_until": "2099-01-01T00:00:00Z"}),
    ] {
        assert_eq!(error(&api(&sim, "PATCH", &path, body).await), (403, 50013));
    }
    let ban = format!("/guilds/{}/bans/{}", guild.id(), boss.id());
    assert_eq!(
        error(&api(&sim, "PUT", &ban, json!({})).await),
        (403, 50013)
    );
    guild.owner().takes_role(&boss, &high);
    assert_eq!(
        api(&sim, "PATCH", &path, json!({"nick": "Boss"})).await.0,
        200
    );
    assert_eq!(boss.nick().as_deref(), Some("Boss"));
    assert_eq!(api(&sim, "PUT", &ban, json!({})).await.0, 204);
    assert!(!boss.is_member());
}

#[tokio::test]
async fn timeouts_silence_for_28_days_at_most_and_end_by_the_clock() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let alice = guild.member("alice");
    let general = guild.text("general");
    let path = format!("/guilds/{}/members/{}", guild.id(), alice.id());
    let until = |days: i64| {
        let at = sim.now().as_second() + days * 86_400;
        let at = jiff::Timestamp::from_second(at).unwrap();
        json!({"communication_disabled_until": at.to_string()})
    };
    assert_eq!(
        error(&api(&sim, "PATCH", &path, until(29)).await),
        (400, 50035)
    );
    assert_eq!(api(&sim, "PATCH", &path, until(1)).await.0, 200);
    assert!(alice.is_timed_out());
    assert!(alice.try_says(&general, "hi", &[]).is_err());
    sim.advance(Duration::from_hours(25));
    assert!(!alice.is_timed_out());
    alice.says(&general, "back");
    let admin = guild.role("admin", Permissions::ADMINISTRATOR);
    guild.owner().gives_role(&alice, &admin);
    assert_eq!(
        error(&api(&sim, "PATCH", &path, until(1)).await),
        (403, 50013)
    );
}

#[tokio::test]
async fn members_are_moved_where_the_bot_may_connect() {
    let sim = sim().await;
    let guild = strict_guild(&sim, Permissions::VIEW_CHANNEL | Permissions::MOVE_MEMBERS);
    guild.everyone(Permissions::VIEW_CHANNEL);
    let (from, to) = (guild.voice("from"), guild.voice("to"));
    let alice = guild.member("alice");
    from.allow(&alice, Permissions::CONNECT);
    let path = format!("/guilds/{}/members/{}", guild.id(), alice.id());
    let body = json!({"channel_id": to.id()});
    assert_eq!(
        error(&api(&sim, "PATCH", &path, body.clone()).await),
        (403, 50013)
    );
    let own = Permissions::VIEW_CHANNEL | Permissions::MOVE_MEMBERS | Permissions::CONNECT;
    let guild = guild.bot_permissions(own);
    assert_eq!(
        error(&api(&sim, "PATCH", &path, body.clone()).await),
        (400, 40032)
    );
    alice.joins(&from);
    let mut bot = Bot::start(&sim).await;
    // The moved person's own rights and the user limit do not matter.
    assert_eq!(api(&sim, "PATCH", &path, body).await.0, 200);
    let moved = bot
        .wait(|event| match event {
            Event::VoiceStateUpdate(state) => Some(state),
            _ => None,
        })
        .await;
    assert_eq!(
        moved.channel_id.map(twilight_model::id::Id::get),
        Some(to.id().get())
    );
    assert_eq!(
        api(&sim, "PATCH", &path, json!({"channel_id": null}))
            .await
            .0,
        200
    );
    assert!(alice.voice().is_none());
    assert!(
        guild
            .audit_log()
            .iter()
            .any(|entry| entry["action_type"] == 27)
    );
}

#[tokio::test]
async fn a_full_channel_takes_those_who_may_move_members() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let room = guild.voice("room");
    let path = format!("/channels/{}", room.id());
    assert_eq!(
        api(&sim, "PATCH", &path, json!({"user_limit": 1})).await.0,
        200
    );
    let (alice, bob) = (guild.member("alice"), guild.member("bob"));
    alice.joins(&room);
    assert!(bob.try_joins(&room).is_err());
    let mover = guild.role("mover", Permissions::MOVE_MEMBERS);
    guild.owner().gives_role(&bob, &mover);
    bob.joins(&room);
    assert_eq!(room.occupants().len(), 2);
}

#[tokio::test]
async fn leaving_is_told_before_the_voice_state() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let room = guild.voice("room");
    let alice = guild.member("alice");
    alice.joins(&room);
    let mut bot = Bot::start(&sim).await;
    alice.leaves_guild();
    bot.wait(|event| matches!(event, Event::MemberRemove(_)).then_some(()))
        .await;
    let next = bot.event().await;
    assert!(matches!(next, Event::VoiceStateUpdate(_)), "{next:?}");
}

#[tokio::test]
async fn lists_page_by_ascending_ids() {
    let sim = sim().await;
    let guild = sim.guild("g");
    guild.members(30);
    let path = |query: &str| format!("/guilds/{}/members{query}", guild.id());
    let (_, one) = api(&sim, "GET", &path(""), json!(null)).await;
    assert_eq!(
        one.as_array().map(Vec::len),
        Some(1),
        "the default limit is 1"
    );
    let mut seen = 0;
    let mut after = "0".to_owned();
    loop {
        let (_, page) = api(
            &sim,
            "GET",
            &path(&format!("?limit=10&after={after}")),
            json!(null),
        )
        .await;
        let page = page.as_array().cloned().unwrap_or_default();
        let Some(last) = page.last() else { break };
        last["user"]["id"].as_str().unwrap().clone_into(&mut after);
        seen += page.len();
    }
    assert_eq!(seen, guild.member_count());
    let (_, found) = api(
        &sim,
        "GET",
        &path("/search?query=MEMBER1&limit=100"),
        json!(null),
    )
    .await;
    assert!(found.as_array().is_some_and(|found| found.len() >= 10));
}

#[tokio::test]
async fn bans_keep_people_out_until_lifted() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let alice = guild.member("alice");
    let general = guild.text("general");
    alice.says(&general, "rude");
    let path = format!("/guilds/{}/bans/{}", guild.id(), alice.id());
    let body = json!({"delete_message_seconds": 3600});
    assert_eq!(api(&sim, "PUT", &path, body).await.0, 204);
    assert!(guild.owner().sees(&general).is_empty());
    let (_, bans) = api(
        &sim,
        "GET",
        &format!("/guilds/{}/bans", guild.id()),
        json!(null),
    )
    .await;
    assert_eq!(bans[0]["user"]["username"], "alice");
    assert_eq!(api(&sim, "DELETE", &path, json!(null)).await.0, 204);
    assert_eq!(
        error(&api(&sim, "DELETE", &path, json!(null)).await),
        (404, 10026)
    );
    alice.joins_guild(&guild);
    assert!(alice.is_member());
    let bulk = format!("/guilds/{}/bulk-ban", guild.id());
    let body = json!({"user_ids": [guild.owner().id()]});
    assert_eq!(error(&api(&sim, "POST", &bulk, body).await), (400, 500_000));
}

#[tokio::test]
async fn pruning_takes_those_without_roles_who_are_away() {
    let sim = sim().await;
    let guild = sim.guild("g");
    guild.members(5);
    guild.member("alice");
    let path = format!("/guilds/{}/prune", guild.id());
    assert_eq!(
        api(&sim, "GET", &path, json!(null)).await.1,
        json!({"pruned": 5})
    );
    let (_, done) = api(&sim, "POST", &path, json!({"compute_prune_count": false})).await;
    assert_eq!(done, json!({"pruned": null}));
    assert_eq!(guild.member_count(), 3);
}
