//! Stories of who is there, who writes and who speaks.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod messages;
mod past;
mod people;
mod reporting;
mod routes;
mod voice;

use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Guild, SimOptions},
};

const START: &str = "2026-03-02T09:00:00Z";

fn sim() -> SimOptions {
    SimOptions {
        start_at: Some(START.parse().unwrap()),
        ..SimOptions::default()
    }
}

/// A story that begins on a Monday at nine.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    testkit::story_with(features, sim(), BotOptions::default().with_http(), tell).await;
}

fn features() -> feature::Registry {
    feature::Registry::new().with(activity::Activity::default())
}

fn id(guild: &Guild) -> database::GuildId {
    guild.id().to_string().parse().unwrap()
}

/// What a query says, as text.
async fn ask(story: &Story, sql: &str) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    asking.fetch_all(&mut *db).await.unwrap()
}

/// The words of an answer without what differs in every run: ids and instants.
fn plain(answer: &Answer) -> String {
    let text = answer.text();
    let mut plain = String::new();
    let mut digits = String::new();
    for at in text.chars().chain(['\0']) {
        if at.is_ascii_digit() {
            digits.push(at);
            continue;
        }
        plain.push_str(if digits.len() >= 10 { "N" } else { &digits });
        digits.clear();
        plain.push(at);
    }
    let lines = plain.trim_end_matches('\0').lines();
    // How large a picture is depends on the machine's arithmetic.
    let lines = lines.map(|line| line.split(".png (").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}
