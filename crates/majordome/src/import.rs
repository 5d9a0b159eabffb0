//! Taking over the data of a replaced program: each feature reads its own part, in one transaction.

use std::fmt::Write as _;

use anyhow::Context as _;
use database::{Database, Server, Settings};
use feature::legacy::{Imported, has_table};
use jobs::Clock;
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection};

use crate::config::Config;

/// How many reasons of a table are told.
const TOLD: usize = 50;

/// Takes over the data of Vagrolant and reports.
pub(crate) async fn vagrolant(
    config: Config,
    from: &SecretString,
    dry_run: bool,
) -> anyhow::Result<()> {
    let database = Database::open(&config.database).await?;
    let imported = take_over(&database, from, dry_run).await;
    database.close().await;
    crate::tell(&report(&imported?, dry_run))
}

async fn take_over(
    database: &Database,
    from: &SecretString,
    dry_run: bool,
) -> anyhow::Result<Vec<Imported>> {
    let Server::Remote(options) = Settings::from_url(from)?.server else {
        anyhow::bail!("an address always names a server");
    };
    // Whatever goes wrong, the replaced program's data stays as it is.
    let options = options.options([("default_transaction_read_only", "on")]);
    let mut from = PgConnection::connect_with(&options)
        .await
        .context("the database of the replaced program can not be opened")?;
    let now = Clock::system().now();
    let mut to = database.begin().await?;
    let failed = "the data could not be taken over; nothing was changed";
    let mut all = voice_hubs::import::vagrolant(&mut from, &mut to, now)
        .await
        .context(failed)?;
    all.extend(
        autorole::import::vagrolant(&mut from, &mut to, now)
            .await
            .context(failed)?,
    );
    all.extend(
        users::import::vagrolant(&mut from, &mut to, now)
            .await
            .context(failed)?,
    );
    if has_table(&mut from, "welcome_config")
        .await
        .context(failed)?
    {
        let mut left = Imported::of("welcome_config");
        left.skip("all rows", "there is no welcome here yet");
        all.push(left);
    }
    if dry_run {
        to.rollback().await.context(failed)?;
    } else {
        to.commit().await.context(failed)?;
    }
    // The server sees a closed socket anyway.
    let _ = from.close().await;
    Ok(all)
}

fn report(all: &[Imported], dry_run: bool) -> String {
    let mut text = String::new();
    for imported in all {
        let _ = writeln!(
            text,
            "{}: {} taken over, {} here already, {} left out",
            imported.table,
            imported.added,
            imported.known,
            imported.skipped.len()
        );
        for reason in imported.skipped.iter().take(TOLD) {
            let _ = writeln!(text, "  - {reason}");
        }
        if imported.skipped.len() > TOLD {
            let _ = writeln!(text, "  - and {} more", imported.skipped.len() - TOLD);
        }
    }
    text.push_str(if dry_run {
        "A dry run: nothing was changed.\n"
    } else {
        "Done. Restart the bot, so that it looks at every server anew.\n"
    });
    text
}
