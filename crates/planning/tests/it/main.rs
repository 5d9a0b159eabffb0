//! Stories of the plan.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod calendars;
mod feeds;
mod import;
mod life;
mod routes;
mod told;
mod weeks;
mod wrong;
mod year;

use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Argument, Guild, Person, SimOptions},
};

/// A story that begins on a Monday at nine in UTC.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    story_at("2026-03-02T09:00:00Z", tell).await;
}

async fn story_at(start: &str, tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some(start.parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default().with_http(), tell).await;
}

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(worksites::Worksites)
        .with(planning::Planning::default())
        .with(testkit::Ear)
}

/// What a query says, as text.
async fn ask(story: &Story, sql: &str) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    asking.fetch_all(&mut *db).await.unwrap()
}

fn id(guild: &Guild) -> database::GuildId {
    guild.id().to_string().parse().unwrap()
}

/// Opens worksites.
async fn sites(story: &Story, chief: &Person, names: &[&str]) {
    for name in names {
        let option = [("name", (*name).into())];
        story.answer(chief.slash("/worksite create", &option)).await;
    }
}

/// Runs a command, and returns what it says.
async fn run(story: &Story, who: &Person, command: &str, options: &[(&str, Argument)]) -> String {
    text(&story.answer(who.slash(command, options)).await)
}

/// Sets the zone of a guild.
async fn zone(story: &Story, guild: &Guild, zone: &str) {
    let house = story.house().clone();
    house
        .settings
        .change::<feature::General>(
            id(guild),
            house.me.id(),
            feature::settings::Via::Discord,
            |general| {
                general.time_zone = Some(zone.to_owned());
                Ok(())
            },
        )
        .await
        .unwrap();
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
    let lines = plain.trim_end_matches('\0').lines();
    // Who stands where in a picture follows ids, and so does its size.
    let lines = lines.map(|line| match line.split_once(".png (") {
        Some((name, _)) => format!("{name}.png"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn text(answer: &Answer) -> String {
    plain(&answer.text())
}
