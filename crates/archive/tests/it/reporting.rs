//! The views that reporting tools read: their names and kinds are a promise, and the queries that the replaced systems
//! documented run as they stand.

use crate::{enable, story, texts};

#[tokio::test]
async fn the_views_have_the_columns_that_are_promised() {
    story(async |story| {
        story.idle().await;
        let columns = texts(
            story,
            "select table_name || '.' || column_name || ': ' || data_type from information_schema.columns
             where table_schema = 'reporting' and table_name in
                 ('channels', 'discord_messages', 'messages', 'messages_daily', 'poll_votes', 'reactions')
             order by table_name, ordinal_position",
        )
        .await;
        insta::assert_snapshot!("views", columns.join("\n"));
        let granted = texts(
            story,
            "select count(*)::text from information_schema.role_table_grants
             where grantee = 'majordome_reporting' and table_schema <> 'reporting'",
        )
        .await;
        assert_eq!(granted, ["0"], "it reads the views and nothing else");
    })
    .await;
}

#[tokio::test]
async fn the_queries_of_the_replaced_systems_run() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let gone = alice.says(&channel, "one");
        alice.says(&channel, "two");
        story.idle().await;
        alice.deletes(&gone);
        story.idle().await;
        for (sql, told) in [
            // The Reporting API.
            (
                "select content from reporting.discord_messages where deleted = false order by created_at, message_id",
                vec!["two"],
            ),
            (
                "select count(*)::text from reporting.discord_messages where message_id ~ '^[0-9]+$' and attachment_count = 0",
                vec!["2"],
            ),
            // GVB.
            (
                "select user_name || ' ' || count(*) from reporting.messages
                 where created_at > timestamptz '2026-03-01' group by user_name",
                vec!["alice 2"],
            ),
            (
                "select messages || ' ' || authors || ' ' || deleted from reporting.messages_daily where day = '2026-03-02'",
                vec!["2 1 1"],
            ),
            ("select name from reporting.channels where is_on", vec!["general"]),
        ] {
            assert_eq!(texts(story, sql).await, told, "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_each_month_few_new_words_wait_beside_the_index() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("general");
        let alice = guild.member("alice");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "zebra");
        story.idle().await;
        let months = "select coalesce(c.reloptions::text, '-') from pg_inherits h
             join pg_index i on i.indrelid = h.inhrelid join pg_class c on c.oid = i.indexrelid
             where h.inhparent = 'archive.message'::regclass and c.relam = (select oid from pg_am where amname = 'gin')";
        let months = texts(story, months).await;
        assert!(!months.is_empty());
        for options in months {
            assert_eq!(options, "{gin_pending_list_limit=64}");
        }
    })
    .await;
}
