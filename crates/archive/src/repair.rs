//! Closing gaps: what was said while nobody listened is read from the history, forward from what is held.
//!
//! What was edited or deleted meanwhile shows in no gap. People mostly change what they have just said, so the minutes
//! before each gap are read once more, and where nothing new was said the last minutes, if they are not long past. What
//! is older shows when the past is read again.

use database::{ChannelId, GuildId};
use feature::{Class, Explain as _, Failure, Kit, Outcome, Refusal, first_id};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};

use crate::{
    Archive, backfill, channels,
    memory::{Keeping, keeping},
    operator,
    pull::{self, From, Held},
    recall,
    store::{self, channels::Row},
};

/// How many channels are looked at together.
const CHANNELS: i64 = 200;
/// How far back a repair looks once more, though it seems held.
const DEEP: SignedDuration = SignedDuration::from_mins(15);
/// How long ago the last message of a channel may be, for its last minutes to be read once more after a lost session.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Closes the gaps of a guild.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Repair {
    guild: GuildId,
    /// Whether events may have been dropped: then every channel is asked, also where nothing seems to be missing.
    deep: bool,
}

impl Job for Repair {
    const NAME: &'static str = "archive.repair";
}

/// An id that no message has yet, whatever Discord's clock says: where to begin to read the past.
pub(crate) fn beyond(now: Timestamp) -> i64 {
    first_id(now + SignedDuration::from_mins(1))
}

/// A part of the history that is missing: behind `after`, until `until` or to the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Gap {
    pub(crate) after: i64,
    pub(crate) until: Option<i64>,
}

/// What is missing of a channel that is kept since an id. `newest` is its newest message as far as Discord told; with
/// `deep` the end is read once more from there.
pub(crate) fn gaps(
    held: &[(i64, i64)],
    since: i64,
    newest: Option<i64>,
    deep: Option<i64>,
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut top = since.saturating_sub(1).max(0);
    for (first, last) in held {
        if *first > top + 1 {
            gaps.push(Gap {
                after: top,
                until: Some(*first),
            });
        }
        top = top.max(*last);
    }
    let after = deep.map_or(top, |deep| top.min(deep.max(since)));
    if deep.is_some() || newest.is_some_and(|newest| newest > top) {
        gaps.push(Gap { after, until: None });
    }
    gaps
}

/// The gap with the minutes before it, but nothing from before the channel was turned on.
fn with_the_minutes_before(gap: Gap, since: i64) -> Gap {
    let earlier = minutes_before(gap.after).max(since.saturating_sub(1));
    Gap {
        after: gap.after.min(earlier),
        ..gap
    }
}

/// The first id of the minutes before one.
fn minutes_before(id: i64) -> i64 {
    let at = feature::created_at(u64::try_from(id).unwrap_or_default());
    first_id(at.saturating_sub(DEEP).unwrap_or(at))
}

fn missing(kit: &Kit<Archive>, row: &Row, deep: bool) -> Vec<Gap> {
    let since = row.since.unwrap_or_else(|| kit.clock.now());
    let newest = kit
        .cache
        .channel(row.id.into())
        .and_then(|channel| i64::try_from(channel.last_message_id?.get()).ok());
    let now = kit.clock.now();
    let since = first_id(since);
    let last = row.held.last().map(|(_, last)| *last);
    let deep = if deep {
        Some(first_id(now - DEEP))
    } else {
        last.filter(|last| *last >= first_id(now - RECENT))
            .map(minutes_before)
    };
    let gaps = gaps(&row.held, since, newest, deep).into_iter();
    once(gaps.map(|gap| with_the_minutes_before(gap, since)))
}

/// The gaps, in their order, with those in one that overlap: the minutes before several that lie close together are the
/// same minutes, and are read once.
fn once(gaps: impl Iterator<Item = Gap>) -> Vec<Gap> {
    let mut apart: Vec<Gap> = Vec::new();
    for gap in gaps {
        match apart.last_mut() {
            Some(last) if last.until.is_none_or(|until| gap.after < until) => {
                last.after = last.after.min(gap.after);
                last.until = gap.until.filter(|_| last.until.is_some());
            }
            _ => apart.push(gap),
        }
    }
    apart
}

/// The state of a guild is known: after a start, after a lost session, after something was dropped.
pub(crate) async fn reconcile(kit: Kit<Archive>, guild: GuildId) -> Outcome<()> {
    operator::turn_on(&kit, guild).await?;
    let mut db = kit.database.begin().await?;
    if store::channels::tally(&mut db, guild).await?.messages > 0 {
        recall::later(&kit, &mut db, guild).await?;
    }
    db.commit().await?;
    let keeping = keeping(&kit, guild).await?;
    let memory = &kit.feature.memory;
    let deep = !memory.is_just_told(guild) || memory.is_broken(guild);
    if !keeping.is_any() {
        kit.feature.memory.mend(guild);
        return Ok(());
    }
    let named: Vec<_> = channels::all(&kit, guild)
        .into_iter()
        .filter(|channel| keeping.keeps(channel.id, channel.parent))
        .collect();
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::channels::note(&mut db, guild, &named, now).await?;
    let waiting =
        store::backfills::turn(&mut db, guild, None, &["waiting"], "running", now).await?;
    if !waiting.is_empty() {
        backfill::later(&kit, &mut db, guild).await?;
    }
    let job = NewJob::new(&Repair { guild, deep })
        .map_err(Failure::fault)?
        .key(guild.to_string());
    kit.jobs.enqueue(&mut db, job).await?;
    db.commit().await?;
    kit.feature.memory.mend(guild);
    Ok(())
}

pub(crate) async fn repair(kit: Kit<Archive>, job: Repair) -> Outcome<()> {
    let guild = job.guild;
    let keeping = keeping(&kit, guild).await?;
    let mut after = None;
    loop {
        let mut db = kit.database.acquire().await?;
        let rows = store::channels::rows(&mut db, guild, after, CHANNELS).await?;
        drop(db);
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for row in &rows {
            heal(&kit, guild, &keeping, row, job.deep).await?;
        }
    }
}

async fn heal(
    kit: &Kit<Archive>,
    guild: GuildId,
    keeping: &Keeping,
    row: &Row,
    deep: bool,
) -> Outcome<()> {
    let is_there = kit.cache.channel(row.id.into()).is_some();
    if !keeping.keeps(row.id, row.parent) || !is_there {
        return Ok(());
    }
    let beginning = kit.feature.memory.beginning(guild);
    let gaps = missing(kit, row, deep);
    let top = row.held.last().map(|(_, last)| *last);
    if gaps.is_empty() && row.is_readable {
        join(kit, guild, row.id, top, beginning);
        return Ok(());
    }
    let may_read = match channels::may_read(kit, guild, row.id, row.parent).await {
        Ok(may_read) => may_read,
        Err(refusal) => return passing(refusal),
    };
    if may_read != row.is_readable {
        let mut db = kit.database.acquire().await?;
        store::channels::readable(&mut db, guild, row.id, may_read).await?;
        kit.feature.memory.forget(guild);
    }
    if may_read {
        for gap in gaps {
            match close(kit, guild, row.id, gap).await? {
                Some(last) if gap.until.is_none() => {
                    join(kit, guild, row.id, last.max(top), beginning);
                }
                Some(_) => {}
                None => break,
            }
        }
    }
    Ok(())
}

/// What comes live from now on joins what is held up to `top`.
pub(crate) fn join(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    top: Option<i64>,
    beginning: Option<u64>,
) {
    if let Some(top) = top.and_then(|top| top.to_string().parse().ok()) {
        kit.feature.memory.join(guild, channel, top, beginning);
    }
}

/// What will pass is tried again; what is refused for good is not worth a job that never ends.
fn passing(refusal: Refusal) -> Outcome<()> {
    if refusal.class() == Class::Permanent {
        tracing::debug!(
            error = feature::chain(&refusal),
            "a channel can not be read"
        );
        Ok(())
    } else {
        Err(refusal.into())
    }
}

/// Reads a gap, a page at a time, each held with the transaction that writes it: the last id that was read, `None`
/// when it can not be read.
async fn close(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    gap: Gap,
) -> Outcome<Option<Option<i64>>> {
    let mut after = gap.after;
    let mut read = None;
    loop {
        let page = match pull::page(kit, guild, channel, From::After(after)).await? {
            Ok(page) => page,
            Err(refusal) if refusal.class() != Class::Permanent => return Err(refusal.into()),
            Err(refusal) => {
                tracing::debug!(
                    error = feature::chain(&refusal),
                    "a channel can not be read"
                );
                let mut db = kit.database.acquire().await?;
                store::channels::readable(&mut db, guild, channel, false).await?;
                kit.feature.memory.forget(guild);
                return Ok(None);
            }
        };
        let (last, is_last) = (page.last(), page.is_last);
        // Where nothing more comes, the gap was empty to its end.
        let to = match (last, gap.until.filter(|_| is_last)) {
            (Some(last), until) => Some(last.max(until.unwrap_or(last))),
            (None, until) => until,
        };
        let held = to.map(|to| Held {
            from: after + 1,
            to,
        });
        pull::store_page(kit, guild, channel, page, held, async |_, _| Ok(true)).await?;
        let Some(last) = last else {
            return Ok(Some(read));
        };
        read = Some(last);
        if is_last || gap.until.is_some_and(|until| last >= until) {
            return Ok(Some(read));
        }
        after = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(after: i64, until: Option<i64>) -> Gap {
        Gap { after, until }
    }

    #[test]
    fn the_minutes_before_a_gap_are_read_once_more() {
        let minute = |minute: i64| (minute * 60_000) << 22;
        let since = minute(100);
        let hole = |after| with_the_minutes_before(gap(after, Some(minute(300))), since);
        assert_eq!(hole(minute(200)), gap(minute(185), Some(minute(300))));
        assert_eq!(hole(minute(105)), gap(since - 1, Some(minute(300))));
        // What is empty from the beginning stays so.
        assert_eq!(hole(since - 1), gap(since - 1, Some(minute(300))));
        assert_eq!(hole(0), gap(0, Some(minute(300))));
    }

    #[test]
    fn what_is_before_several_gaps_is_read_once() {
        let of = |gaps: &[Gap]| once(gaps.iter().copied());
        assert_eq!(of(&[]), []);
        let apart = [gap(10, Some(20)), gap(20, Some(30)), gap(40, None)];
        assert_eq!(of(&apart), apart);
        let close = [
            gap(10, Some(30)),
            gap(15, Some(60)),
            gap(50, Some(90)),
            gap(95, None),
        ];
        assert_eq!(of(&close), [gap(10, Some(90)), gap(95, None)]);
        assert_eq!(of(&[gap(10, Some(30)), gap(12, None)]), [gap(10, None)]);
    }

    #[test]
    fn holes_and_the_end_are_missing() {
        assert_eq!(gaps(&[], 100, None, None), []);
        assert_eq!(gaps(&[], 100, Some(90), None), []);
        assert_eq!(gaps(&[], 100, Some(150), None), [gap(99, None)]);
        assert_eq!(
            gaps(&[(100, 120), (140, 150)], 100, Some(150), None),
            [gap(120, Some(140))]
        );
        assert_eq!(gaps(&[(100, 120)], 100, Some(121), None), [gap(120, None)]);
        // What was said before it was turned on is for the back-fill.
        assert_eq!(
            gaps(&[(10, 20), (130, 150)], 100, Some(150), None),
            [gap(99, Some(130))]
        );
        assert_eq!(
            gaps(&[(1, 150)], 100, Some(150), Some(140)),
            [gap(140, None)]
        );
        assert_eq!(
            gaps(&[(1, 150)], 100, Some(150), Some(40)),
            [gap(100, None)]
        );
    }
}
