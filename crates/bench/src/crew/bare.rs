//! Messages and nothing else, as fast as Discord's limits let them through.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use discord_sim::Sim;
use tokio::task::JoinSet;
use twilight_http::{Client, api_error::ApiError, error::ErrorType};
use twilight_model::id::{Id, marker::ChannelMarker};

/// Posts so many messages into each of these channels: one after the other in each, all channels side by side; how long
/// that takes.
pub(super) async fn post(sim: &Sim, channels: BTreeMap<u64, usize>) -> anyhow::Result<Duration> {
    let host = sim.api_url().trim_start_matches("http://").to_owned();
    let client = Client::builder()
        .token(sim.bot_token().clone())
        .proxy(host, true)
        .ratelimiter(None)
        .build();
    let client = Arc::new(client);
    let begun = Instant::now();
    let mut posting = JoinSet::new();
    for (channel, count) in channels {
        let client = Arc::clone(&client);
        posting.spawn(async move {
            for _ in 0..count {
                one(&client, channel).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = posting.join_next().await {
        done??;
    }
    Ok(begun.elapsed())
}

/// Posts a message, again after as long as Discord says.
async fn one(client: &Client, channel: u64) -> anyhow::Result<()> {
    let channel: Id<ChannelMarker> = Id::new_checked(channel).context("an id")?;
    loop {
        let Err(error) = client
            .create_message(channel)
            .content("Something is due.")
            .await
        else {
            return Ok(());
        };
        let ErrorType::Response {
            error: ApiError::Ratelimited(limited),
            ..
        } = error.kind()
        else {
            return Err(error.into());
        };
        tokio::time::sleep(Duration::from_secs_f64(limited.retry_after)).await;
    }
}
