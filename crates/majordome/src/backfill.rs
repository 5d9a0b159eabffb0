//! `majordome backfill`: has the past of what is kept read, and shows how far it is.
//!
//! The readings are rows, which the program that runs takes up; this only begins them and looks. It can be ended at any
//! moment: the reading goes on.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use archive::past::{self, Progress, Wanted};
use database::Database;
use jobs::{Clock, Jobs};

use crate::{bar::Bar, config::Config};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(500);
/// After how many looks without progress it says that nobody seems to work.
const SILENT: u32 = 40;

/// Begins the readings, and unless `detach` waits until they are over.
pub(crate) async fn read(config: Config, wanted: Wanted, detach: bool) -> anyhow::Result<()> {
    let database = Database::open(&config.database).await?;
    let done = with(&database, wanted, detach).await;
    database.close().await;
    done
}

async fn with(database: &Database, wanted: Wanted, detach: bool) -> anyhow::Result<()> {
    let clock = Clock::system();
    let jobs = Jobs::new(clock.clone());
    let begun = past::begin(database, &jobs, wanted, clock.now())
        .await
        .map_err(|failure| anyhow::anyhow!(failure.chain()))
        .context("the reading does not begin")?;
    ensure!(
        begun > 0,
        "nothing that is kept is to be read: turn channels on with `/archive enable` first"
    );
    crate::tell(&format!(
        "The past of {begun} channels and threads is to be read.\n"
    ))?;
    if detach {
        return Ok(());
    }
    let mut bar = Bar::new();
    let (mut last, mut silent) = (Progress::default(), 0_u32);
    loop {
        let now = past::progress(database, wanted)
            .await
            .map_err(|failure| anyhow::anyhow!(failure.chain()))?;
        silent = if now == last { silent + 1 } else { 0 };
        if now != last {
            bar.show(now.share, &line(&now), now.running == 0)?;
        }
        last = now;
        if now.running == 0 {
            return crate::tell(&format!("\n{}", end(&now)));
        }
        if silent == SILENT {
            crate::tell(
                "\nNothing moves: is the bot running? `majordome run` reads it; this goes on looking.\n",
            )?;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn line(now: &Progress) -> String {
    let all = now.running + now.done + now.paused + now.waiting;
    format!("{} messages, {} of {all} channels", now.read, now.done)
}

fn end(now: &Progress) -> String {
    let mut said = vec![format!(
        "Read: {} channels, {} messages.",
        now.done, now.read
    )];
    if now.waiting > 0 {
        said.push(format!(
            "{} channels wait: give the bot View Channel and Read Message History there, and it goes on by itself.",
            now.waiting
        ));
    }
    if now.paused > 0 {
        said.push(format!(
            "{} are paused: `/archive backfill resume` goes on.",
            now.paused
        ));
    }
    said.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_how_far_it_is_and_what_waits() {
        let now = Progress {
            running: 1,
            done: 2,
            read: 1234,
            share: 50,
            ..Progress::default()
        };
        assert_eq!(line(&now), "1234 messages, 2 of 3 channels");
        let over = Progress { waiting: 1, ..now };
        assert!(end(&over).contains("1 channels wait"));
    }
}
