//! The weekly post: the week of everybody, at a day and a time of the guild's own, kept as the plan is.
//!
//! One job for each guild does it all: it posts the week if it is time and it does not stand there, brings the posted weeks
//! that are not over to how the plan is, and waits until it must look again. Every change of the plan, of the settings and
//! a deleted message run it at once. A message is written down before the next is sent and carries a nonce, so a process
//! that dies in between posts nothing twice.

use std::{collections::BTreeMap, fmt::Write as _};

use database::{ChannelId, GuildId, MessageId};
use feature::{Card, Kit, Lang, On, Outcome, Refusal, discord::Post};
use jiff::civil::Date;
use jobs::Job;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use twilight_model::gateway::payload::incoming::{MessageDelete, MessageDeleteBulk};

use crate::{
    Planning,
    model::monday,
    picture,
    settings::PlanSettings,
    store::{self, posts::Part},
    text,
    week::{self, Week},
    work,
};

/// The most messages of a week; what is left is a file of the last.
pub(crate) const MESSAGES: usize = 20;

/// Brings the posts of a guild to how they should be.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Settle {
    guild: GuildId,
}

impl Job for Settle {
    const NAME: &'static str = "planning.posts";
}

/// Has the posts of a guild follow the plan.
pub(crate) async fn later(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    guild: GuildId,
) -> Outcome<()> {
    work::enqueue(kit, db, &Settle { guild }, guild.to_string(), None).await
}

/// After a start the posts are looked at: settings may have changed meanwhile.
pub(crate) async fn reconcile(kit: Kit<Planning>, guild: GuildId) -> Outcome<()> {
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    if settings.channel.is_some() {
        later(&kit, &mut *kit.database.acquire().await?, guild).await?;
    }
    Ok(())
}

pub(crate) async fn deleted(kit: Kit<Planning>, on: On<MessageDelete>) -> Outcome<()> {
    match on.guild_id {
        Some(guild) => gone(&kit, guild.into(), on.channel_id.into(), &[on.id.into()]).await,
        None => Ok(()),
    }
}

pub(crate) async fn deleted_many(kit: Kit<Planning>, on: On<MessageDeleteBulk>) -> Outcome<()> {
    let messages: Vec<MessageId> = on.ids.iter().map(|id| (*id).into()).collect();
    match on.guild_id {
        Some(guild) => gone(&kit, guild.into(), on.channel_id.into(), &messages).await,
        None => Ok(()),
    }
}

/// Messages are gone: a week among them is posted again. Where weeks are not posted nothing is looked up.
async fn gone(
    kit: &Kit<Planning>,
    guild: GuildId,
    channel: ChannelId,
    messages: &[MessageId],
) -> Outcome<()> {
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    if settings.channel != Some(channel) {
        return Ok(());
    }
    let zone = kit.manners(guild).await?.zone;
    let this = monday(kit.clock.now().to_zoned(zone).date());
    let mut db = kit.database.begin().await?;
    if store::posts::gone(&mut db, guild, messages, this).await? {
        later(kit, &mut db, guild).await?;
    }
    db.commit().await?;
    Ok(())
}

pub(crate) async fn settle(kit: Kit<Planning>, job: Settle) -> Outcome<()> {
    let guild = job.guild;
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    let manners = kit.manners(guild).await?;
    let now = kit.clock.now();
    let this = monday(now.to_zoned(manners.zone.clone()).date());
    let mut db = kit.database.acquire().await?;
    let mut weeks = store::posts::weeks(&mut db, guild, this).await?;
    drop(db);
    let due = settings.due(now, &manners.zone);
    weeks.extend(due.filter(|due| !weeks.contains(due)));
    for monday in weeks {
        show(&kit, guild, monday, manners.lang, &settings).await?;
    }
    if settings.channel.is_some() {
        let at = settings.next_look(now, &manners.zone);
        let mut db = kit.database.acquire().await?;
        work::enqueue(&kit, &mut db, &job, guild.to_string(), Some(at)).await?;
    }
    Ok(())
}

/// Makes the messages of a week show it.
async fn show(
    kit: &Kit<Planning>,
    guild: GuildId,
    monday: Date,
    lang: Lang,
    settings: &PlanSettings,
) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let week = week::read(&mut db, guild, monday, None).await?;
    let mut known = store::posts::of(&mut db, guild, monday).await?;
    drop(db);
    // A week stays where it was posted, and is posted where the settings say.
    let channel = known.first().map(|part| part.channel).or(settings.channel);
    let Some(channel) = channel else {
        return Ok(());
    };
    let pages = text::week_pages(lang, &week, MESSAGES);
    let mut pages: Vec<Page> = pages.into_iter().map(Page::plain).collect();
    if settings.picture
        && !week.days.is_empty()
        && let Some(first) = pages.first_mut()
    {
        let colours = colours(kit, guild, &week).await?;
        first.shows = fingerprint(&format!("{week:?} {colours:?} {lang:?}"));
        first.picture = picture::card(lang, &week, &colours, first.card.clone());
    }
    // Twice: where one message is gone, all stand below each other anew.
    for _ in 0..2 {
        match edit(kit, guild, monday, channel, lang, &pages, &known).await? {
            Ok(()) => return Ok(()),
            Err(refusal) if refusal.is_gone() && !known.is_empty() => {
                for part in &known {
                    kit.discord.unpost(part.channel, part.message).await?;
                }
                known.clear();
                let mut db = kit.database.acquire().await?;
                store::posts::cut(&mut db, guild, monday, 0).await?;
            }
            Err(refusal @ (Refusal::Forbidden { .. } | Refusal::Gone(_))) => {
                tracing::warn!(
                    error = feature::chain(&refusal),
                    "the week can not be posted"
                );
                return Ok(());
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(())
}

/// A message of a week.
struct Page {
    card: Card,
    /// The same with a picture.
    picture: Option<Card>,
    /// What it shows, to see whether that has changed.
    shows: String,
}

impl Page {
    fn plain(card: Card) -> Self {
        Self {
            shows: fingerprint(&format!("{card:?}")),
            picture: None,
            card,
        }
    }
}

pub(crate) fn fingerprint(of: &str) -> String {
    let hash = Sha256::digest(of.as_bytes());
    hash.iter().take(12).fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Edits what differs, posts what is missing, deletes what is too much.
async fn edit(
    kit: &Kit<Planning>,
    guild: GuildId,
    monday: Date,
    channel: ChannelId,
    lang: Lang,
    pages: &[Page],
    known: &[Part],
) -> Outcome<Result<(), Refusal>> {
    for (nth, page) in pages.iter().enumerate() {
        let mut part = match known.get(nth) {
            Some(part) if part.shows == page.shows => continue,
            Some(part) => part.clone(),
            None => {
                let nonce = format!("w{:x}.{monday}.{nth}", guild.get() & 0xffff_ffff);
                let post = Post {
                    nonce: known.is_empty().then_some(nonce.as_str()),
                    pings: &[],
                    ..Post::default()
                };
                let sent = kit.discord.post(channel, lang, &page.card, post).await;
                let message = match sent {
                    Ok(message) => message,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                Part {
                    nth: i16::try_from(nth).unwrap_or(i16::MAX),
                    channel,
                    message,
                    shows: String::new(),
                }
            }
        };
        let is_new = known.get(nth).is_none();
        if is_new && page.picture.is_some() {
            // A picture can not be sent with a nonce: it is put in once it is known where.
            put(kit, guild, monday, &part).await?;
        }
        if !is_new || page.picture.is_some() {
            let card = page.picture.as_ref().unwrap_or(&page.card);
            let sent = kit.discord.repost(part.channel, part.message, lang, card);
            if let Err(refusal) = sent.await {
                return Ok(Err(refusal));
            }
        }
        part.shows.clone_from(&page.shows);
        put(kit, guild, monday, &part).await?;
    }
    for part in known.iter().skip(pages.len()) {
        if let Err(refusal) = kit.discord.unpost(part.channel, part.message).await {
            return Ok(Err(refusal));
        }
    }
    if known.len() > pages.len() {
        let from = i16::try_from(pages.len()).unwrap_or(i16::MAX);
        let mut db = kit.database.acquire().await?;
        store::posts::cut(&mut db, guild, monday, from).await?;
    }
    Ok(Ok(()))
}

async fn put(kit: &Kit<Planning>, guild: GuildId, monday: Date, part: &Part) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    store::posts::put(&mut db, guild, monday, part).await?;
    Ok(())
}

/// The colours of the worksites of a week.
pub(crate) async fn colours(
    kit: &Kit<Planning>,
    guild: GuildId,
    week: &Week,
) -> Outcome<BTreeMap<i32, u32>> {
    let mut db = kit.database.acquire().await?;
    Ok(worksites::sites::colours(&mut db, guild, &week.sites()).await?)
}
