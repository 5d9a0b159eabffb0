//! The panel of a task: a message that shows it as it is, for its whole life.

use database::{ChannelId, GuildId};
use feature::{Failure, Kit, Outcome, Refusal, discord::Post};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{Tasks, model::Task, store, work};

/// Makes the panel show its task.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Show {
    guild: GuildId,
    number: i32,
}

impl Job for Show {
    const NAME: &'static str = "tasks.panel";
}

/// The job that has the panel of a task follow it, if there is to be one.
pub(crate) fn job(task: &Task) -> Outcome<Option<NewJob>> {
    match task.channel {
        Some(_) => Ok(Some(showing(task.guild, task.number)?)),
        None => Ok(None),
    }
}

/// Has the panels of several tasks follow them.
pub(crate) async fn all_later(
    kit: &Kit<Tasks>,
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> Outcome<()> {
    let jobs = numbers.iter().map(|number| showing(guild, *number));
    let jobs = jobs.collect::<Outcome<_>>()?;
    Ok(kit.jobs.enqueue_all(db, jobs).await?)
}

fn showing(guild: GuildId, number: i32) -> Outcome<NewJob> {
    let job = NewJob::new(&Show { guild, number }).map_err(Failure::fault)?;
    Ok(job.key(format!("{guild}:{number}")))
}

pub(crate) async fn show(kit: Kit<Tasks>, job: Show) -> Outcome<()> {
    let Show { guild, number } = job;
    let task = store::get(&mut *kit.database.acquire().await?, guild, number).await?;
    let Some(task) = task else { return Ok(()) };
    let Some(channel) = task.channel else {
        return Ok(());
    };
    if task.deleted.is_some() {
        if let Some(message) = task.message {
            kit.discord.unpost(channel, message).await?;
            store::set_panel(&mut *kit.database.acquire().await?, guild, number, None).await?;
        }
        return Ok(());
    }
    let lang = kit.manners(guild).await?.lang;
    let card = work::panel(&kit, lang, &task).await;
    if let Some(message) = task.message {
        match kit.discord.repost(channel, message, lang, &card).await {
            Ok(()) => return Ok(()),
            // Deleted by hand: it is posted anew.
            Err(refusal) if refusal.is_gone() => {}
            Err(refusal) => return settled(refusal),
        }
    }
    // The same message when this job runs again before it is written down.
    let nonce = format!("t{:x}.{number}", guild.get() & 0xff_ffff_ffff);
    let post = Post {
        nonce: task.message.is_none().then_some(nonce.as_str()),
        pings: &task.assignees,
        ..Post::default()
    };
    match kit.discord.post(channel, lang, &card, post).await {
        Ok(message) => {
            let panel = Some((channel, message));
            store::set_panel(&mut *kit.database.acquire().await?, guild, number, panel).await?;
            Ok(())
        }
        Err(refusal) => settled(refusal),
    }
}

/// Where the bot may not write there is no panel; everything else goes on.
fn settled(refusal: Refusal) -> Outcome<()> {
    match refusal {
        Refusal::Forbidden { .. } | Refusal::Gone(_) => {
            tracing::warn!(
                error = feature::chain(&refusal),
                "the panel of a task can not be shown"
            );
            Ok(())
        }
        refusal => Err(refusal.into()),
    }
}

/// The link to a panel.
pub(crate) fn link(guild: GuildId, channel: ChannelId, message: database::MessageId) -> String {
    format!("https://discord.com/channels/{guild}/{channel}/{message}")
}
