//! Stories of members.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod events;
mod forget;
mod http;
mod list;
mod sync;

use testkit::{BotOptions, Story, discord_sim::SimOptions};

/// A story that begins on a day like any other.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), tell).await;
}

fn features() -> feature::Registry {
    feature::Registry::new().with(users::Users)
}

async fn count(story: &Story, sql: &'static str) -> i64 {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let counting = sqlx::query_scalar(sql);
    counting.fetch_one(&mut *db).await.unwrap()
}

/// Who is stored: name, whether they left.
async fn stored(story: &Story) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let rows = sqlx::query_scalar(
        "select shown || case when left_at is null then '' else ' (left)' end
         from users.member where not is_bot order by shown",
    );
    rows.fetch_all(&mut *db).await.unwrap()
}

/// Ids, which are others in every run.
fn plain(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if digits >= 17 {
            word.replace(|at: char| at.is_ascii_digit(), "")
        } else {
            word.to_owned()
        }
    });
    words.collect()
}
