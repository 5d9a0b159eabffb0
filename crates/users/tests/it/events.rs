//! What events tell.

use std::time::Duration;

use testkit::{
    BotOptions,
    discord_sim::{Permissions, SimOptions},
};

use crate::{count, features, stored};

#[tokio::test]
async fn whoever_comes_changes_and_goes_is_remembered() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner();
        let team = guild.role("Team", Permissions::from_bits(0));
        story.idle().await;
        let alice = guild.member("alice");
        let bob = guild.member("bob");
        story.idle().await;
        owner.nicknames(&alice, Some("Ada"));
        owner.gives_role(&bob, &team);
        story.idle().await;
        assert_eq!(stored(story).await[..2], ["Ada", "bob"]);
        let with_role =
            "select count(*) from users.member where cardinality(roles) = 1 and not is_bot";
        assert_eq!(count(story, with_role).await, 1);
        alice.renames_self("Ada Lovelace");
        owner.nicknames(&alice, None);
        bob.leaves_guild();
        story.idle().await;
        assert_eq!(stored(story).await[..2], ["Ada Lovelace", "bob (left)"]);
        bob.joins_guild(&guild);
        story.idle().await;
        assert_eq!(stored(story).await[..2], ["Ada Lovelace", "bob"]);
        assert_eq!(
            count(
                story,
                "select count(*) from users.discord_user where display_name = 'Ada Lovelace'"
            )
            .await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn reporting_tools_see_who_is_there_and_who_left() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        guild.owner().nicknames(&alice, Some("Ada"));
        story.idle().await;
        bob.leaves_guild();
        story.idle().await;
        let there = "select count(*) from reporting.members
             where user_name = 'alice' and display_name = 'Ada' and nick = 'Ada' and left_at is null and not is_bot";
        assert_eq!(count(story, there).await, 1);
        let left = "select count(*) from reporting.members where user_name = 'bob' and left_at is not null";
        assert_eq!(count(story, left).await, 1);
        let granted = "select count(*) from information_schema.role_table_grants
             where grantee = 'majordome_reporting' and table_schema = 'reporting' and table_name = 'members'
                 and privilege_type = 'SELECT'";
        assert_eq!(count(story, granted).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_event_told_twice_or_after_its_turn_changes_nothing_more() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (owner, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        story.sim.faults().duplicate_next_event();
        alice.leaves_guild();
        story.idle().await;
        assert!(stored(story).await.contains(&"alice (left)".to_owned()));
        alice.joins_guild(&guild);
        story.idle().await;
        story.advance(jiff::SignedDuration::from_secs(1)).await;
        // The change and the farewell come the wrong way round.
        story.sim.faults().reorder_next_events();
        owner.nicknames(&alice, Some("Ada"));
        alice.leaves_guild();
        story.idle().await;
        let stored = stored(story).await;
        assert!(stored.contains(&"alice (left)".to_owned()), "{stored:?}");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_heard_is_made_good_after_a_start() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob");
        story.idle().await;
        story.advance(jiff::SignedDuration::from_hours(2)).await;
        story.stop().await;
        bob.leaves_guild();
        guild.member("alice");
        guild.member("carol");
        // The session is too old to be resumed: what happened meanwhile is not told.
        story.sim.advance(Duration::from_hours(1));
        story.start().await;
        story.ready().await;
        story.idle().await;
        let stored = stored(story).await;
        assert!(stored.contains(&"alice".to_owned()), "{stored:?}");
        assert!(stored.contains(&"bob (left)".to_owned()), "{stored:?}");
    })
    .await;
}

#[tokio::test]
async fn without_the_intent_those_are_known_of_whom_discord_tells_anyway() {
    let sim = SimOptions {
        members_intent: false,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        guild.member("alice");
        story.idle().await;
        assert_eq!(
            count(story, "select count(*) from users.member where is_bot").await,
            1
        );
        let refused = story.answer(owner.slash("/sync_users", &[])).await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Je n'ai pas le droit de lire les membres : le «Server Members Intent» est désactivé pour moi. La
        │ personne qui m'héberge l'active sur ma page du portail des développeurs de Discord, sous «Bot»,
        │ puis me redémarre. D'ici là, je ne connais que les membres dont Discord me parle de toute façon.
        ");
        let refused = story
            .answer(owner.locale("en-US").slash("/sync_users", &[]))
            .await;
        insta::assert_snapshot!(refused.text(), @r"
        │ I may not read the members: the «Server Members Intent» is switched off for me. Whoever runs me
        │ enables it on my page of Discord's developer portal, under «Bot», and restarts me. Until then I
        │ only know whom Discord tells me of anyway.
        ");
        // Nobody asked Discord for what it would refuse.
        assert!(
            story
                .sim
                .calls_to("GET", "/guilds/{guild_id}/members")
                .is_empty()
        );
    })
    .await;
}
