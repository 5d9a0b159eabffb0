//! Stories of tasks.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod import;
mod kills;
mod life;
mod reminders;
mod routes;
mod told;
mod wrong;
mod year;

use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Argument, ChannelRef, Guild, Person, SeenMessage, SimOptions},
};

/// A story that begins on a Monday at nine in UTC.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default().with_http(), tell).await;
}

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(worksites::Worksites)
        .with(tasks::Tasks)
        .with(testkit::Ear)
}

/// What a query says, as text.
async fn ask(story: &Story, sql: &str) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    asking.fetch_all(&mut *db).await.unwrap()
}

/// Makes a task in a channel, and returns its panel.
async fn make(
    story: &Story,
    who: &Person,
    channel: &ChannelRef,
    options: &[(&str, Argument)],
) -> SeenMessage {
    let answer = story
        .answer(who.in_channel(channel).slash("/task create", options))
        .await;
    assert!(
        answer.text().contains('#') || answer.text().contains("n°"),
        "{}",
        answer.text()
    );
    who.sees(channel).pop().expect("the panel stands there")
}

fn id(guild: &Guild) -> database::GuildId {
    guild.id().to_string().parse().unwrap()
}

/// Words without ids, which are others in every run.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut digits = String::new();
    for at in text.chars().chain(['\0']) {
        if at.is_ascii_digit() {
            digits.push(at);
            continue;
        }
        plain.push_str(if digits.len() >= 17 { "N" } else { &digits });
        digits.clear();
        plain.push(at);
    }
    plain.trim_end_matches('\0').to_owned()
}

fn text(answer: &Answer) -> String {
    plain(&answer.text())
}
