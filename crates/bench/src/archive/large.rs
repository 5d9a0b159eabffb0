//! An archive of many rows: pages at any depth, single messages, searches, days, exports; over HTTP, as reporting
//! tools ask.

use std::time::{Duration, Instant};

use discord_sim::SimOptions;
use futures_util::TryStreamExt as _;
use tokio::task::JoinSet;

use super::{CHANNELS, Place, percentile, web::Web};

/// How many questions each figure takes.
const ASKED: usize = 200;
/// Over how many days the messages are spread.
const DAYS: i64 = 365;

pub(super) async fn run(place: &mut Place, rows: i64) -> anyhow::Result<()> {
    for (rows, is_whole) in [(rows / 10, false), (rows, true)] {
        measure(place, rows, is_whole).await?;
    }
    Ok(())
}

/// How many rows are made at a time: what triggers see of a statement is held until it ends.
const MADE: i64 = 250_000;

/// Rows from a generator: people, channels and words drawn by number, the same in every run. Those behind `after`, of all.
fn rows_sql(guild: u64, channels: &str, rows: i64, after: i64) -> String {
    format!(
        "insert into archive.message (id, guild_id, channel_id, author_id, author_name, content, told_at, rank)
         select archive.first_id(now() - interval '{DAYS} days') + n * ((86400000::bigint * {DAYS} / {rows}) << 22) + n % 1000,
             {guild}, (array[{channels}]::bigint[])[1 + n % {CHANNELS}], 100000000000000000 + n % 500, 'person ' || n % 500,
             (array['the crane is on site', 'la grue est en panne', 'beams for the church', 'plans à jour',
                 'ok', 'see you on monday', 'échafaudages livrés', 'a strange noise'])[1 + n * 7 % 8]
                 || ' ' || md5(n::text) || case when n % 1000 = 0 then ' zebra' else '' end,
             now(), 0
         from generate_series({after} + 1, least({after} + {MADE}, {rows})) n"
    )
}

/// Makes so many rows of a guild, in these channels.
pub(super) async fn fill(
    place: &Place,
    guild: u64,
    channels: &[String],
    rows: i64,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    place
        .sql(&format!(
            "select archive.make_room(array_agg(archive.first_id(now() - make_interval(days => n))))
             from generate_series(0, {DAYS} + 1) n"
        ))
        .await?;
    let channels = channels.join(", ");
    let mut made = 0;
    while made < rows {
        place.sql(&rows_sql(guild, &channels, rows, made)).await?;
        made += MADE;
    }
    place.sql("analyze archive.message").await?;
    progress(rows, begun.elapsed());
    Ok(())
}

async fn measure(place: &mut Place, rows: i64, is_whole: bool) -> anyhow::Result<()> {
    let mut scene = place.scene(SimOptions::bench()).await?;
    let guild = scene.guild.id().get();
    let ids: Vec<String> = scene
        .channels
        .iter()
        .map(|channel| channel.id().get().to_string())
        .collect();
    fill(place, guild, &ids, rows).await?;
    place
        .sql(&format!(
            "insert into archive.channel (guild_id, channel_id, name, since) select {guild}, id, 'talk', now()
             from unnest(array[{}]::bigint[]) id on conflict do nothing",
            ids.join(", ")
        ))
        .await?;
    let web = Web::new(&place.web);
    let channel = ids.first().cloned().unwrap_or_default();
    let of = |rank: f64| {
        format!(
            "select id from archive.message where guild_id = {guild} and channel_id = {channel}
             order by id offset (select (count(*) * {rank})::bigint from archive.message
                 where guild_id = {guild} and channel_id = {channel}) limit 1"
        )
    };
    let page = |cursor: i64| {
        format!("/v1/messages?guild_id={guild}&channel_id={channel}&limit=100&cursor={cursor}")
    };
    let name = |what: &str| format!("archive of {rows} rows: {what}");
    for (what, rank) in [("start", 0.0), ("middle", 0.5), ("end", 0.998)] {
        let cursor = place.number(&of(rank)).await?;
        let mut times = web.times(&vec![page(cursor); ASKED]).await?;
        let p95 = percentile(&mut times, 95)?;
        place.report.add(
            &name(&format!("a page at the {what}, p95")),
            "ms",
            p95,
            None,
        );
    }
    let middle = place.number(&of(0.5)).await?;
    let mut times = web
        .times(&vec![format!("/v1/messages/{middle}"); ASKED])
        .await?;
    place.report.add(
        &name("one message, p95"),
        "ms",
        percentile(&mut times, 95)?,
        None,
    );
    for (what, query) in [
        ("a rare word", "zebra"),
        ("a common word", "crane"),
        ("a phrase", "%22strange%20noise%22"),
        (
            "two words and a person",
            "crane%20site%20from:%22person%207%22",
        ),
        ("a beginning", "zeb*"),
        ("nothing that is there", "hippopotamus"),
    ] {
        let path = format!("/v1/guilds/{guild}/messages/search?q={query}");
        let mut times = web.times(&vec![path; ASKED / 4]).await?;
        let p95 = percentile(&mut times, 95)?;
        place
            .report
            .add(&name(&format!("search for {what}, p95")), "ms", p95, None);
    }
    let mut times = Vec::new();
    for day in 0..20 {
        let begun = Instant::now();
        place
            .number(&format!(
                "select coalesce(sum(messages), 0)::bigint from reporting.messages_daily
                 where guild_id = {guild} and day = current_date - {day} - 30"
            ))
            .await?;
        times.push(begun.elapsed());
    }
    place.report.add(
        &name("a day's counts, p95"),
        "ms",
        percentile(&mut times, 95)?,
        None,
    );
    if is_whole {
        requests(place, &web, &page(middle), guild, &channel, middle).await?;
        export(place, &web, guild, &channel).await?;
    }
    scene.subject.stop().await
}

#[expect(
    clippy::print_stderr,
    reason = "whoever measures wants to see how it goes"
)]
fn progress(rows: i64, took: Duration) {
    eprintln!("{rows} rows were made in {took:?}");
}

/// Requests for each second, beside the same query by clients of a pool.
async fn requests(
    place: &mut Place,
    web: &Web,
    path: &str,
    guild: u64,
    channel: &str,
    cursor: i64,
) -> anyhow::Result<()> {
    let sql = format!(
        "select m.id, m.guild_id, m.channel_id, m.author_id, m.author_name, m.is_bot, m.content, m.edited_at,
             m.deleted_at, m.reply_to, m.attachment_count, m.embed_count, m.change
         from archive.message m where guild_id = {guild} and channel_id = {channel} and id > $1
             and deleted_at is null order by id limit 101"
    );
    for connections in [1, 32] {
        let count = 500 * if connections == 1 { 1 } else { 4 };
        let (rate, mut times) = web.load(&vec![path.to_owned(); count], connections).await?;
        let mut asking = JoinSet::new();
        let begun = Instant::now();
        for _ in 0..connections {
            let (pool, sql) = (place.database.pool().clone(), sql.clone());
            asking.spawn(async move {
                let mut times = Vec::new();
                for _ in 0..count / connections {
                    let begun = Instant::now();
                    let asked = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(cursor);
                    asked.fetch_all(&pool).await?;
                    times.push(begun.elapsed());
                }
                anyhow::Ok(times)
            });
        }
        let mut floor = Vec::new();
        while let Some(done) = asking.join_next().await {
            floor.extend(done??);
        }
        let floor_rate = f64::from(u32::try_from(floor.len())?) / begun.elapsed().as_secs_f64();
        let name = |what: &str| format!("GET /v1/messages, {connections} connections: {what}");
        let report = &mut place.report;
        report.add(&name("each second"), "1/s", rate, Some(floor_rate));
        report.add(
            &name("p99"),
            "ms",
            percentile(&mut times, 99)?,
            Some(percentile(&mut floor, 99)?),
        );
    }
    Ok(())
}

/// A channel as JSON Lines, beside COPY of the same rows.
async fn export(place: &mut Place, web: &Web, guild: u64, channel: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    let path = format!("/v1/guilds/{guild}/messages/export?channel_id={channel}");
    let size = web.size(&path).await?;
    let took = begun.elapsed();
    let begun = Instant::now();
    let mut copied = 0;
    {
        let mut db = place.database.acquire().await?;
        let mut reading = db
            .copy_out_raw(&format!(
                "copy (select id, channel_id, author_id, author_name, is_bot, content, edited_at, deleted_at, reply_to,
                     attachment_count, embed_count, change
                 from archive.message where guild_id = {guild} and channel_id = {channel} order by id) to stdout"
            ))
            .await?;
        while let Some(part) = reading.try_next().await? {
            copied += part.len();
        }
    }
    let floor = begun.elapsed();
    let mega = |size: usize, took: Duration| {
        u32::try_from(size).map(|size| f64::from(size) / 1e6 / took.as_secs_f64())
    };
    let report = &mut place.report;
    report.add(
        "export as JSON Lines: each second, against COPY",
        "MB/s",
        mega(size, took)?,
        Some(mega(copied, floor)?),
    );
    report.add(
        "export as JSON Lines: time for the same rows",
        "s",
        took.as_secs_f64(),
        Some(floor.as_secs_f64()),
    );
    Ok(())
}
