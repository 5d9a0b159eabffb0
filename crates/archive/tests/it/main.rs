//! Stories of messages that are kept.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod attachments;
mod backfill;
mod capture;
mod erasing;
mod exports;
mod import;
mod kills;
mod kinds;
mod operator;
mod people;
mod repair;
mod reporting;
mod routes;

use testkit::{
    BotOptions, Story,
    discord_sim::{ChannelRef, Guild, SimOptions},
};

/// A story that begins on a day like any other.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default().with_http(), tell).await;
}

fn features() -> feature::Registry {
    feature::Registry::new().with(archive::Archive::default())
}

async fn texts(story: &Story, sql: &str) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    asking.fetch_all(&mut *db).await.unwrap()
}

/// What is stored of messages of people: what they say, and whether they are deleted.
async fn stored(story: &Story) -> Vec<String> {
    let sql = "select coalesce(content, '-') || case when deleted_at is null then '' else ' (deleted)' end
         from archive.message where not is_bot order by id";
    texts(story, sql).await
}

/// How many parts are held of a channel: one when nothing is missing between them.
async fn parts(story: &Story, channel: &ChannelRef) -> String {
    let sql = format!(
        "select (select count(*) from unnest(held))::text from archive.channel where channel_id = {}",
        channel.id()
    );
    texts(story, &sql).await.concat()
}

/// Turns a channel on.
async fn enable(story: &Story, guild: &Guild, channel: &ChannelRef) {
    let options = [("channel", channel.into())];
    let owner = guild.owner().locale("en-US");
    let answer = story.answer(owner.slash("/archive enable", &options)).await;
    assert!(answer.text().contains("are kept"), "{}", answer.text());
    owner.sees(channel);
}

/// Ids, which are others in every run.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut digits = String::new();
    for at in text.chars().chain(['\0']) {
        if at.is_ascii_digit() {
            digits.push(at);
            continue;
        }
        if digits.len() >= 17 {
            plain.push('N');
        } else {
            plain.push_str(&digits);
        }
        digits.clear();
        plain.push(at);
    }
    plain.trim_end_matches('\0').to_owned()
}
