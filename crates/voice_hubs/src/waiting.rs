//! Waiting rooms: who may not enter a room sits beside it, and the owner lets them in or not.

use database::{ChannelId, GuildId, UserId};
use feature::{
    Button, Card, Class, Click, Colour, Ctx, Explain as _, Kit, Lang, Outcome, Refusal, Reply,
    chain, custom_id, discord::Post,
};
use jiff::SignedDuration;
use twilight_model::channel::ChannelType;

use crate::{
    VoiceHubs,
    authority::{Refused, Shows, steer, steered},
    channel::{self, NewChannel},
    guild,
    model::{Listed, Room},
    open, overwrites,
    store::{self, Request},
    text, upkeep,
};

custom_id! {
    /// Lets somebody in.
    pub(crate) struct Approve: "voice_hubs" / "approve" v1 { guild: GuildId, room: ChannelId, who: UserId }
    answer = Update;
}
custom_id! {
    /// Does not let somebody in.
    pub(crate) struct Refuse: "voice_hubs" / "refuse" v1 { guild: GuildId, room: ChannelId, who: UserId }
    answer = Update;
}
custom_id! {
    /// Does not let somebody in, now or later.
    pub(crate) struct Block: "voice_hubs" / "block" v1 { guild: GuildId, room: ChannelId, who: UserId }
    answer = Update;
}

/// Makes the waiting room of a room.
pub(crate) async fn open(kit: &Kit<VoiceHubs>, room: &Room) {
    let Some(beside) = room.channel else { return };
    if let Err(failure) = try_open(kit, room, beside).await {
        tracing::warn!(guild = %room.guild, room = room.id.0, error = failure.chain(), "a waiting room can not be made");
        if failure.class() == Class::Permanent {
            let given_up = upkeep::change(kit, room.guild, room.id, |room| {
                room.waits = false;
                room.panel_wanted += 1;
            })
            .await;
            if let Err(failure) = given_up {
                tracing::warn!(guild = %room.guild, error = failure.chain(), "a waiting room could not be given up");
            }
        } else {
            upkeep::again_later(kit, room, SignedDuration::from_secs(5)).await;
        }
    }
}

async fn try_open(kit: &Kit<VoiceHubs>, room: &Room, beside: ChannelId) -> Outcome<()> {
    let lang = kit.manners(room.guild).await?.lang;
    let name = feature::card::cut(&text::waiting_name(lang, &room.name), 100);
    let rules = open::rules_of(kit, room).await?;
    let overwrites = overwrites::of_waiting_room(&rules);
    // One that was made, but not written down before the process died or the answer was lost.
    let made = guild::unclaimed_named(kit, room, &name).await?;
    let id = if let Some(made) = made {
        made
    } else {
        let new = NewChannel {
            name: &name,
            kind: ChannelType::GuildVoice,
            parent_id: guild::parent(kit, beside),
            permission_overwrites: &overwrites,
            user_limit: None,
            bitrate: None,
            rtc_region: None,
        };
        let made = channel::create(&kit.discord, room.guild, &new).await?;
        let id = made.id.into();
        open::remember(kit, made);
        id
    };
    upkeep::change(kit, room.guild, room.id, |room| {
        room.waiting_channel = Some(id);
        room.panel_wanted += 1;
    })
    .await?;
    Ok(())
}

/// Deletes the waiting room of a room that no longer wants one.
pub(crate) async fn close(kit: &Kit<VoiceHubs>, room: &Room) {
    turn_away(kit, room).await;
    if let Some(waiting) = room.waiting_channel
        && let Err(refusal) = channel::delete(&kit.discord, waiting).await
    {
        tracing::warn!(guild = %room.guild, error = chain(&refusal), "a waiting room can not be deleted");
        upkeep::again_later(kit, room, SignedDuration::from_mins(1)).await;
        return;
    }
    let forgotten = upkeep::change(kit, room.guild, room.id, |room| {
        room.waiting_channel = None;
        room.panel_wanted += 1;
    })
    .await;
    if let Err(failure) = forgotten {
        tracing::warn!(guild = %room.guild, error = failure.chain(), "a waiting room could not be forgotten");
    }
}

/// Shows the owner that somebody asks to be let in.
pub(crate) async fn ask(kit: &Kit<VoiceHubs>, room: &Room, member: UserId) {
    if let Err(failure) = try_ask(kit, room, member).await {
        tracing::warn!(guild = %room.guild, room = room.id.0, error = failure.chain(), "a request can not be shown");
        upkeep::again_later(kit, room, SignedDuration::from_secs(5)).await;
    }
}

async fn try_ask(kit: &Kit<VoiceHubs>, room: &Room, member: UserId) -> Outcome<()> {
    let Some(channel) = room.channel else {
        return Ok(());
    };
    let mut db = kit.database.acquire().await?;
    let is_new = store::add_request(&mut db, room.guild, room.id, member, kit.clock.now()).await?;
    let before = store::requests(&mut db, room.guild)
        .await?
        .into_iter()
        .find(|request| request.room == room.id && request.user == member);
    let lang = upkeep::owner_lang(kit, &mut db, room).await?;
    drop(db);
    let (guild, who) = (room.guild, member);
    let card = Card::new()
        .title(text::request_title(lang))
        .text(text::request(lang, member, channel))
        .colour(Colour::Info)
        .button(
            Button::new(
                text::approve(lang),
                &Approve {
                    guild,
                    room: channel,
                    who,
                },
            )
            .success()
            .emoji("✅"),
        )
        .button(
            Button::new(
                text::refuse(lang),
                &Refuse {
                    guild,
                    room: channel,
                    who,
                },
            )
            .emoji("✋"),
        )
        .button(
            Button::new(
                text::block(lang),
                &Block {
                    guild,
                    room: channel,
                    who,
                },
            )
            .danger()
            .emoji("⛔"),
        );
    // Seen by the owner alone where that is possible; in the room's chat the click is authorised.
    let shown = match kit.discord.direct(room.owner, lang, &card).await {
        Ok(shown) => Some(shown),
        Err(refusal) if refusal.class() == Class::Permanent => {
            let post = Post {
                nonce: None,
                pings: &[room.owner],
                ..Post::default()
            };
            match kit.discord.post(channel, lang, &card, post).await {
                Ok(message) => Some((channel, message)),
                Err(refusal) if refusal.class() == Class::Permanent => None,
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let mut db = kit.database.acquire().await?;
    store::request_shown(&mut db, guild, room.id, member, room.owner, shown).await?;
    drop(db);
    if let Some((place, message)) = before.and_then(|request| request.channel.zip(request.message))
        && let Err(refusal) = kit.discord.unpost(place, message).await
    {
        tracing::info!(guild = %room.guild, error = chain(&refusal), "an old request stays");
    }
    if is_new && let Some(waiting) = room.waiting_channel {
        let lang = member_lang(kit, guild, member).await?;
        let card = Card::new().text(text::request_sent(lang, member, room.owner));
        let post = Post {
            nonce: None,
            pings: &[member],
            ..Post::default()
        };
        if let Err(refusal) = kit.discord.post(waiting, lang, &card, post).await {
            tracing::info!(guild = %room.guild, error = chain(&refusal), "who asks can not be told that it was passed on");
        }
    }
    Ok(())
}

/// Who asked has left, or sits in the room by now.
pub(crate) async fn withdraw(kit: &Kit<VoiceHubs>, room: &Room, member: UserId) {
    let taken = async {
        let mut db = kit.database.acquire().await?;
        store::take_requests(&mut db, room.guild, room.id, Some(member)).await
    };
    match taken.await {
        Ok(taken) => {
            for request in taken {
                clear(kit, &request).await;
            }
        }
        Err(error) => {
            tracing::warn!(guild = %room.guild, error = chain(&error), "a request could not be withdrawn");
        }
    }
}

/// Removes a question that needs no answer any more.
async fn clear(kit: &Kit<VoiceHubs>, request: &Request) {
    if let Some((place, message)) = request.channel.zip(request.message)
        && let Err(refusal) = kit.discord.unpost(place, message).await
    {
        tracing::info!(error = chain(&refusal), "an old request stays");
    }
}

/// The room, or its waiting room, ends: everyone who asked is told.
pub(crate) async fn turn_away(kit: &Kit<VoiceHubs>, room: &Room) {
    if room.waiting_channel.is_none() {
        return;
    }
    let asked = async {
        let mut db = kit.database.acquire().await?;
        store::take_requests(&mut db, room.guild, room.id, None).await
    };
    let requests = match asked.await {
        Ok(requests) => requests,
        Err(error) => {
            tracing::warn!(guild = %room.guild, error = chain(&error), "who asked could not be told of the end");
            return;
        }
    };
    for request in requests {
        clear(kit, &request).await;
        answer(kit, room, request.user, |lang| {
            text::room_closed(lang, &room.name)
        })
        .await;
    }
}

/// Tells who asked how it ended: directly, else in the waiting room's chat.
async fn answer(
    kit: &Kit<VoiceHubs>,
    room: &Room,
    member: UserId,
    words: impl FnOnce(Lang) -> String,
) {
    let lang = match member_lang(kit, room.guild, member).await {
        Ok(lang) => lang,
        Err(_) => kit.settings.defaults().lang,
    };
    let card = Card::new().text(words(lang));
    let Err(directly) = kit.discord.direct(member, lang, &card).await else {
        return;
    };
    let Some(waiting) = room.waiting_channel else {
        return;
    };
    let post = Post {
        nonce: None,
        pings: &[member],
        ..Post::default()
    };
    if let Err(refusal) = kit.discord.post(waiting, lang, &card, post).await {
        tracing::info!(
            guild = %room.guild,
            directly = chain(&directly),
            error = chain(&refusal),
            "who asked can not be answered"
        );
    }
}

async fn member_lang(kit: &Kit<VoiceHubs>, guild: GuildId, member: UserId) -> Outcome<Lang> {
    let mut db = kit.database.acquire().await?;
    let remembered = store::remembered(&mut db, guild, &[member]).await?;
    drop(db);
    match remembered
        .get(&member)
        .and_then(|remembered| remembered.lang)
    {
        Some(lang) => Ok(lang),
        None => Ok(kit.manners(guild).await?.lang),
    }
}

/// Takes a request: it is answered once.
async fn take(ctx: &Ctx<VoiceHubs>, room: &Room, who: UserId) -> Outcome<()> {
    let mut db = ctx.database.acquire().await?;
    let taken = store::take_requests(&mut db, room.guild, room.id, Some(who)).await?;
    Ok(taken.first().map(|_| ()).ok_or(Refused::Answered)?)
}

pub(crate) async fn approve(ctx: Ctx<VoiceHubs>, click: Click<Approve>) -> Outcome<Reply> {
    let Approve { guild, room, who } = click.0;
    let lang = ctx.lang();
    let room = steered(&ctx, guild, room).await?;
    take(&ctx, &room, who).await?;
    let watches = &ctx.feature.watches;
    let seen = watches.changes(guild, who);
    let words = match channel::move_member(&ctx.discord, guild, who, room.channel).await {
        Ok(()) => {
            watches.moved(guild, who, seen, room.channel);
            text::approved(lang, who)
        }
        Err(Refusal::NotInVoice) => text::has_left(lang, who),
        Err(refusal) if refusal.is_gone() => text::has_left(lang, who),
        Err(refusal) => return Err(refusal.into()),
    };
    crate::watch::wake(&ctx, guild);
    Ok(Reply::update(Card::new().text(words).colour(Colour::Good)))
}

pub(crate) async fn refuse(ctx: Ctx<VoiceHubs>, click: Click<Refuse>) -> Outcome<Reply> {
    let Refuse { guild, room, who } = click.0;
    let room = steered(&ctx, guild, room).await?;
    take(&ctx, &room, who).await?;
    send_off(&ctx, &room, who).await;
    let words = text::was_refused(ctx.lang(), who);
    Ok(Reply::update(Card::new().text(words)))
}

pub(crate) async fn block(ctx: Ctx<VoiceHubs>, click: Click<Block>) -> Outcome<Reply> {
    let Block { guild, room, who } = click.0;
    let known = steered(&ctx, guild, room).await?;
    take(&ctx, &known, who).await?;
    let room = steer(&ctx, guild, room, Shows::Other, |room| {
        if who == room.owner {
            return Err(Refused::Owner);
        }
        room.lists.deny(Listed::User(who));
        Ok(())
    })
    .await?;
    send_off(&ctx, &room, who).await;
    let words = text::was_blocked(ctx.lang(), who);
    Ok(Reply::update(Card::new().text(words)))
}

/// Answers who asked, and frees the waiting room of them.
async fn send_off(ctx: &Ctx<VoiceHubs>, room: &Room, who: UserId) {
    answer(ctx, room, who, |lang| text::not_let_in(lang, &room.name)).await;
    let watches = &ctx.feature.watches;
    let still_there = watches
        .seat(room.guild, who)
        .is_some_and(|seat| Some(seat.channel) == room.waiting_channel);
    if still_there {
        let seen = watches.changes(room.guild, who);
        match channel::move_member(&ctx.discord, room.guild, who, None).await {
            Ok(()) => watches.moved(room.guild, who, seen, None),
            Err(refusal) => {
                tracing::info!(guild = %room.guild, error = chain(&refusal), "who was not let in stays in the waiting room");
            }
        }
    }
    crate::watch::wake(ctx, room.guild);
}
