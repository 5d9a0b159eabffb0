//! Reading the past, against the pages that the share allows: those of a bare client that asks for the same ones, one
//! after the other, times the share.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use discord_sim::SimOptions;

use super::{Place, web::Web};

/// How long Discord takes for a page.
const PAGE_TAKES: Duration = Duration::from_millis(20);
/// How many messages a page holds.
const PAGE: u32 = 100;
/// How much of the time is for pages, as a guild has it that chose nothing.
const SHARE: f64 = 0.5;
/// How many pages the bare client asks for.
const ASKED: usize = 100;

pub(super) async fn run(place: &mut Place, messages: u32) -> anyhow::Result<()> {
    let options = SimOptions {
        messages_per_channel: usize::try_from(messages)?,
        ..SimOptions::bench()
    };
    let mut scene = place.scene(options).await?;
    // Nothing is kept while the past is made.
    let owner = scene.guild.owner();
    owner.slash("/archive disable", &[]).answer().await?;
    let alice = scene.guild.member("alice");
    for index in 0..messages {
        let channel = scene
            .channels
            .get(usize::try_from(index)? % scene.channels.len())
            .context("a channel")?;
        alice.says(channel, &format!("said long ago, number {index}"));
        if index % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    owner.slash("/archive enable", &[]).answer().await?;
    let faults = scene.sim.faults();
    faults.delay_route("GET", "/channels/{channel_id}/messages", PAGE_TAKES);
    let bare = Web::of(
        scene.sim.api_url(),
        format!("Bot {}", scene.sim.bot_token()),
    );
    let channel = scene.channels.first().context("a channel")?.id();
    let path = format!("/api/v10/channels/{channel}/messages?limit={PAGE}");
    let times = bare.times(&vec![path; ASKED]).await?;
    let floor = times.iter().sum::<Duration>().as_secs_f64() / f64::from(u32::try_from(ASKED)?);
    let begun = Instant::now();
    owner.slash("/archive backfill start", &[]).answer().await?;
    let done =
        "select (count(*) > 0 and bool_and(state = 'done'))::int::bigint from archive.backfill";
    let end = place.until(done, 1).await?;
    let channels = place
        .number("select count(*) from archive.backfill")
        .await?;
    let told = "select count(*) from archive.message where content like 'said long ago%'";
    let count = place.number(told).await?;
    anyhow::ensure!(
        count == i64::from(messages),
        "{count} of {messages} messages were read"
    );
    let pages = f64::from(messages / PAGE) + f64::from(u32::try_from(channels)?);
    let took = end.duration_since(begun).as_secs_f64();
    place.report.add(
        &format!("the past, {messages} messages: pages each second, against the share"),
        "1/s",
        pages / took,
        Some(SHARE / floor),
    );
    scene.subject.stop().await
}
