//! Pages of `/task list` in a server with many tasks, from the click to the answer: against the same rows read by their
//! numbers, and against the same click in a server that has no more than a page.

use std::time::Instant;

use discord_sim::{Guild, Person, SimOptions};

use super::{Scene, median};
use crate::report::Report;

/// How often each page is asked for.
const TIMES: usize = 100;
/// Tasks on a page, and one that says whether there are more.
const ROWS: i64 = 11;
/// How many people share the tasks.
const PEOPLE: i64 = 500;

/// What stands for nothing in a button.
const NONE: &str = "-";

/// Tasks of a server, one in five without a date, for people by turns.
const TASKS: &str = "
    insert into tasks.task (guild_id, number, description, state, priority, due_at, assignees, tags, created_by, created_at)
    select {guild}, n, 'Task ' || n, 'todo', n % 4,
        case when n % 5 > 0 then now() + (hashint4(n)::bigint & 65535) * interval '1 minute' end,
        array[1000 + n % 500]::bigint[], array['t' || n % 200], 1, now()
    from generate_series(1, {count}) n;
    insert into tasks.counter (guild_id, last) values ({guild}, {count});
    analyze tasks.task;";
/// The place of a task in lists, as buttons carry it.
const PLACE: &str = "
    select (128 * (3 - priority))::integer,
        coalesce((extract(epoch from due_at) * 1000000)::bigint, 9223372036854775807), number
    from tasks.task where guild_id = $1 order by coalesce(due_at, 'infinity'), 3 - priority, number offset $2 limit 1";
const BY_NUMBER: &str = "select * from tasks.task where guild_id = $1 and number = any ($2)";

pub(super) async fn run(report: &mut Report, tasks: i32) -> anyhow::Result<()> {
    let scene = Scene::open(SimOptions::bench()).await?;
    let small = scene.sim.guild("Guild 1");
    scene
        .sql(&TASKS.replace("{count}", &tasks.to_string()))
        .await?;
    let in_small = TASKS.replace("{guild}", &small.id().to_string());
    scene.sql(&in_small.replace("{count}", "11")).await?;
    let floor = by_number(&scene, tasks).await?;
    let few = pages(&small.owner(), &small, None, None).await?;
    let owner = scene.guild.owner();
    let count = i64::from(tasks);
    for (name, behind, assignee) in [
        ("the first page", None, None),
        ("the middle page", Some(count / 2), None),
        ("the last page", Some((count - ROWS).max(0)), None),
        (
            "the first page of one of 500",
            None,
            Some(1000 + PEOPLE / 2),
        ),
    ] {
        let place = match behind {
            Some(behind) => Some(place(&scene, behind).await?),
            None => None,
        };
        let took = pages(&owner, &scene.guild, place, assignee).await?;
        report.add(
            &format!("{tasks} tasks, {name}: against its rows by number"),
            "ms",
            took,
            Some(floor),
        );
        report.add(
            &format!("{tasks} tasks, {name}: against a server of 11 tasks"),
            "ms",
            took,
            Some(few),
        );
    }
    scene.close().await;
    Ok(())
}

/// What carries the place of the task behind so many.
async fn place(scene: &Scene, behind: i64) -> anyhow::Result<(i32, i64, i32)> {
    let guild: i64 = scene.guild.id().to_string().parse()?;
    let asked = sqlx::query_as(PLACE).bind(guild).bind(behind);
    Ok(asked.fetch_one(scene.database.pool()).await?)
}

/// How long a page takes from the click on, the median in milliseconds.
async fn pages(
    person: &Person,
    guild: &Guild,
    place: Option<(i32, i64, i32)>,
    assignee: Option<i64>,
) -> anyhow::Result<f64> {
    let person = person.in_channel(&guild.text("talk"));
    let answer = person.slash("/task list", &[]).answer().await?;
    let list = answer.message();
    anyhow::ensure!(
        answer.text().contains("Task "),
        "no list: {}",
        answer.text()
    );
    // The button as it stands on a list: whose, at which worksite, with which tag, the place.
    let (packed, due, number) = place.unwrap_or((0, i64::MIN, 0));
    let whose = assignee.map_or_else(|| NONE.to_owned(), |user| user.to_string());
    let id = format!("tasks:list:v2:{whose}:{NONE}:{NONE}:{packed}:{due}:{number}");
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        person.clicks_id(list, &id).answer().await?;
        times.push(begun.elapsed());
    }
    median(&mut times)
}

/// How long Postgres takes to read as many rows by their numbers, the median in milliseconds.
async fn by_number(scene: &Scene, tasks: i32) -> anyhow::Result<f64> {
    let guild: i64 = scene.guild.id().to_string().parse()?;
    let mut times = Vec::new();
    for nth in 0..i32::try_from(TIMES)? {
        let rows = i32::try_from(ROWS)?;
        let numbers: Vec<i32> = (0..rows)
            .map(|row| 1 + (nth * 7919 + row * 104_729 % tasks).rem_euclid(tasks))
            .collect();
        let begun = Instant::now();
        sqlx::query(BY_NUMBER)
            .bind(guild)
            .bind(&numbers)
            .fetch_all(scene.database.pool())
            .await?;
        times.push(begun.elapsed());
    }
    median(&mut times)
}
