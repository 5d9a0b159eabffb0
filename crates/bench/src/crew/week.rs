//! The weekly post of many people, from the moment at which it is due to its last message: against as many bare messages.

use std::{collections::BTreeMap, time::Instant};

use discord_sim::SimOptions;
use sqlx::Row as _;

use super::{Scene, bare};
use crate::report::Report;

/// People of a plan, each on five days of this week, at one of twenty worksites.
const PLAN: &str = "
    insert into worksites.worksite (guild_id, number, name, slug, colour, made_by, made_at, is_settled)
    select {guild}, n, 'Site ' || n, 'site-' || n, n * 700000, 1, now(), true from generate_series(1, 20) n;
    insert into planning.person (guild_id, user_id, name)
    select {guild}, 1000 + n, 'Person ' || n from generate_series(1, {count}) n;
    insert into planning.entry (guild_id, number, kind, state, people, site, site_name, starts, ends, is_days, last_end,
        created_by, created_at, changed_at)
    select {guild}, n, 'site', 'approved', array[1000 + n]::bigint[], 1 + n % 20, 'Site ' || 1 + n % 20,
        date_trunc('week', now() at time zone 'UTC'), date_trunc('week', now() at time zone 'UTC') + interval '5 days', true,
        date_trunc('week', now() at time zone 'UTC') + interval '5 days', 1, now(), now()
    from generate_series(1, {count}) n;";
/// Whether the week stands there, and no job is about it.
const DONE: &str = "
    select (exists (select from planning.post)
        and not exists (select from jobs.job where name = 'planning.posts' and (run_at <= now() or locked_by is not null)))
        ::integer::bigint";

pub(super) async fn run(report: &mut Report, people: u32) -> anyhow::Result<()> {
    let scene = Scene::open(SimOptions::bench()).await?;
    scene
        .sql(&PLAN.replace("{count}", &people.to_string()))
        .await?;
    let channel = scene.guild.text("plan");
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC);
    let today = i64::from(today.weekday().to_monday_zero_offset());
    let before = scene.sim.requests_answered();
    let begun = Instant::now();
    let options = [
        ("channel", (&channel).into()),
        ("day", today.into()),
        ("time", "00:00".into()),
    ];
    // It is due from midnight on: so at once.
    scene
        .guild
        .owner()
        .slash("/planning config", &options)
        .answer()
        .await?;
    scene.until(DONE, 1).await?;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let calls = u32::try_from(scene.sim.requests_answered() - before)?;
    let row = sqlx::query("select count(*) from planning.post")
        .fetch_one(scene.database.pool())
        .await?;
    let posts: i64 = row.try_get(0)?;
    let channels = BTreeMap::from([(channel.id().get(), usize::try_from(posts)?)]);
    let floor = bare::post(&scene.sim, channels).await?;
    let name = |what: &str| format!("the week of {people} people in {posts} messages: {what}");
    report.add(
        &name("until all stand there"),
        "ms",
        took,
        Some(floor.as_secs_f64() * 1e3),
    );
    report.add(
        &name("calls to Discord"),
        "",
        f64::from(calls),
        Some(f64::from(i32::try_from(posts)?)),
    );
    scene.close().await;
    Ok(())
}
