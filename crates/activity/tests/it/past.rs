//! Messages that nobody counted and the archive holds.

use jiff::SignedDuration;
use testkit::{Story, discord_sim::Guild};

use crate::story;

/// Puts messages into the archive as its back-fill does, so many of somebody from an instant on, a minute apart.
async fn archived(story: &Story, guild: &Guild, channel: u64, user: u64, from: &str, count: i64) {
    let sql = format!(
        "with ids as (
             select archive.first_id('{from}'::timestamptz + nth * interval '1 minute') + {user} % 1000 as id
             from generate_series(0, {count} - 1) as nth
         ), room as (select archive.make_room((select array_agg(id) from ids)))
         insert into archive.message (id, guild_id, channel_id, author_id, author_name, is_bot, content, told_at)
         select id, {guild}, {channel}, {user}, 'p{user}', {user} = 3, 'x', now() from ids, room
         returning 'put'",
        guild = guild.id()
    );
    // The partition must be there before the statement that fills it is planned.
    let room =
        format!("select archive.make_room(array[archive.first_id('{from}'::timestamptz)])::text");
    ask_nothing(story, &room).await;
    assert_eq!(
        crate::ask(story, &sql).await.len(),
        usize::try_from(count).unwrap()
    );
    let known = format!(
        "insert into archive.channel (guild_id, channel_id) values ({}, {channel}) on conflict do nothing",
        guild.id()
    );
    ask_nothing(story, &known).await;
}

async fn ask_nothing(story: &Story, sql: &str) {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let doing = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()));
    doing.execute(&mut *db).await.unwrap();
}

#[tokio::test]
async fn what_the_archive_holds_and_nobody_counted_is_counted_once() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR").locale("en-US");
        let alice = guild.member("alice");
        let (channel, left_out) = (guild.text("general"), guild.text("secret"));
        story.idle().await;
        let owner = guild.owner().locale("en-US");
        let options = [("leave_out_channel", (&left_out).into())];
        let _ = story
            .answer(owner.slash("/activity config", &options))
            .await;
        alice.says(&channel, "heard");
        story.idle().await;
        let place = channel.id().get();
        // A month ago: two people and a bot; one has opted out since.
        archived(story, &guild, place, 1, "2026-02-01T10:00:00Z", 20).await;
        archived(story, &guild, place, 2, "2026-02-01T10:00:00Z", 5).await;
        archived(story, &guild, place, 3, "2026-02-01T10:00:00Z", 7).await;
        let hidden = left_out.id().get();
        archived(story, &guild, hidden, 4, "2026-02-01T10:00:00Z", 3).await;
        // Yesterday is left to what is heard.
        archived(story, &guild, place, 1, "2026-03-01T20:00:00Z", 9).await;
        let out = format!(
            "insert into activity.member (guild_id, user_id, name, is_bot, told_at, opted_out_at)
             values ({}, 2, '?', false, now(), now())",
            guild.id()
        );
        ask_nothing(story, &out).await;
        let written = "select concat_ws(' ', user_id, sum(messages)) from activity.written
             where user_id < 10 group by user_id order by user_id";
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(crate::ask(story, written).await, ["1 20"]);
        // Again, and later, when the archive has read more.
        archived(story, &guild, place, 1, "2026-02-01T10:20:30Z", 2).await;
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(crate::ask(story, written).await, ["1 22"]);
        story.advance(SignedDuration::from_hours(72)).await;
        assert_eq!(crate::ask(story, written).await, ["1 31"]);
        let heard = format!(
            "select sum(messages)::text from activity.written where user_id = {}",
            alice.id()
        );
        assert_eq!(
            crate::ask(story, &heard).await,
            ["1"],
            "what was heard is not counted again"
        );
        let options = [("days", 60.into())];
        let told = story.answer(owner.slash("/stats", &options)).await.text();
        assert!(told.contains("p1"), "{told}");
        assert!(
            told.contains("February"),
            "since when it is counted: {told}"
        );
    })
    .await;
}
