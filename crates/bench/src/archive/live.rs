//! Messages from the gateway's socket into Postgres.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use discord_sim::SimOptions;
use futures_util::TryStreamExt as _;
use jiff_sqlx::Timestamp;
use sqlx::Connection as _;

use super::{Place, Scene, rate};

/// How many messages are sent before anything is measured.
const WARM: u32 = 2_000;
/// A steady load: so many messages in a second, for so many seconds.
const STEADY: (u32, u32) = (500, 10);
/// How many rows the floor writes at once, like the archive.
const BATCH: usize = 2_000;
/// What people say.
const SAID: [&str; 5] = [
    "a message like any other, neither short nor long",
    "Le chantier de l'église reprend lundi à huit heures, apportez les échafaudages",
    "ok",
    "Could somebody look at the crane this afternoon? It made a strange noise when we lifted the beams",
    "voir https://example.org/plans/12 pour les plans à jour",
];

pub(super) const TOLD: &str = "select count(*) from archive.message where not is_bot";
const CHANGES: &str = "select last_value from archive.change_number";

/// The floor's table: that of the archive, with all its indexes.
const TABLE: &str = "
    drop schema if exists floor cascade;
    create schema floor;
    create table floor.message (like archive.message including all);";
const COLUMNS: &str =
    "id, guild_id, channel_id, author_id, author_name, content, told_at, rank, has, mentions";

pub(super) async fn run(place: &mut Place, messages: u32) -> anyhow::Result<()> {
    let whole = measure(place, messages).await?;
    let (plain, copied) = floors(place, messages).await?;
    let report = &mut place.report;
    let name = |what: &str| format!("live, {messages} messages: {what}");
    report.add(
        &name("each second, against a plain insert"),
        "1/s",
        whole.rate,
        Some(plain),
    );
    report.add(
        &name("each second, against COPY"),
        "1/s",
        whole.rate,
        Some(copied),
    );
    report.add(
        &name("each second once all are sent, against a plain insert"),
        "1/s",
        whole.drain,
        Some(plain),
    );
    report.add(&name("the bot's peak"), "MB", whole.peak, None);
    report.add(
        &name("the bot's processor time each"),
        "µs",
        whole.cpu,
        None,
    );
    report.add(
        &format!("live, {} a second: the oldest not stored yet", STEADY.0),
        "ms",
        whole.age,
        None,
    );

    place.sql("drop index archive.message_lexemes").await?;
    let without_index = measure(place, messages).await?;
    let words = "alter table archive.message drop column lexemes";
    place.sql(words).await?;
    let without_words = measure(place, messages).await?;
    let report = &mut place.report;
    report.add(
        &name("each second, against no index of words"),
        "1/s",
        whole.rate,
        Some(without_index.rate),
    );
    report.add(
        &name("each second, against no words at all"),
        "1/s",
        whole.rate,
        Some(without_words.rate),
    );
    place
        .sql(
            "alter table archive.message add column lexemes tsvector generated always as (
                 archive.lexemes(coalesce(content, '') || ' ' || coalesce(said_besides, ''))) stored;
             create index message_lexemes on archive.message using gin (lexemes);
             select archive.index_words_soon(inhrelid::regclass) from pg_inherits
             where inhparent = 'archive.message'::regclass",
        )
        .await
}

struct Measured {
    rate: f64,
    drain: f64,
    peak: f64,
    cpu: f64,
    age: f64,
}

async fn measure(place: &Place, messages: u32) -> anyhow::Result<Measured> {
    let many = usize::try_from(messages)? * 2;
    let options = SimOptions {
        messages_per_channel: many,
        replay_events: many,
        ..SimOptions::bench()
    };
    let mut scene = place.scene(options).await?;
    send(&scene, WARM, None).await?;
    place.until(TOLD, i64::from(WARM)).await?;
    let (before, cpu) = (place.number(CHANGES).await?, scene.subject.cpu()?);
    scene.subject.forget_peak()?;
    let begun = Instant::now();
    send(&scene, messages, None).await?;
    let sent = begun.elapsed();
    let early = place.number(CHANGES).await? - before;
    let all = i64::from(WARM + messages);
    // Counting is dear: until so many changes were made they can not all be there.
    place.until(CHANGES, before + i64::from(messages)).await?;
    let end = place.until(TOLD, all).await?;
    let took = end.duration_since(begun);
    let cpu = scene.subject.cpu()?.saturating_sub(cpu);
    let peak = scene.subject.peak()?;
    progress(sent, took);
    // What the simulator takes is no part of this: from the last message sent on, the processor is free for storing.
    let late = u32::try_from(i64::from(messages) - early)?;
    let drain = rate(late, took.saturating_sub(sent));
    let age = steady(place, &scene, all, STEADY, || Ok(())).await?;
    let count = place.number(TOLD).await?;
    let wanted = all + i64::from(STEADY.0 * STEADY.1);
    anyhow::ensure!(count == wanted, "{count} of {wanted} messages are there");
    scene.subject.stop().await?;
    Ok(Measured {
        rate: rate(messages, took),
        drain,
        peak,
        cpu: cpu.as_secs_f64() * 1e6 / f64::from(messages),
        age: age.as_secs_f64() * 1e3,
    })
}

#[expect(
    clippy::print_stderr,
    reason = "whoever measures wants to see how it goes"
)]
fn progress(sent: Duration, took: Duration) {
    eprintln!("sent in {sent:?}, stored after {took:?}");
}

/// Has people speak, as fast as they can or at a pace; when each message was sent.
async fn send(scene: &Scene, count: u32, a_second: Option<u32>) -> anyhow::Result<Vec<Instant>> {
    let people: Vec<_> = (0..20)
        .map(|index| scene.guild.member(&format!("person {index}")))
        .collect();
    let begun = Instant::now();
    let mut times = Vec::new();
    for index in 0..count {
        if let Some(a_second) = a_second {
            let due = begun + Duration::from_secs(1) * index / a_second;
            tokio::time::sleep_until(due.into()).await;
        } else if index % 50 == 0 {
            tokio::task::yield_now().await;
        }
        let place = usize::try_from(index)?;
        let person = people.get(place % people.len()).context("a person")?;
        let channel = scene
            .channels
            .get(place % scene.channels.len())
            .context("a channel")?;
        let said = SAID.get(place % SAID.len()).copied().unwrap_or_default();
        person.says(channel, &format!("{said} {index}"));
        times.push(Instant::now());
    }
    Ok(times)
}

/// The longest that a message of a steady load, so many in a second for so many seconds, was not there; `look` is called
/// meanwhile.
pub(super) async fn steady(
    place: &Place,
    scene: &Scene,
    before: i64,
    (a_second, seconds): (u32, u32),
    mut look: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Duration> {
    let count = a_second * seconds;
    let base = place.number(CHANGES).await?;
    let watching = async {
        let mut seen = Vec::new();
        loop {
            let told = place.number(CHANGES).await? - base;
            seen.push((Instant::now(), told));
            look()?;
            if told >= i64::from(count) {
                return anyhow::Ok(seen);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (sent, seen) = tokio::try_join!(send(scene, count, Some(a_second)), watching)?;
    place.until(TOLD, before + i64::from(count)).await?;
    let mut oldest = Duration::ZERO;
    for (at, told) in seen {
        let waiting = sent.get(usize::try_from(told)?);
        oldest =
            oldest.max(waiting.map_or(Duration::ZERO, |sent| at.saturating_duration_since(*sent)));
    }
    Ok(oldest)
}

/// A plain insert and COPY of the same rows, by one connection: rows for each second.
async fn floors(place: &Place, messages: u32) -> anyhow::Result<(f64, f64)> {
    place.sql(TABLE).await?;
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS}, payload from archive.message order by id limit {messages}"
    )))
    .fetch_all(place.database.pool())
    .await?;
    let options = place.database.connect_options();
    let mut db = sqlx::PgConnection::connect_with(options).await?;
    let begun = Instant::now();
    for rows in rows.chunks(BATCH) {
        insert(&mut db, rows).await?;
    }
    let plain = rate(messages, begun.elapsed());
    let mut text = Vec::new();
    {
        let mut reading = db
            .copy_out_raw(&format!(
                "copy (select {COLUMNS} from floor.message) to stdout"
            ))
            .await?;
        while let Some(part) = reading.try_next().await? {
            text.extend_from_slice(&part);
        }
    }
    place.sql("truncate floor.message").await?;
    let begun = Instant::now();
    let mut copy = db
        .copy_in_raw(&format!("copy floor.message ({COLUMNS}) from stdin"))
        .await?;
    copy.send(text).await?;
    copy.finish().await?;
    Ok((plain, rate(messages, begun.elapsed())))
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: i64,
    guild_id: i64,
    channel_id: i64,
    author_id: Option<i64>,
    author_name: Option<String>,
    content: Option<String>,
    told_at: Timestamp,
    rank: i16,
    payload: Option<sqlx::types::JsonValue>,
}

async fn insert(db: &mut sqlx::PgConnection, rows: &[Row]) -> anyhow::Result<()> {
    let column = |of: fn(&Row) -> i64| rows.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "insert into floor.message (id, guild_id, channel_id, author_id, author_name, content, told_at, rank, payload)
         select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
             $7::timestamptz[], $8::smallint[], $9::jsonb[])",
    )
    .bind(column(|row| row.id))
    .bind(column(|row| row.guild_id))
    .bind(column(|row| row.channel_id))
    .bind(rows.iter().map(|row| row.author_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| &row.author_name).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| &row.content).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.told_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.rank).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.payload.clone()).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}
