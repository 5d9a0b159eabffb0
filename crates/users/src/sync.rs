//! `/sync_users`: reading all members of a guild.
//!
//! A reading is a row and a job. The job asks Discord for pages of 1,000 in the order of ids; each page is written down
//! and counted in one transaction, with the id it reached, while the next one is already on its way. A process that
//! dies leaves a row from which the job goes on. A page tells of *everyone* between two ids, so whoever stands there in
//! the table and not on the page has left; that makes each page complete in itself, and memory holds two of them.
//!
//! Pages of the REST API and not the gateway's chunks: chunks can be asked for once in 30 s, come all at once, and
//! begin anew after a restart.
//!
//! See [Discord Docs/List Guild Members](https://docs.discord.com/developers/resources/guild#list-guild-members).

use database::{GuildId, UserId};
use feature::{
    Access, Card, Class, Click, Ctx, Explain, Failure, Kit, Lang, Outcome, Refusal, Reply,
    SlashCommand, custom_id,
};
use jiff::Timestamp;
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_http::request::{Method, RequestBuilder};
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::gateway::Intents;

use crate::{
    SYNC, Users, forget,
    model::{Entry, Member, Problem, Reading, State},
    store::{self, Range},
    text,
};

/// How many members Discord tells of at a time.
const PAGE: usize = 1000;

/// Read all members of this server from Discord
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "sync_users")]
pub(crate) struct SyncUsers {}

impl SlashCommand for SyncUsers {
    const ACCESS: Access = Access::needs(&SYNC);
}

custom_id! {
    /// Shows how far the reading is.
    pub(crate) struct Progress: "users" / "sync" v1 {}
    answer = Update;
    access = SYNC;
}

/// Reads the members of a guild, from where the reading stands.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    guild: GuildId,
    run: i64,
}

impl Job for Run {
    const NAME: &'static str = "users.sync";
}

/// What stands in the way of a reading.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReadable {
    /// The privileged intent is switched off.
    #[error("the intent for members is switched off")]
    Intent,
}

impl Explain for NotReadable {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Intent => text::no_intent(lang),
        })
    }
}

pub(crate) async fn sync_users(ctx: Ctx<Users>, _: SyncUsers) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let reading = ask(&ctx, guild, ctx.user()).await?;
    Ok(Reply::card(card(&ctx, guild, reading.as_ref())))
}

/// Has all members read; one reading that is under way goes on.
pub(crate) async fn ask(kit: &Kit<Users>, guild: GuildId, by: UserId) -> Outcome<Option<Reading>> {
    if kit.missing_intents.contains(Intents::GUILD_MEMBERS) {
        return Err(NotReadable::Intent.into());
    }
    let mut db = kit.database.begin().await?;
    begin(kit, &mut db, guild, Some(by)).await?;
    let reading = store::reading(&mut db, guild).await?;
    db.commit().await?;
    Ok(reading)
}

pub(crate) async fn progress(ctx: Ctx<Users>, _: Click<Progress>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let reading = store::reading(&mut *ctx.database.acquire().await?, guild).await?;
    Ok(Reply::update(card(&ctx, guild, reading.as_ref())))
}

fn card(ctx: &Ctx<Users>, guild: GuildId, reading: Option<&Reading>) -> Card {
    let total = ctx
        .cache
        .guild(guild.into())
        .and_then(|known| known.member_count());
    text::reading(ctx.lang(), reading, total)
}

/// Begins a reading, or sees to it that the one under way goes on.
pub(crate) async fn begin(
    kit: &Kit<Users>,
    db: &mut PgConnection,
    guild: GuildId,
    asked_by: Option<UserId>,
) -> Outcome<()> {
    let (run, is_new) = store::begin(db, guild, asked_by, kit.clock.now()).await?;
    if is_new || asked_by.is_some() {
        let job = NewJob::new(&Run { guild, run })
            .map_err(Failure::fault)?
            .key(guild.to_string());
        // What nobody waits for is read one guild after the other.
        let job = match asked_by {
            Some(_) => job,
            None => job.queue("users.sync"),
        };
        kit.jobs.enqueue(db, job).await?;
    }
    Ok(())
}

/// Members from Discord, and when it was asked for them.
struct Page {
    range: Range,
    members: Vec<Member>,
    asked_at: Timestamp,
}

/// Reads on from where the reading stands.
pub(crate) async fn run(kit: Kit<Users>, job: Run) -> Outcome<()> {
    let Run { guild, run } = job;
    let reading = store::reading(&mut *kit.database.acquire().await?, guild).await?;
    let reading = reading.filter(|reading| reading.run == run && reading.state == State::Running);
    let Some(reading) = reading else {
        return Ok(());
    };
    let mut page = match fetch(&kit, guild, reading.after).await {
        Ok(page) => page,
        Err(refusal) => return give_up(&kit, guild, run, refusal).await,
    };
    loop {
        let Some(last) = page.range.until else {
            write(&kit, guild, run, &page).await?;
            return Ok(());
        };
        let (written, next) =
            tokio::join!(write(&kit, guild, run, &page), fetch(&kit, guild, last));
        if !written? {
            // Somebody else reads on: a worker that was believed dead, or a later reading.
            return Ok(());
        }
        page = match next {
            Ok(next) => next,
            Err(refusal) => return give_up(&kit, guild, run, refusal).await,
        };
    }
}

async fn fetch(kit: &Kit<Users>, guild: GuildId, after: i64) -> Result<Page, Refusal> {
    let asked_at = kit.clock.now();
    let path = format!("guilds/{guild}/members?limit={PAGE}&after={after}");
    let request = RequestBuilder::raw(Method::Get, path)
        .build()
        .map_err(Refusal::Unsendable)?;
    let entries: Vec<Entry> = kit.discord.raw(request).await?;
    let is_last = entries.len() < PAGE;
    let mut members: Vec<Member> = entries.into_iter().map(Member::from).collect();
    members.sort_unstable_by_key(|member| member.id);
    members.dedup_by_key(|member| member.id);
    let last = members.last().and_then(|last| i64::try_from(last.id).ok());
    Ok(Page {
        range: Range {
            after,
            until: last.filter(|_| !is_last),
        },
        members,
        asked_at,
    })
}

/// Writes a page down; `false` when the reading is no longer ours.
async fn write(kit: &Kit<Users>, guild: GuildId, run: i64, page: &Page) -> sqlx::Result<bool> {
    let seen = i64::try_from(page.members.len()).unwrap_or(i64::MAX);
    let mut db = kit.database.begin().await?;
    let changes = store::merge(
        &mut db,
        guild,
        &page.members,
        Some(page.range),
        page.asked_at,
    )
    .await?;
    let now = kit.clock.now();
    let is_ours = store::advance(&mut db, guild, run, page.range, seen, changes, now).await?;
    if is_ours {
        db.commit().await?;
    }
    Ok(is_ours)
}

/// What will not get better is written down; the rest is tried again from where the reading stands.
async fn give_up(kit: &Kit<Users>, guild: GuildId, run: i64, refusal: Refusal) -> Outcome<()> {
    if refusal.class() != Class::Permanent {
        return Err(refusal.into());
    }
    let problem = match &refusal {
        Refusal::Gone(_) => Problem::Gone,
        // Discord says so of a guild that the bot has left, and where the intent is switched off.
        Refusal::Forbidden { .. } if kit.cache.guild(guild.into()).is_none() => Problem::Gone,
        Refusal::Forbidden { .. } => Problem::Intent,
        _ => Problem::Refused,
    };
    let error = feature::chain(&refusal);
    // That the bot was taken out is nothing to look after, and after a long pause it is so of many at once.
    if problem == Problem::Gone {
        tracing::debug!(
            guild = guild.get(),
            error,
            "the bot is not in a guild any more"
        );
    } else {
        tracing::warn!(
            guild = guild.get(),
            error,
            "the members of a guild can not be read"
        );
    }
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::fail(&mut db, guild, run, problem, now).await?;
    if problem == Problem::Gone {
        forget::later(kit, &mut db, guild).await?;
    }
    db.commit().await?;
    Ok(())
}
