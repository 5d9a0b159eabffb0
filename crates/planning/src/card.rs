//! The card on which leave, and what overlaps, is decided; and who is told of it.

use database::{GuildId, UserId};
use feature::{Card, Kit, Outcome, Refusal, discord::Post};
use jobs::Job;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Planning,
    model::{Entry, State},
    settings::PlanSettings,
    store, text, work,
};

/// Makes the card of an entry show how it stands.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Show {
    guild: GuildId,
    number: i32,
}

impl Job for Show {
    const NAME: &'static str = "planning.card";
}

/// Tells who asked what was decided.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Tell {
    guild: GuildId,
    number: i32,
    user: UserId,
    /// Which change of it.
    version: i32,
}

impl Job for Tell {
    const NAME: &'static str = "planning.tell";
}

/// Has the card follow its entry.
pub(crate) async fn later(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    entry: &Entry,
) -> Outcome<()> {
    let (guild, number) = (entry.guild, entry.number);
    let job = Show { guild, number };
    work::enqueue(kit, db, &job, format!("{guild}:{number}"), None).await
}

/// Has who asked told what was decided, unless they decided it themselves.
pub(crate) async fn tell_later(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    entry: &Entry,
) -> Outcome<()> {
    let (guild, number, user) = (entry.guild, entry.number, entry.created_by);
    if entry.decided.is_none_or(|(by, _)| by == user) || user == kit.me.id() {
        return Ok(());
    }
    let version = entry.version;
    let job = Tell {
        guild,
        number,
        user,
        version,
    };
    work::enqueue(kit, db, &job, format!("{guild}:{number}:{user}"), None).await
}

pub(crate) async fn show(kit: Kit<Planning>, job: Show) -> Outcome<()> {
    let Show { guild, number } = job;
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    let lang = kit.manners(guild).await?.lang;
    let mut db = kit.database.acquire().await?;
    let Some(entry) = store::entries::get(&mut db, guild, number).await? else {
        return Ok(());
    };
    let clashes = if entry.state == State::Pending {
        work::clashes(&mut db, &entry).await?
    } else {
        Vec::new()
    };
    drop(db);
    let card = text::request(lang, &entry, &clashes);
    if let (Some(channel), Some(message)) = (entry.channel, entry.message) {
        match kit.discord.repost(channel, message, lang, &card).await {
            Ok(()) => return Ok(()),
            // Deleted by hand: while it waits it is asked anew.
            Err(refusal) if refusal.is_gone() => {}
            Err(refusal) => return settled(refusal),
        }
    }
    if entry.state != State::Pending || entry.deleted.is_some() {
        return Ok(());
    }
    let nonce = format!(
        "p{:x}.{number}.{}",
        guild.get() & 0xff_ffff_ffff,
        entry.version
    );
    let posted = match settings.leave_channel {
        Some(channel) => {
            let post = Post {
                nonce: entry.message.is_none().then_some(nonce.as_str()),
                pings: &[],
                ..Post::default()
            };
            let posted = kit.discord.post(channel, lang, &card, post).await;
            posted.map(|message| (channel, message))
        }
        None => match work::owner(&kit, guild) {
            Some(owner) => kit.discord.direct(owner, lang, &card).await,
            None => return Ok(()),
        },
    };
    match posted {
        Ok((channel, message)) => {
            let mut db = kit.database.acquire().await?;
            store::entries::set_card(&mut db, guild, number, channel, message).await?;
            Ok(())
        }
        Err(refusal) => settled(refusal),
    }
}

/// Where nobody can be asked, `/planning approve` shows what waits.
fn settled(refusal: Refusal) -> Outcome<()> {
    match refusal {
        Refusal::Forbidden { .. } | Refusal::Gone(_) | Refusal::DirectMessagesClosed => {
            tracing::warn!(
                error = feature::chain(&refusal),
                "nobody can be asked about an entry of the plan"
            );
            Ok(())
        }
        refusal => Err(refusal.into()),
    }
}

pub(crate) async fn tell(kit: Kit<Planning>, job: Tell) -> Outcome<()> {
    let Tell {
        guild,
        number,
        user,
        version,
    } = job;
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    let lang = kit.manners(guild).await?.lang;
    let mut db = kit.database.acquire().await?;
    let entry = store::entries::get(&mut db, guild, number).await?;
    drop(db);
    let Some(entry) = entry.filter(|entry| entry.created_by == user) else {
        return Ok(());
    };
    let card = text::decided(lang, &entry);
    let nonce = format!("d{:x}.{number}.{version}", user.get() & 0xffff_ffff);
    let post = |pings| Post {
        nonce: Some(nonce.as_str()),
        pings,
        ..Post::default()
    };
    let opened = kit.discord.http().create_private_channel(user.into());
    let told = match kit.discord.one(opened).await {
        Ok(channel) => {
            let sent = kit.discord.post(channel.id.into(), lang, &card, post(&[]));
            sent.await.map(|_| ())
        }
        Err(refusal) => Err(refusal),
    };
    match told {
        Ok(()) => Ok(()),
        Err(Refusal::DirectMessagesClosed | Refusal::Forbidden { .. }) => {
            // Where everybody reads it, it says no more than that there is something to look at.
            let Some(channel) = settings.channel else {
                return Ok(());
            };
            let card = Card::new().text(text::decided_look(lang, user, number));
            match kit.discord.post(channel, lang, &card, post(&[user])).await {
                Ok(_) => Ok(()),
                Err(refusal) => settled(refusal),
            }
        }
        Err(refusal) => settled(refusal),
    }
}
