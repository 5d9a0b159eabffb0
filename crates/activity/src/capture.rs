//! Messages, as they come, and who joins and leaves the guild.
//!
//! Messages are [gathered](crate::gather) and counted in batches. What was counted already is known by its id
//! (`activity.counted`, of the last three days), which is written in the same statement as the count; a message older
//! than [`OLDEST`] is not counted any more. So each is counted once, however often it is told.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use feature::{Kit, On, Outcome, card::cut, created_at};
use jiff::SignedDuration;
use twilight_model::{
    channel::message::MessageType,
    gateway::payload::incoming::{MemberAdd, MemberRemove, MessageCreate},
};

use crate::{
    Activity,
    gather::{self, Gather, Gathered},
    model::{Heard, Person},
    settings::ActivitySettings,
    store, sums,
};

/// A message older than this is not counted when it is told: whether it was counted is soon not known any more.
const OLDEST: SignedDuration = SignedDuration::from_hours(48);
/// How long it is known which messages were counted; a day more than [`OLDEST`], so that no clock matters.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(72);

/// A message, and whose it is.
pub(crate) struct Written {
    heard: Heard,
    name: String,
    is_bot: bool,
}

/// What somebody is called: nickname, display name, or username.
pub(crate) fn shown(nick: Option<&str>, display: Option<&str>, name: &str) -> String {
    let shown = nick.or(display).unwrap_or(name);
    let shown = if shown.is_empty() { "?" } else { shown };
    cut(&shown.replace('\0', ""), 100)
}

/// Whether something in a channel is counted: neither it, nor where it is, is left out.
pub(crate) fn place_is_counted(
    kit: &Kit<Activity>,
    settings: &ActivitySettings,
    channel: ChannelId,
) -> bool {
    if settings.channels.is_empty() {
        return true;
    }
    let parent = |channel: ChannelId| -> Option<ChannelId> {
        Some(kit.cache.channel(channel.into())?.parent_id?.into())
    };
    let mut place = Some(channel);
    // A thread, its channel, and the category.
    for _ in 0..3 {
        let Some(here) = place else { break };
        if settings.channels.contains(&here) {
            return false;
        }
        place = parent(here);
    }
    true
}

/// A message is written.
pub(crate) async fn message(kit: Kit<Activity>, on: On<MessageCreate>) -> Outcome<()> {
    let told = &on.message;
    let Some(guild) = told.guild_id.map(GuildId::from) else {
        return Ok(());
    };
    let is_writing = matches!(
        told.kind,
        MessageType::Regular
            | MessageType::Reply
            | MessageType::ChatInputCommand
            | MessageType::ContextMenuCommand
    );
    // Webhooks are nobody.
    let is_application = told.application_id.is_some() && told.author.bot;
    if !is_writing || (told.webhook_id.is_some() && !is_application) {
        return Ok(());
    }
    let heard = Heard {
        guild,
        id: MessageId::from(told.id),
        channel: ChannelId::from(told.channel_id),
        user: UserId::from(told.author.id),
    };
    let age = kit.clock.now().duration_since(created_at(heard.id.get()));
    if age > OLDEST {
        return Ok(());
    }
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let roles: Vec<RoleId> = told
        .member
        .as_ref()
        .map(|member| member.roles.iter().copied().map(Into::into).collect())
        .unwrap_or_default();
    if settings.leaves_out(&roles) || !place_is_counted(&kit, &settings, heard.channel) {
        return Ok(());
    }
    let nick = told
        .member
        .as_ref()
        .and_then(|member| member.nick.as_deref());
    let author = &told.author;
    let item = Written {
        heard,
        name: shown(nick, author.global_name.as_deref(), &author.name),
        is_bot: author.bot,
    };
    gather::put(&kit, item, Some(on.hold())).await
}

impl Gathered for Written {
    const WHAT: &'static str = "messages";

    fn gather(feature: &Activity) -> &Gather<Self> {
        &feature.written
    }

    async fn write(kit: &Kit<Activity>, batch: &[Self]) -> Outcome<()> {
        let heard: BTreeMap<MessageId, &Heard> = batch
            .iter()
            .map(|item| (item.heard.id, &item.heard))
            .collect();
        let heard: Vec<Heard> = heard.into_values().cloned().collect();
        let people: BTreeMap<(GuildId, UserId), Person> = batch
            .iter()
            .map(|item| {
                let Heard { guild, user, .. } = item.heard;
                let person = Person {
                    guild,
                    user,
                    name: item.name.clone(),
                    is_bot: item.is_bot,
                };
                ((guild, user), person)
            })
            .collect();
        let people: Vec<Person> = people.into_values().collect();
        let mut db = kit.database.begin().await?;
        store::people::name(&mut db, &people, kit.clock.now()).await?;
        if store::written::count(&mut db, &heard).await? > 0 {
            sums::later(kit, &mut db).await?;
        }
        db.commit().await?;
        Ok(())
    }
}

/// Somebody joins the guild.
pub(crate) async fn member_add(kit: Kit<Activity>, on: On<MemberAdd>) -> Outcome<()> {
    let member = &on.member;
    let guild = GuildId::from(on.guild_id);
    let now = kit.clock.now();
    let joined = member
        .joined_at
        .and_then(|at| jiff::Timestamp::from_microsecond(at.as_micros()).ok());
    let mut db = kit.database.begin().await?;
    if member.user.bot {
        let bot = Person {
            guild,
            user: member.user.id.into(),
            name: shown(None, member.user.global_name.as_deref(), &member.user.name),
            is_bot: true,
        };
        store::people::name(&mut db, &[bot], now).await?;
    } else {
        let at = joined.unwrap_or(now);
        store::people::join(&mut db, guild, member.user.id.into(), at).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Somebody leaves the guild.
pub(crate) async fn member_remove(kit: Kit<Activity>, on: On<MemberRemove>) -> Outcome<()> {
    if on.user.bot {
        return Ok(());
    }
    let mut db = kit.database.acquire().await?;
    let now = kit.clock.now();
    store::people::leave(&mut db, on.guild_id.into(), on.user.id.into(), now).await?;
    Ok(())
}
