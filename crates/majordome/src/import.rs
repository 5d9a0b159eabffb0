//! Taking over the data of a replaced program: each feature reads its own part, in one transaction.

use std::{fmt::Write as _, path::Path};

use anyhow::Context as _;
use database::{Database, Server, Settings};
use feature::{
    legacy::{Imported, has_table},
    settings::Defaults,
};
use jobs::Clock;
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection};

use crate::{bar::Bar, config::Config};

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

/// Takes over the messages of the Reporting API and reports.
pub(crate) async fn reporting(config: Config, file: &Path, dry_run: bool) -> anyhow::Result<()> {
    let database = Database::open(&config.database).await?;
    let clock = Clock::system();
    let now = clock.now();
    // What is asked of them has no defaults of the installation.
    let settings = feature::Settings::new(database.clone(), clock, Defaults::default());
    let mut bar = Bar::new();
    let show = |now: archive::import::Progress| {
        let share = (now.read * 100).checked_div(now.all).unwrap_or(100);
        let said = format!("{} of {} messages", now.read, now.all);
        // That nobody looks is no reason to stop.
        let _ = bar.show(share.min(100), &said, now.read >= now.all);
    };
    let taken = archive::import::reporting(
        &database,
        &settings,
        &config.archive,
        file,
        dry_run,
        now,
        show,
    )
    .await;
    database.close().await;
    let taken = taken.with_context(|| {
        format!(
            "{}: not all of it was taken over; once that is mended, the same again goes on",
            file.display()
        )
    })?;
    crate::tell(&format!("\n{}", report_of(&taken, dry_run)))
}

fn report_of(taken: &archive::import::Report, dry_run: bool) -> String {
    let elsewhere: u64 = taken.elsewhere.values().sum();
    let mut text = format!(
        "{} rows were read: {} messages {}, {} here already, {} left out\n",
        taken.read,
        taken.added,
        if dry_run {
            "to be taken over"
        } else {
            "taken over"
        },
        taken.known,
        elsewhere + taken.unfit
    );
    if taken.withheld > 0 {
        let _ = writeln!(
            text,
            "  - of {} only that they were there: their authors do not want more to be kept",
            taken.withheld
        );
    }
    for ((guild, channel), count) in taken.elsewhere.iter().take(TOLD) {
        let _ = writeln!(
            text,
            "  - channel {channel} of server {guild}: {count} left out, because it is not kept: turn it on with `/archive enable` or DISCORD_CHANNEL_IDS, and import again"
        );
    }
    if taken.elsewhere.len() > TOLD {
        let _ = writeln!(
            text,
            "  - and {} channels more",
            taken.elsewhere.len() - TOLD
        );
    }
    for reason in &taken.reasons {
        let _ = writeln!(text, "  - {reason}");
    }
    let told = u64::try_from(taken.reasons.len()).unwrap_or_default();
    if taken.unfit > told {
        let _ = writeln!(text, "  - and {} rows more", taken.unfit - told);
    }
    text.push_str(if dry_run {
        "A dry run: nothing was changed.\n"
    } else {
        "Done.\n"
    });
    text
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
