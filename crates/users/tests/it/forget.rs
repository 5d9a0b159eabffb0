//! What is kept of a server that the bot was taken out of.

use jiff::SignedDuration;
use testkit::{Story, discord_sim::Permissions};

use crate::{count, features, stored};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn names(story: &Story) -> i64 {
    count(
        story,
        "select count(*) from users.discord_user where not is_bot",
    )
    .await
}

#[tokio::test]
async fn thirty_days_after_the_bot_was_taken_out_nothing_is_known_but_of_those_who_are_elsewhere() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (gone, stays) = (story.sim.guild("Gone"), story.sim.guild("Stays"));
        let alice = gone.member("alice");
        alice.joins_guild(&stays);
        gone.member("bob");
        stays.member("carol");
        story.idle().await;
        for guild in [&gone, &stays] {
            story.answer(guild.owner().slash("/sync_users", &[])).await;
            story.answer(guild.owner().slash("/list_users", &[])).await;
        }
        assert_eq!(names(story).await, 4);
        gone.kick_bot();
        story.idle().await;
        let due =
            "select extract(epoch from run_at)::bigint from jobs.job where name = 'users.forget'";
        let before = count(story, due).await;
        story.advance(DAY * 29).await;
        story.restart().await;
        assert_eq!(count(story, due).await, before);
        assert_eq!(stored(story).await.len(), 6);
        story.advance(DAY + SignedDuration::from_mins(1)).await;
        // A job that could not ask Discord just then comes again.
        for _ in 0..5 {
            if stored(story).await.len() > 3 {
                story.advance(SignedDuration::from_hours(1)).await;
            }
        }
        assert_eq!(stored(story).await, ["alice", "carol", "owner"]);
        assert_eq!(names(story).await, 3);
        assert_eq!(count(story, "select count(*) from users.sync").await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_invites_the_bot_again_loses_nothing_and_an_outage_is_no_goodbye() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        guild.member("alice");
        story.idle().await;
        story.answer(guild.owner().slash("/sync_users", &[])).await;
        story.sim.faults().guild_outage(&guild, true);
        story.idle().await;
        assert_eq!(
            count(
                story,
                "select count(*) from jobs.job where name = 'users.forget'"
            )
            .await,
            0
        );
        story.sim.faults().guild_outage(&guild, false);
        story.idle().await;
        guild.kick_bot();
        story.idle().await;
        assert_eq!(
            count(
                story,
                "select count(*) from jobs.job where name = 'users.forget'"
            )
            .await,
            1
        );
        guild.adds_bot(Permissions::ALL);
        story.idle().await;
        story.advance(DAY * 31).await;
        assert_eq!(stored(story).await, ["alice", "owner"]);
    })
    .await;
}

#[tokio::test]
async fn a_reading_of_a_server_that_is_gone_has_it_forgotten_too() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        guild.member("alice");
        story.idle().await;
        story.answer(guild.owner().slash("/sync_users", &[])).await;
        // Taken out while nobody listens: no event ever tells.
        story.stop().await;
        guild.kick_bot();
        story.restart().await;
        let sql = "update users.sync set state = 'running', ended_at = null, after_id = 0 returning run";
        let run = count(story, sql).await;
        let sql = format!(
            r#"with queued as (insert into jobs.job (name, payload, run_at, created_at)
                 values ('users.sync', '{{"guild": "{}", "run": {run}}}', now() - interval '1 day', now()) returning 1)
               select count(*) from queued"#,
            guild.id()
        );
        assert_eq!(count(story, Box::leak(sql.into_boxed_str())).await, 1);
        story.advance(DAY).await;
        assert_eq!(count(story, "select count(*) from users.sync where problem = 'gone'").await, 1);
        story.advance(DAY * 31).await;
        assert_eq!(stored(story).await, Vec::<String>::new());
        assert_eq!(count(story, "select count(*) from users.sync").await, 0);
    })
    .await;
}
