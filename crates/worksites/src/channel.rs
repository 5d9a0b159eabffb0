//! Bringing the channel of a worksite to what its row says.

use database::{ChannelId, GuildId};
use feature::{Class, Explain, Failure, Kit, Lang, On, Outcome, Refusal, card::cut, created_at};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::{
    channel::{Channel, ChannelType, permission_overwrite::PermissionOverwrite},
    gateway::{
        event::Event,
        payload::incoming::{ChannelCreate, ChannelDelete},
    },
    guild::Permissions,
};

use crate::{Worksites, model, model::Worksite, settings::WorksiteSettings, store, text};

/// What the bot needs to make and change channels with permissions of their own.
pub(crate) const NEEDED: Permissions = model::OWN.union(Permissions::MANAGE_ROLES);
/// How many channels a category holds; see
/// [Discord Docs/Channel](https://docs.discord.com/developers/resources/channel).
const IN_A_CATEGORY: usize = 50;
/// How long the command has before the job does its work.
const FIRST: SignedDuration = SignedDuration::from_mins(1);

/// Brings the channel of a worksite, or of all of a guild, to what the rows say.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Settle {
    guild: GuildId,
    number: Option<i32>,
}

impl Job for Settle {
    const NAME: &'static str = "worksites.settle";
}

/// Somebody works on it at this moment.
#[derive(Debug, thiserror::Error)]
#[error("somebody works on the channel of this worksite")]
struct Busy;

impl Explain for Busy {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::follows(lang))
    }

    fn class(&self) -> Class {
        Class::RetryAfter(FIRST)
    }
}

pub(crate) async fn settle_later(kit: Kit<Worksites>, job: Settle) -> Outcome<()> {
    let numbers = if let Some(number) = job.number {
        vec![number]
    } else {
        let mut db = kit.database.acquire().await?;
        store::unsettled(&mut db, job.guild).await?
    };
    let mut failed = None;
    for number in numbers {
        // What stands in the way of one need not stand in the way of the others.
        if let Err(failure) = settle(&kit, job.guild, number).await {
            failed = Some(failure);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Sees to it that the channel follows, also when this process dies.
pub(crate) async fn later(
    kit: &Kit<Worksites>,
    db: &mut PgConnection,
    guild: GuildId,
    number: Option<i32>,
    at: Timestamp,
) -> Outcome<()> {
    let job = NewJob::new(&Settle { guild, number })
        .map_err(Failure::fault)?
        .key(format!("{guild}:{}", number.unwrap_or_default()))
        .at(at);
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

/// When the job should look after what a command does now.
pub(crate) fn after_the_command(kit: &Kit<Worksites>) -> Timestamp {
    kit.clock.now() + FIRST
}

/// Brings the channel to what the row says, and returns it; `None` when it is gone, or there is no such worksite.
///
/// # Errors
///
/// Says why Discord refuses, or that somebody else is at it.
pub(crate) async fn settle(
    kit: &Kit<Worksites>,
    guild: GuildId,
    number: i32,
) -> Outcome<Option<ChannelId>> {
    let mut db = kit.database.acquire().await?;
    let Some(worksite) = store::claim(&mut db, guild, number, kit.clock.now()).await? else {
        let known = store::get(&mut db, guild, number).await?;
        return match known {
            Some(known) if !known.is_settled => Err(Busy.into()),
            known => Ok(known.and_then(|known| known.channel)),
        };
    };
    drop(db);
    let done = bring_about(kit, &worksite).await;
    let mut db = kit.database.acquire().await?;
    match done {
        Ok(channel) => {
            store::settled(&mut db, &worksite, channel).await?;
            Ok(channel)
        }
        Err(failure) => {
            store::release(&mut db, guild, number).await?;
            Err(failure)
        }
    }
}

async fn bring_about(kit: &Kit<Worksites>, worksite: &Worksite) -> Outcome<Option<ChannelId>> {
    let mut channel = worksite.channel;
    if channel.is_none() && worksite.tries > 1 {
        channel = find(kit, worksite).await?;
    }
    match (channel, worksite.archived_name.as_deref()) {
        (None, None) => Ok(Some(make(kit, worksite).await?)),
        (Some(channel), Some(name)) => close(kit, worksite, channel, name).await,
        (Some(channel), None) => open_again(kit, worksite, channel).await,
        (None, Some(_)) => Ok(None),
    }
}

/// A channel that was made, but not written down before the process died or the answer was lost.
async fn find(kit: &Kit<Worksites>, worksite: &Worksite) -> Outcome<Option<ChannelId>> {
    let asked = kit.discord.http().guild_channels(worksite.guild.into());
    let channels = kit.discord.list(asked).await?;
    // A clock that differs a little from Discord's must not hide it.
    let since = worksite.made_at - SignedDuration::from_secs(10);
    let alike: Vec<ChannelId> = channels
        .into_iter()
        .filter(|channel| {
            channel.kind == ChannelType::GuildText
                && channel.name.as_deref() == Some(worksite.slug.as_str())
                && created_at(channel.id.get()) >= since
        })
        .map(|channel| channel.id.into())
        .collect();
    if alike.is_empty() {
        return Ok(None);
    }
    let mut db = kit.database.acquire().await?;
    let free = store::unclaimed(&mut db, worksite.guild, &alike).await?;
    Ok(free.first().copied())
}

async fn make(kit: &Kit<Worksites>, worksite: &Worksite) -> Outcome<ChannelId> {
    let guild = worksite.guild;
    let settings = kit.settings.get::<WorksiteSettings>(guild).await?;
    let held = kit.own_permissions(guild).await?;
    let parent = place(kit, guild, settings.category, held).await?;
    let around = parent.map(|parent| overwrites_of(kit, parent));
    let overwrites = model::explicit(&around.unwrap_or_default(), kit.me.id(), held);
    let lang = kit.manners(guild).await?.lang;
    let body = json!({
        "name": worksite.slug,
        "type": ChannelType::GuildText,
        "parent_id": parent,
        "topic": cut(&text::topic(lang, worksite), 1024),
        "permission_overwrites": overwrites,
    });
    Ok(create(kit, guild, &body).await?)
}

/// Gives the channel its last name and place and makes it read-only, in one edit; `None` when it is gone.
async fn close(
    kit: &Kit<Worksites>,
    worksite: &Worksite,
    channel: ChannelId,
    name: &str,
) -> Outcome<Option<ChannelId>> {
    let guild = worksite.guild;
    let settings = kit.settings.get::<WorksiteSettings>(guild).await?;
    let held = kit.own_permissions(guild).await?;
    let before = overwrites_of(kit, channel);
    let kept = serde_json::to_value(&before).map_err(Failure::fault)?;
    let mut db = kit.database.acquire().await?;
    store::keep_overwrites(&mut db, guild, worksite.number, &kept).await?;
    drop(db);
    let overwrites = model::read_only(&before, guild, kit.me.id(), held);
    let mut body = json!({ "name": name, "permission_overwrites": overwrites });
    // Without an archive it stays where it is.
    if let Some(parent) = place(kit, guild, settings.archive, held).await? {
        body["parent_id"] = json!(parent);
    }
    edit(kit, channel, &body).await
}

/// Gives the channel of a worksite that is open again the name and place of open ones, and lets people do there what they
/// could before it was archived.
async fn open_again(
    kit: &Kit<Worksites>,
    worksite: &Worksite,
    channel: ChannelId,
) -> Outcome<Option<ChannelId>> {
    let guild = worksite.guild;
    let settings = kit.settings.get::<WorksiteSettings>(guild).await?;
    let held = kit.own_permissions(guild).await?;
    let mut db = kit.database.acquire().await?;
    let kept = store::kept_overwrites(&mut db, guild, worksite.number).await?;
    drop(db);
    let Some(kept) = kept else {
        // It was never closed.
        return Ok(Some(channel));
    };
    let before: Vec<PermissionOverwrite> = serde_json::from_value(kept).map_err(Failure::fault)?;
    let overwrites = model::explicit(&before, kit.me.id(), held);
    let mut body = json!({ "name": worksite.slug, "permission_overwrites": overwrites });
    if let Some(parent) = place(kit, guild, settings.category, held).await? {
        body["parent_id"] = json!(parent);
    }
    match edit(kit, channel, &body).await? {
        Some(channel) => Ok(Some(channel)),
        // Deleted while it was archived.
        None => Ok(Some(make(kit, worksite).await?)),
    }
}

/// Changes a channel; `None` when it is gone.
async fn edit(
    kit: &Kit<Worksites>,
    channel: ChannelId,
    body: &serde_json::Value,
) -> Outcome<Option<ChannelId>> {
    let request = RequestBuilder::raw(Method::Patch, format!("channels/{channel}"))
        .json(body)
        .build()
        .map_err(Refusal::Unsendable)?;
    match kit.discord.raw_done(request).await {
        Ok(()) => Ok(Some(channel)),
        Err(refusal) if refusal.is_gone() => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn create(
    kit: &Kit<Worksites>,
    guild: GuildId,
    body: &serde_json::Value,
) -> Result<ChannelId, Refusal> {
    let request = RequestBuilder::raw(Method::Post, format!("guilds/{guild}/channels"))
        .json(body)
        .build()
        .map_err(Refusal::Unsendable)?;
    let made: Channel = kit.discord.raw(request).await?;
    let id = made.id.into();
    // The event that says so may come later than the answer.
    kit.cache
        .update(&Event::ChannelCreate(Box::new(ChannelCreate(made))));
    Ok(id)
}

/// A category with room: the one that was set, or the next of its line («Sites», «Sites 2» …), which is made when all
/// are full. `None` when none was set, or it is gone.
async fn place(
    kit: &Kit<Worksites>,
    guild: GuildId,
    wanted: Option<ChannelId>,
    held: Permissions,
) -> Result<Option<ChannelId>, Refusal> {
    let Some(first) = wanted else { return Ok(None) };
    let Some(name) = name_of(kit, first) else {
        return Ok(None);
    };
    let all: Vec<(ChannelId, String, Option<ChannelId>)> = kit
        .cache
        .guild_channels(guild.into())
        .map(|channels| {
            channels
                .iter()
                .filter_map(|id| {
                    let channel = kit.cache.channel(*id)?;
                    let name = channel.name.clone().unwrap_or_default();
                    Some((channel.id.into(), name, channel.parent_id.map(Into::into)))
                })
                .collect()
        })
        .unwrap_or_default();
    let has_room = |category: ChannelId| {
        let inside = all
            .iter()
            .filter(|(_, _, parent)| *parent == Some(category));
        inside.count() < IN_A_CATEGORY
    };
    if has_room(first) {
        return Ok(Some(first));
    }
    for number in 2.. {
        let next = format!("{} {number}", cut(&name, 95));
        let known = all.iter().find(|(_, name, _)| *name == next);
        match known {
            Some((category, _, _)) if has_room(*category) => return Ok(Some(*category)),
            Some(_) => {}
            None => {
                let overwrites = model::explicit(&overwrites_of(kit, first), kit.me.id(), held);
                let body = json!({
                    "name": next,
                    "type": ChannelType::GuildCategory,
                    "permission_overwrites": overwrites,
                });
                return create(kit, guild, &body).await.map(Some);
            }
        }
    }
    Ok(None)
}

fn name_of(kit: &Kit<Worksites>, channel: ChannelId) -> Option<String> {
    kit.cache.channel(channel.into())?.name.clone()
}

fn overwrites_of(kit: &Kit<Worksites>, channel: ChannelId) -> Vec<PermissionOverwrite> {
    kit.cache
        .channel(channel.into())
        .and_then(|channel| channel.permission_overwrites.clone())
        .unwrap_or_default()
}

/// Somebody deleted the channel of a worksite.
pub(crate) async fn deleted(kit: Kit<Worksites>, on: On<ChannelDelete>) -> Outcome<()> {
    let Some(guild) = on.guild_id else {
        return Ok(());
    };
    let mut db = kit.database.acquire().await?;
    store::channel_gone(&mut db, guild.into(), on.id.into()).await?;
    Ok(())
}

/// Goes on with what was begun, and with what somebody may have made possible since.
pub(crate) async fn reconcile(kit: Kit<Worksites>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    if !store::unsettled(&mut db, guild).await?.is_empty() {
        later(&kit, &mut db, guild, None, kit.clock.now()).await?;
    }
    db.commit().await?;
    Ok(())
}
