//! Pages of a channel's history, with care for the limit that live work shares.
//!
//! One page is asked for at a time over all guilds, and after each nobody asks for as long as the guild's share says: with
//! half of the limit as long as the page took, waiting for Discord's bucket included. Meanwhile the page is stored, and who
//! reads on asks for the next one beside that.

use std::time::Duration;

use database::{ChannelId, GuildId, MessageId};
use feature::{Failure, Kit, Outcome, Refusal};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;
use twilight_http::request::{Method, RequestBuilder};

use crate::{
    Archive, Keep,
    events::told_at,
    model::Told,
    store, wire,
    write::{Batch, prepare, write_in},
};

/// How many messages Discord gives at a time.
pub(crate) const PAGE: usize = 100;

/// From where a page is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// The newest before an id.
    Before(i64),
    /// The oldest behind an id.
    After(i64),
}

/// A page of the history. Between `first` and `last`, and on the side it was asked from, nothing is missing.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) told: Vec<Told>,
    pub(crate) ids: Vec<MessageId>,
    pub(crate) asked_at: Timestamp,
    /// Whether nothing lies beyond.
    pub(crate) is_last: bool,
}

impl Page {
    pub(crate) fn first(&self) -> Option<i64> {
        i64::try_from(*self.ids.first()?).ok()
    }

    pub(crate) fn last(&self) -> Option<i64> {
        i64::try_from(*self.ids.last()?).ok()
    }
}

/// Asks Discord for any list, in its turn.
pub(crate) async fn ask<T: serde::de::DeserializeOwned>(
    kit: &Kit<Archive>,
    guild: GuildId,
    path: String,
) -> Outcome<Result<T, Refusal>> {
    let share = kit.settings.get::<Keep>(guild).await?.share;
    let memory = &kit.feature.memory;
    let turn = memory.reading.acquire().await;
    let rests_until = *memory.rests_until.lock();
    let overslept = match rests_until {
        Some(until) if until > Instant::now() => {
            tokio::time::sleep_until(until).await;
            until.elapsed()
        }
        _ => Duration::ZERO,
    };
    let begun = Instant::now();
    let request = RequestBuilder::raw(Method::Get, path)
        .build()
        .map_err(Failure::fault)?;
    let answer = kit.discord.raw(request).await;
    // Timers wake late by a millisecond, of some twenty: what was rested too long is rested less the next time.
    let rest = rest(begun.elapsed(), share).saturating_sub(overslept);
    *memory.rests_until.lock() = Some(Instant::now() + rest);
    drop(turn);
    Ok(answer)
}

/// How long to rest after a call, so that calls take only a share, in percent, of the time.
fn rest(took: Duration, share: u8) -> Duration {
    let share = u32::from(share.clamp(1, 100));
    (took * (100 - share) / share).min(Duration::from_secs(30))
}

/// Reads a page.
pub(crate) async fn page(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    from: From,
) -> Outcome<Result<Page, Refusal>> {
    let settings = kit.settings.get::<Keep>(guild).await?;
    let place = wire::Place {
        guild,
        channel,
        rank: 1,
        told_at: told_at(kit),
        keeps_raw: settings.raw,
        keeps_files: settings.files && kit.feature.operator.files.is_some(),
    };
    let (side, id) = match from {
        From::Before(id) => ("before", id),
        From::After(id) => ("after", id),
    };
    let path = format!("channels/{channel}/messages?limit={PAGE}&{side}={id}");
    let messages: Vec<Value> = match ask(kit, guild, path).await? {
        Ok(messages) => messages,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_last = messages.len() < PAGE;
    let mut told: Vec<Told> = messages
        .iter()
        .filter_map(|message| wire::read(message, place))
        .collect();
    told.sort_unstable_by_key(|told| told.id);
    told.dedup_by_key(|told| told.id);
    Ok(Ok(Page {
        ids: told.iter().map(|told| told.id).collect(),
        told,
        asked_at: place.told_at,
        is_last,
    }))
}

/// What a page adds to what is held: everything between two ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Writes a page, what is held with it, and what is missing in it, in a transaction that `besides` may end otherwise.
pub(crate) async fn store_page(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    page: Page,
    held: Option<Held>,
    besides: impl AsyncFnOnce(&mut sqlx::PgConnection, i64) -> sqlx::Result<bool>,
) -> sqlx::Result<bool> {
    let read = i64::try_from(page.ids.len()).unwrap_or(i64::MAX);
    let mut batch = Batch {
        told: page.told,
        ..Batch::default()
    };
    prepare(kit, &mut batch).await?;
    kit.feature.buffer.written().await;
    let mut db = kit.database.begin().await?;
    write_in(kit, &mut db, &mut batch).await?;
    if let Some(Held { from, to }) = held {
        // An empty page may be one that could not be read after all: it makes nothing a deletion.
        if !page.ids.is_empty() {
            let (ids, at) = (&page.ids, page.asked_at);
            store::messages::miss(&mut db, guild, channel, (from, to), ids, at).await?;
        }
        store::channels::hold(&mut db, guild, channel, from, to).await?;
    }
    let goes_on = besides(&mut db, read).await?;
    if goes_on {
        db.commit().await?;
    }
    Ok(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_decides_how_long_to_rest() {
        let second = Duration::from_secs(1);
        assert_eq!(rest(second, 50), second);
        assert_eq!(rest(second, 100), Duration::ZERO);
        assert_eq!(rest(second, 20), second * 4);
        assert_eq!(rest(second * 100, 1), Duration::from_secs(30));
    }
}
