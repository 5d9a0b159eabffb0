//! Stories of browsing.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod isolation;
mod large;
mod looking;

use feature::{Browsable, Capability, Column, ColumnKind, Feature, Label, Scope};
use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Argument, Person, SimOptions},
};
use twilight_model::guild::Permissions;

const SHOW: Capability = Capability {
    name: "things.show",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// A table with columns of many kinds, one of them a secret.
static THINGS: Browsable = Browsable {
    table: "users.member",
    label: Label {
        en: "Things",
        fr: "Choses",
    },
    guild: "guild_id",
    key: &["user_id"],
    columns: &[
        Column::new("user_id", ColumnKind::Number, "Number", "Numéro"),
        Column::new("shown", ColumnKind::Text, "Name", "Nom"),
        Column::new("joined_at", ColumnKind::Time, "Joined", "Arrivée"),
        Column::new("roles", ColumnKind::Roles, "Roles", "Rôles"),
        Column::new("is_bot", ColumnKind::Flag, "Bot", "Bot"),
        Column::new("nick", ColumnKind::Text, "Secret", "Secret").secret(),
    ],
    capability: &SHOW,
};

#[derive(Debug)]
struct Things;

impl Feature for Things {
    const NAME: &'static str = "things";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.browse(&THINGS);
    }
}

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(dbbrowse::Dbbrowse::default())
        .with(Things)
}

/// A story that begins on a day like any other.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), tell).await;
}

/// Things 1 to `count`, every third of them without a date.
async fn fill(story: &Story, guild: u64, count: i32) {
    let sql = format!(
        "with filled as (
             insert into users.member (guild_id, user_id, nick, shown, is_bot, roles, joined_at, told_at)
             select {guild}, n, 'hidden-' || n, 'thing ' || n, n % 2 = 0, array[n % 5 + 1],
                 case when n % 3 > 0 then timestamptz '2026-01-01 00:00Z' + n * interval '1 hour' end, now()
             from generate_series(1, {count}) n returning 1)
         select count(*) from filled"
    );
    assert_eq!(number(story, &sql).await, i64::from(count));
}

async fn number(story: &Story, sql: &str) -> i64 {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    asking.fetch_one(&mut *db).await.unwrap()
}

async fn opens(story: &Story, person: &Person, table: &str) -> Answer {
    story
        .answer(person.slash("/dbbrowse", &[("table", table.into())]))
        .await
}

/// Fills in the form for a filter on what `page` shows.
async fn filters(
    story: &Story,
    person: &Person,
    page: &Answer,
    (column, op, value): (&str, &str, &str),
) -> Answer {
    let form = story.answer(person.clicks(page.message(), "Filter")).await;
    let fields: [(&str, Argument); 3] = [
        ("column", column.into()),
        ("op", op.into()),
        ("value", value.into()),
    ];
    story.answer(person.submits(form.modal(), &fields)).await
}

/// The names of the things on a page.
fn things(page: &Answer) -> Vec<u32> {
    page.text()
        .lines()
        .filter_map(|line| {
            line.split("· thing ")
                .nth(1)?
                .split(' ')
                .next()?
                .parse()
                .ok()
        })
        .collect()
}
