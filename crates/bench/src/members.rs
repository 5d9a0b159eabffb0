//! Reading all members of a large guild, beside what Discord's pages and a plain upsert take by themselves.

#![expect(
    clippy::disallowed_methods,
    reason = "the floor is plain SQL on tables that no migration makes"
)]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use database::Database;
use discord_sim::{Sim, SimOptions};
use feature::Registry;
use host::Running;
use serde::Deserialize;
use twilight_http::request::{Method, RequestBuilder};

use crate::{inside, report::Report};

/// How many members stand on a page of Discord's.
const PAGE: usize = 1000;

/// The floor's tables: those of the feature, without what a statement does beyond writing.
const TABLES: &str = "
    drop schema if exists floor cascade;
    create schema floor;
    create table floor.discord_user (like users.discord_user including all);
    create table floor.member (like users.member including all);";

/// The plain upsert of a page into both tables.
const UPSERT: [&str; 2] = [
    "insert into floor.discord_user (id, username, display_name, is_bot, updated_at)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[])
     on conflict (id) do update set username = excluded.username, display_name = excluded.display_name,
         is_bot = excluded.is_bot, updated_at = excluded.updated_at",
    "insert into floor.member (guild_id, user_id, nick, shown, is_bot, roles, joined_at, told_at)
     select $1, id, nick, shown, is_bot, roles::bigint[], joined_at, told_at
     from unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::timestamptz[], $8::timestamptz[])
         as told (id, nick, shown, is_bot, roles, joined_at, told_at)
     on conflict (guild_id, user_id) do update set nick = excluded.nick, shown = excluded.shown,
         is_bot = excluded.is_bot, roles = excluded.roles, joined_at = excluded.joined_at, left_at = null,
         told_at = excluded.told_at",
];

/// Measures with so many members.
pub(crate) async fn run(members: u32) -> anyhow::Result<()> {
    let data = tempfile::Builder::new()
        .prefix("majordome-members")
        .tempdir()?;
    let sim = Sim::start(SimOptions::bench()).await?;
    let guild = sim.guild("Guild 0");
    guild.members(usize::try_from(members)?);
    let owner = guild.owner();
    let before = peak()?;
    let database = Database::open(&database::Settings::local(data.path())).await?;
    let catalogue = Registry::new().with(users::Users).build()?;
    let running = inside::start(&sim, &database, catalogue).await?;
    running.synced().await;

    // Nobody has to ask: the guild is larger than what is stored.
    let first = reading(&database, 1).await?;
    let grown = peak()? - before;
    owner.slash("/sync_users", &[]).answer().await?;
    let second = reading(&database, 2).await?;
    let pages = pages(&running, guild.id().get()).await?;
    let upsert = upsert(&database).await?;

    let each = |took: Duration| f64::from(members) / took.as_secs_f64();
    let slower = pages.max(upsert);
    let mut report = Report::default();
    report.add(
        "members read: each second, against the pages alone",
        "1/s",
        each(first),
        Some(each(pages)),
    );
    report.add(
        "members read: each second, against a plain upsert",
        "1/s",
        each(first),
        Some(each(upsert)),
    );
    report.add(
        "members read: time, against the slower of the two",
        "s",
        first.as_secs_f64(),
        Some(slower.as_secs_f64()),
    );
    report.add(
        "members read again, nothing changed: time, against the slower",
        "s",
        second.as_secs_f64(),
        Some(slower.as_secs_f64()),
    );
    report.add(
        "memory that bot and reading add to the simulator's process, at the peak",
        "MB",
        grown,
        None,
    );
    report.print();
    running.stop().await;
    database.close().await;
    Ok(())
}

/// The most memory that this process held so far, in MB (10⁶ bytes).
fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .context("no peak in /proc")?;
    let kibibytes: f64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .context("no number")?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// Waits for the end of a reading; how long it took by its own account.
async fn reading(database: &Database, run: i64) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    loop {
        let took: Option<f64> = sqlx::query_scalar(
            "select extract(epoch from ended_at - begun_at)::float8 from users.sync where run = $1 and state = 'done'",
        )
        .bind(run)
        .fetch_optional(database.pool())
        .await?
        .flatten();
        if let Some(took) = took {
            return Ok(Duration::from_secs_f64(took));
        }
        anyhow::ensure!(
            begun.elapsed() < Duration::from_mins(5),
            "the reading does not end"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[derive(Deserialize)]
struct Entry {
    user: User,
}

#[derive(Deserialize)]
struct User {
    id: database::UserId,
}

/// Discord's pages and nothing else.
async fn pages(running: &Running, guild: u64) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut after = 0;
    loop {
        let path = format!("guilds/{guild}/members?limit={PAGE}&after={after}");
        let request = RequestBuilder::raw(Method::Get, path).build()?;
        let page: Vec<Entry> = running.house().discord.raw(request).await?;
        let last = page.last().map(|entry| entry.user.id.get());
        match last {
            Some(last) if page.len() == PAGE => after = last,
            _ => return Ok(begun.elapsed()),
        }
    }
}

/// A row of what was read.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    guild_id: i64,
    user_id: i64,
    username: String,
    display_name: Option<String>,
    nick: Option<String>,
    shown: String,
    is_bot: bool,
    roles: String,
    joined_at: Option<jiff_sqlx::Timestamp>,
    told_at: jiff_sqlx::Timestamp,
}

/// A plain upsert of the same rows, page by page, into tables like those of the feature.
async fn upsert(database: &Database) -> anyhow::Result<Duration> {
    sqlx::raw_sql(TABLES).execute(database.pool()).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "select m.guild_id, m.user_id, u.username, u.display_name, m.nick, m.shown, m.is_bot, m.roles::text,
             m.joined_at, m.told_at
         from users.member m join users.discord_user u on u.id = m.user_id order by m.user_id",
    )
    .fetch_all(database.pool())
    .await?;
    let guild = rows.first().context("members were read")?.guild_id;
    let begun = Instant::now();
    for page in rows.chunks(PAGE) {
        let ids: Vec<i64> = page.iter().map(|row| row.user_id).collect();
        let bots: Vec<bool> = page.iter().map(|row| row.is_bot).collect();
        let told: Vec<jiff_sqlx::Timestamp> = page.iter().map(|row| row.told_at).collect();
        let text = |of: fn(&Row) -> &String| page.iter().map(of).collect::<Vec<_>>();
        let maybe = |of: fn(&Row) -> &Option<String>| page.iter().map(of).collect::<Vec<_>>();
        let mut transaction = database.begin().await?;
        let [names, memberships] = UPSERT;
        sqlx::query(names)
            .bind(&ids)
            .bind(text(|row| &row.username))
            .bind(maybe(|row| &row.display_name))
            .bind(&bots)
            .bind(&told)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(memberships)
            .bind(guild)
            .bind(&ids)
            .bind(maybe(|row| &row.nick))
            .bind(text(|row| &row.shown))
            .bind(&bots)
            .bind(text(|row| &row.roles))
            .bind(page.iter().map(|row| row.joined_at).collect::<Vec<_>>())
            .bind(&told)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(begun.elapsed())
}
