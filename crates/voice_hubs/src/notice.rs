//! What the bot says unasked: to members who wait, to staff, to the log.

use std::sync::Arc;

use database::{ChannelId, UserId};
use feature::{Card, Colour, Kit, Lang, chain, discord::Post};
use jiff::SignedDuration;
use twilight_model::guild::Permissions;

use crate::{
    VoiceHubs, guild,
    model::{Hub, Problem},
    plan::Wait,
    store, text,
};

/// A member is told of trouble at most this often.
pub(crate) const SILENCE: SignedDuration = SignedDuration::from_hours(1);
/// Staff is told of a hub's trouble at most this often.
const STAFF_SILENCE: SignedDuration = SignedDuration::from_hours(6);

/// Tells a member who waits in a hub something, in the hub's chat, else directly; at most once an hour.
pub(crate) async fn member(
    kit: &Kit<VoiceHubs>,
    hub: &Hub,
    user: UserId,
    words: impl FnOnce(Lang, UserId) -> String,
) {
    let now = kit.clock.now();
    let taken = async {
        let mut db = kit.database.acquire().await?;
        let is_due =
            store::take_member_notice(&mut db, hub.guild, user, now, now - SILENCE).await?;
        let remembered = store::remembered(&mut db, hub.guild, &[user]).await?;
        Ok::<_, sqlx::Error>((is_due, remembered.get(&user).and_then(|member| member.lang)))
    };
    let lang = match taken.await {
        Ok((true, lang)) => lang,
        Ok((false, _)) => return,
        Err(error) => {
            tracing::warn!(guild = %hub.guild, error = chain(&error), "a member could not be told");
            return;
        }
    };
    let lang = match lang {
        Some(lang) => lang,
        None => guild_lang(kit, hub).await,
    };
    let card = Card::new().text(words(lang, user)).colour(Colour::Warn);
    let post = Post {
        nonce: None,
        pings: &[user],
        ..Post::default()
    };
    let Err(in_chat) = kit.discord.post(hub.channel, lang, &card, post).await else {
        return;
    };
    if let Err(directly) = kit.discord.direct(user, lang, &card).await {
        tracing::info!(
            guild = %hub.guild,
            in_chat = chain(&in_chat),
            directly = chain(&directly),
            "a member can not be told why there is no room"
        );
    }
}

/// Tells a member why there is no room.
pub(crate) async fn wait(kit: &Kit<VoiceHubs>, hub: &Hub, user: UserId, why: Wait) {
    member(kit, hub, user, |lang, user| text::wait(lang, user, why)).await;
}

/// Tells a member, and staff, that something stands in the hub's way.
pub(crate) async fn problem(
    kit: &Kit<VoiceHubs>,
    hub: &Hub,
    user: UserId,
    problem: Problem,
    needed: Permissions,
) {
    member(kit, hub, user, |lang, user| {
        text::wait(lang, user, Wait::Problem(problem))
    })
    .await;
    staff_of(kit, hub, |lang| {
        text::staff_problem(lang, hub.channel, problem, needed)
    })
    .await;
}

/// Tells staff something about a hub, at most once in six hours.
pub(crate) async fn staff_of(kit: &Kit<VoiceHubs>, hub: &Hub, words: impl FnOnce(Lang) -> String) {
    let now = kit.clock.now();
    let taken = async {
        let mut db = kit.database.acquire().await?;
        store::take_staff_notice(&mut db, hub.guild, hub.channel, now, now - STAFF_SILENCE).await
    };
    match taken.await {
        Ok(true) => {
            let lang = guild_lang(kit, hub).await;
            staff(kit, hub, words(lang)).await;
        }
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(guild = %hub.guild, error = chain(&error), "staff could not be told");
        }
    }
}

/// Tells staff something.
pub(crate) async fn staff(kit: &Kit<VoiceHubs>, hub: &Hub, words: String) {
    let Some(channel) = guild::staff_channel(kit, hub.guild, hub.log_channel) else {
        tracing::info!(guild = %hub.guild, words, "there is no channel to tell staff in");
        return;
    };
    let lang = guild_lang(kit, hub).await;
    let card = Card::new().text(words).colour(Colour::Warn);
    if let Err(refusal) = kit
        .discord
        .post(channel, lang, &card, Post::default())
        .await
    {
        tracing::info!(guild = %hub.guild, error = chain(&refusal), "staff can not be told");
    }
}

/// Staff hears once in an episode that a category is full.
pub(crate) async fn category_full(kit: &Kit<VoiceHubs>, hub: &Hub) {
    let lang = guild_lang(kit, hub).await;
    staff(
        kit,
        hub,
        text::category_full(lang, hub.channel, hub.copies_category),
    )
    .await;
}

/// Staff hears that a hub was deleted by hand.
pub(crate) async fn hub_gone(kit: &Kit<VoiceHubs>, hub: &Hub) {
    if hub.log_channel.is_some() {
        let lang = guild_lang(kit, hub).await;
        staff(kit, hub, text::hub_gone(lang)).await;
    }
}

/// What the log tells.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Opened {
        room: ChannelId,
        owner: UserId,
    },
    Closed {
        name: String,
        owner: UserId,
    },
    HandedOver {
        room: ChannelId,
        from: UserId,
        to: UserId,
    },
    Purged {
        room: ChannelId,
        by: UserId,
        count: usize,
    },
}

/// Writes a line into the hub's log channel, if it has one. In a storm lines are left out rather than piled up.
pub(crate) fn log(kit: &Kit<VoiceHubs>, hub: &Hub, line: Line) {
    let Some(channel) = hub.log_channel else {
        return;
    };
    let Ok(permit) = Arc::clone(&kit.feature.logs).try_acquire_owned() else {
        metrics::counter!("voice_hubs_log_lines_left_out_total").increment(1);
        return;
    };
    let (task, hub) = (kit.clone(), hub.clone());
    kit.spawn("log", async move {
        let lang = guild_lang(&task, &hub).await;
        let card = Card::new().text(text::log_line(lang, &line));
        if let Err(refusal) = task.discord.post(channel, lang, &card, Post::default()).await {
            tracing::info!(guild = %hub.guild, error = chain(&refusal), "the log of a hub can not be written");
        }
        drop(permit);
    });
}

async fn guild_lang(kit: &Kit<VoiceHubs>, hub: &Hub) -> Lang {
    match kit.manners(hub.guild).await {
        Ok(manners) => manners.lang,
        Err(_) => kit.settings.defaults().lang,
    }
}
