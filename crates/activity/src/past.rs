//! What the archive holds and nobody counted: messages from before the bot counted, and of hours in which it was away
//! for longer than Discord remembers.
//!
//! Once a day, what stands in the view `reporting.messages` is counted by the same quarters of an hour, and where it is
//! more than was counted, the count is raised to it. So it can be done any number of times, and what the archive reads
//! late is in it the next day. The last days are left to the messages that are heard themselves, or one of them would be
//! counted by both. Where a role is left out nothing is taken: who held it then, nobody knows.

use database::{ChannelId, GuildId};
use feature::{Kit, Outcome, first_id};
use jiff::{SignedDuration, Timestamp};
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{
    Activity,
    capture::{KNOWN, place_is_counted},
    model::{LocalDay, Range},
    settings::ActivitySettings,
    store, sums,
};

/// How much of the past is counted in one statement.
const AT_ONCE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Counts what the archive holds and nobody counted.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Past {}

impl Job for Past {
    const NAME: &'static str = "activity.past";
}

pub(crate) async fn count(kit: Kit<Activity>, _: Past) -> Outcome<()> {
    let guilds = store::erasing::guilds(&mut *kit.database.acquire().await?).await?;
    let mut raised = 0;
    for guild in guilds {
        if !kit.is_off("activity", guild).await? {
            raised += count_guild(&kit, guild).await?;
        }
    }
    if raised > 0 {
        tracing::info!(
            quarters = raised,
            "messages of the archive are counted that nobody had counted"
        );
        let mut db = kit.database.begin().await?;
        sums::later(&kit, &mut db).await?;
        db.commit().await?;
    }
    Ok(())
}

async fn count_guild(kit: &Kit<Activity>, guild: GuildId) -> Outcome<u64> {
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    if !settings.roles.is_empty() {
        return Ok(0);
    }
    let mut channels = store::past::channels(&mut *kit.database.acquire().await?, guild).await?;
    channels.retain(|channel: &ChannelId| place_is_counted(kit, &settings, *channel));
    if channels.is_empty() {
        return Ok(0);
    }
    let now = kit.clock.now();
    let zone = kit.manners(guild).await?.zone;
    let kept = Range::last(i64::from(settings.days), now, &zone);
    let mut begin = LocalDay::of(kept.first, &zone).begin;
    let end = whole_quarter(now - KNOWN);
    let mut raised = 0;
    while begin < end {
        let until = (begin + AT_ONCE).min(end);
        let ids = (first_id(begin), first_id(until));
        let mut db = kit.database.begin().await?;
        raised += store::past::raise(&mut db, guild, &channels, ids).await?;
        db.commit().await?;
        begin = until;
    }
    Ok(raised)
}

/// The quarter of an hour in which an instant lies begins then.
fn whole_quarter(at: Timestamp) -> Timestamp {
    let second = at.as_second().div_euclid(900) * 900;
    Timestamp::from_second(second).unwrap_or(at)
}
