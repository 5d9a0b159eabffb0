//! Disconnecting who is not meant to be there.

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{Button, Card, Click, Colour, Ctx, Explain as _, Outcome, Refusal, Reply, custom_id};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::{
    VoiceHubs,
    authority::{Refused, steered},
    channel, guild,
    model::{Room, Seat},
    notice::{self, Line},
    panel::Purge,
    store, text,
};

/// For how long the question stands.
const STANDS: SignedDuration = SignedDuration::from_secs(60);

custom_id! {
    /// Confirms a purge: who was asked, and when, in seconds.
    pub(crate) struct DoPurge: "voice_hubs" / "dopurge" v1 { guild: GuildId, room: ChannelId, by: UserId, at: u32 }
    answer = Update;
}

/// Who must go: everyone but the owner, staff, bots, and those let in by name or role.
pub(crate) fn who_goes(
    room: &Room,
    inside: Vec<(UserId, Seat)>,
    staff: Option<RoleId>,
) -> Vec<UserId> {
    inside
        .into_iter()
        .filter(|(user, seat)| {
            *user != room.owner
                && !seat.is_bot
                && !guild::is_staff(staff, seat)
                && !room.lists.lets_in(*user, &seat.roles)
        })
        .map(|(user, _)| user)
        .collect()
}

async fn going(ctx: &Ctx<VoiceHubs>, room: &Room) -> Outcome<Vec<UserId>> {
    let Some(channel) = room.channel else {
        return Ok(Vec::new());
    };
    let inside = ctx.feature.watches.inside(room.guild, channel);
    let staff = ctx.manners(room.guild).await?.staff;
    Ok(who_goes(room, inside, staff))
}

pub(crate) async fn purge(ctx: Ctx<VoiceHubs>, click: Click<Purge>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let room = steered(&ctx, click.guild, click.room).await?;
    let who = going(&ctx, &room).await?;
    if who.is_empty() {
        return Ok(Reply::card(Card::new().text(text::nobody_to_purge(lang))));
    }
    let id = DoPurge {
        guild: click.guild,
        room: click.room,
        by: ctx.user(),
        at: u32::try_from(ctx.clock.now().as_second()).unwrap_or(u32::MAX),
    };
    Ok(Reply::card(
        Card::new()
            .title(text::purge(lang))
            .text(text::purge_question(lang, &who))
            .colour(Colour::Warn)
            .button(Button::new(text::purge_confirm(lang, who.len()), &id).danger()),
    ))
}

pub(crate) async fn do_purge(ctx: Ctx<VoiceHubs>, click: Click<DoPurge>) -> Outcome<Reply> {
    let DoPurge {
        guild,
        room,
        by,
        at,
    } = click.0;
    let lang = ctx.lang();
    if by != ctx.user() {
        return Err(Refused::NotAsked.into());
    }
    if ctx.clock.now().as_second() > i64::from(at) + STANDS.as_secs() {
        return Err(Refused::Expired.into());
    }
    let room = steered(&ctx, guild, room).await?;
    // Who is there now, not who was there when it was asked.
    let who = going(&ctx, &room).await?;
    let watches = &ctx.feature.watches;
    let results = join_all(who.iter().map(async |user| {
        let seen = watches.changes(guild, *user);
        let result = channel::move_member(&ctx.discord, guild, *user, None).await;
        if result.is_ok() {
            watches.moved(guild, *user, seen, None);
        }
        result
    }))
    .await;
    let (mut gone_now, mut gone_before, mut failed) = (0, 0, Vec::new());
    for (user, result) in who.iter().zip(results) {
        match result {
            Ok(()) => gone_now += 1,
            Err(Refusal::NotInVoice) => gone_before += 1,
            Err(refusal) if refusal.is_gone() => gone_before += 1,
            Err(refusal) => failed.push((*user, refusal.explain(lang))),
        }
    }
    let mut db = ctx.database.acquire().await?;
    let hubs = store::hubs(&mut db, guild).await?;
    drop(db);
    if let (Some(hub), Some(channel)) = (
        hubs.iter().find(|hub| hub.channel == room.hub),
        room.channel,
    ) {
        let line = Line::Purged {
            room: channel,
            by,
            count: gone_now,
        };
        notice::log(&ctx, hub, line);
    }
    crate::watch::wake(&ctx, guild);
    let colour = if failed.is_empty() {
        Colour::Good
    } else {
        Colour::Warn
    };
    Ok(Reply::update(
        Card::new()
            .title(text::purge(lang))
            .lines(text::purged(lang, gone_now, gone_before, &failed))
            .colour(colour),
    ))
}
