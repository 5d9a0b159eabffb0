//! `majordome backfill`: has the past of what is kept read, and shows how far it is.
//!
//! The readings are rows, which the program that runs takes up; this only begins them and looks. It can be ended at any
//! moment: the reading goes on.

use std::{io::IsTerminal as _, time::Duration};

use anyhow::{Context as _, ensure};
use archive::past::{self, Progress, Wanted};
use database::Database;
use jobs::{Clock, Jobs};

use crate::config::Config;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(500);
/// After how many looks without progress it says that nobody seems to work.
const SILENT: u32 = 40;
/// How wide the bar is, in characters.
const WIDTH: u64 = 30;

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
    let is_terminal = std::io::stdout().is_terminal();
    let (mut last, mut silent) = (Progress::default(), 0_u32);
    loop {
        let now = past::progress(database, wanted)
            .await
            .map_err(|failure| anyhow::anyhow!(failure.chain()))?;
        silent = if now == last { silent + 1 } else { 0 };
        if now != last {
            // Beside a terminal each line stays: one for each step of a percent is enough.
            if is_terminal {
                crate::tell(&format!("\r\u{1b}[K{}", line(&now)))?;
            } else if now.share != last.share || now.running == 0 {
                crate::tell(&format!("{}\n", line(&now)))?;
            }
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
    let filled = (now.share * WIDTH / 100).min(WIDTH);
    let bar: String = (0..WIDTH)
        .map(|at| if at < filled { '█' } else { '░' })
        .collect();
    let all = now.running + now.done + now.paused + now.waiting;
    format!(
        "{bar} {:>3} %  {} messages, {} of {all} channels",
        now.share, now.read, now.done
    )
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
    fn the_bar_fills() {
        let at = |share| Progress {
            running: 1,
            done: 2,
            read: 1234,
            share,
            ..Progress::default()
        };
        assert_eq!(
            line(&at(50)),
            "███████████████░░░░░░░░░░░░░░░  50 %  1234 messages, 2 of 3 channels"
        );
        assert!(line(&at(0)).starts_with('░') && !line(&at(100)).contains('░'));
        let over = Progress {
            waiting: 1,
            ..at(90)
        };
        assert!(end(&over).contains("1 channels wait"));
    }
}
