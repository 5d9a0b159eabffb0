//! Reading the past at the command line's word: what `majordome backfill` begins, and how far it is.
//!
//! The readings and their jobs are rows; the program that runs does them. Nothing here talks to Discord.

use database::{ChannelId, Database, GuildId};
use feature::Outcome;
use jiff::Timestamp;
use jobs::Jobs;

use crate::{backfill, repair::beyond, status::share, store};

/// What is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Only of this server.
    pub guild: Option<GuildId>,
    /// Only this channel and its threads.
    pub channel: Option<ChannelId>,
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Channels and threads that are read now.
    pub running: u64,
    /// Those that are read.
    pub done: u64,
    /// Those that somebody paused.
    pub paused: u64,
    /// Those that wait until the bot may read them.
    pub waiting: u64,
    /// Messages read so far.
    pub read: i64,
    /// How much of the time is read, in percent.
    pub share: u64,
}

/// Begins to read the past of channels that are kept, and goes on with what was paused; how many there are to read.
///
/// # Errors
///
/// What the database said.
pub async fn begin(
    database: &Database,
    jobs: &Jobs,
    wanted: Wanted,
    now: Timestamp,
) -> Outcome<u64> {
    let mut db = database.begin().await?;
    let kept = store::backfills::kept(&mut db, wanted.guild, wanted.channel).await?;
    let mut count = 0;
    // A server at a time: each has one job.
    for (guild, channels) in kept {
        let begun = store::backfills::begin(&mut db, guild, &channels, beyond(now), now).await?;
        let from = ["paused", "waiting"];
        let turned =
            store::backfills::turn(&mut db, guild, wanted.channel, &from, "running", now).await?;
        let running = store::backfills::of(&mut db, guild, wanted.channel).await?;
        let running = running.iter().filter(|one| one.state == "running").count();
        tracing::debug!(%guild, begun, turned = turned.len(), "the past is to be read");
        if running > 0 {
            jobs.enqueue(&mut db, backfill::job(guild)?).await?;
        }
        count += u64::try_from(running).unwrap_or(u64::MAX);
    }
    db.commit().await?;
    Ok(count)
}

/// How far the reading is.
///
/// # Errors
///
/// What the database said.
pub async fn progress(database: &Database, wanted: Wanted) -> Outcome<Progress> {
    let mut db = database.acquire().await?;
    let all = store::backfills::all(&mut db, wanted.guild, wanted.channel).await?;
    drop(db);
    let mut progress = Progress::default();
    let mut shares = 0;
    for one in all.iter().filter(|one| one.state != "cancelled") {
        let state = match one.state.as_str() {
            "done" => &mut progress.done,
            "paused" => &mut progress.paused,
            "waiting" => &mut progress.waiting,
            _ => &mut progress.running,
        };
        *state += 1;
        progress.read += one.read;
        shares += u64::try_from(share(one.channel, one)).unwrap_or_default();
    }
    let count = progress.done + progress.paused + progress.waiting + progress.running;
    progress.share = shares.checked_div(count).unwrap_or(100);
    Ok(progress)
}
