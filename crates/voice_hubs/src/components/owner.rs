//! Whose room it is: handing over, taking over, and what is remembered of an owner.

use database::{ChannelId, GuildId, UserId};
use feature::{
    Card, Click, Colour, Ctx, Explain as _, Outcome, PickedUsers, Reply, Select, SelectKind,
    custom_id,
};

use crate::{
    VoiceHubs,
    authority::{MODERATE, Refused, find, may_steer, steered},
    model::{Listed, Room, may_claim},
    notice::{self, Line},
    panel::{Claim, Forget, Transfer},
    store, text, upkeep,
};

custom_id! {
    /// Gives the room to somebody.
    pub(crate) struct GiveTo: "voice_hubs" / "give" v1 { guild: GuildId, room: ChannelId }
    answer = Update;
}

pub(crate) async fn transfer(ctx: Ctx<VoiceHubs>, click: Click<Transfer>) -> Outcome<Reply> {
    let lang = ctx.lang();
    steered(&ctx, click.guild, click.room).await?;
    let id = GiveTo {
        guild: click.guild,
        room: click.room,
    };
    let select = Select::new(&id, SelectKind::Users(Vec::new())).placeholder(text::give_to(lang));
    Ok(Reply::card(
        Card::new()
            .title(text::transfer(lang))
            .text(text::transfer_words(lang))
            .select(select),
    ))
}

pub(crate) async fn give_to(ctx: Ctx<VoiceHubs>, picks: PickedUsers<GiveTo>) -> Outcome<Reply> {
    let GiveTo { guild, room } = picks.id;
    let lang = ctx.lang();
    let room = steered(&ctx, guild, room).await?;
    let Some(to) = picks.values.first().copied() else {
        return Ok(Reply::done());
    };
    if to == room.owner {
        return Ok(Reply::update(
            Card::new().text(text::already_owner(lang, to)),
        ));
    }
    let seat = ctx.feature.watches.seat(guild, to);
    let seat = seat.filter(|seat| Some(seat.channel) == room.channel);
    match seat {
        Some(seat) if seat.is_bot => return Err(Refused::ABot(to).into()),
        Some(_) => {}
        None => return Err(Refused::NotThere(to).into()),
    }
    hand_over(&ctx, &room, to, |room| may_steer(&ctx, room)).await?;
    Ok(Reply::update(
        Card::new().text(text::given(lang, to)).colour(Colour::Good),
    ))
}

pub(crate) async fn claim(ctx: Ctx<VoiceHubs>, click: Click<Claim>) -> Outcome<Reply> {
    let room = find(&ctx, click.guild, click.room).await?;
    take_over(&ctx, &room).await
}

/// Takes a room over for whoever asks, if the rules allow.
pub(crate) async fn take_over(ctx: &Ctx<VoiceHubs>, room: &Room) -> Outcome<Reply> {
    let (guild, user) = (room.guild, ctx.user());
    let mut db = ctx.database.acquire().await?;
    store::remember_lang(&mut db, guild, user, ctx.lang()).await?;
    let hubs = store::hubs(&mut db, guild).await?;
    drop(db);
    let delay = hubs
        .iter()
        .find(|hub| hub.channel == room.hub)
        .and_then(|hub| hub.claim_delay);
    let seat = ctx.feature.watches.seat(guild, user);
    let is_there = seat.is_some_and(|seat| Some(seat.channel) == room.channel);
    let is_staff = ctx.scene.guild == Some(guild) && ctx.scene.may(&MODERATE);
    let now = ctx.clock.now();
    hand_over(ctx, room, user, |room| {
        may_claim(room, delay, user, is_there, is_staff, now).map_err(Refused::Claim)
    })
    .await?;
    Ok(Reply::card(
        Card::new()
            .text(text::claimed(ctx.lang()))
            .colour(Colour::Good),
    ))
}

/// Gives a room to `to` if `check` allows it on the locked row: of two at once, one comes first. One edit takes the
/// rights from the old owner and gives them to the new one.
async fn hand_over(
    ctx: &Ctx<VoiceHubs>,
    room: &Room,
    to: UserId,
    check: impl FnOnce(&Room) -> Result<(), Refused> + Send,
) -> Outcome<()> {
    let guild = room.guild;
    let mut db = ctx.database.begin().await?;
    let mut room = store::lock_room_by_id(&mut db, guild, room.id)
        .await?
        .filter(|room| !room.closing)
        .ok_or(Refused::Gone)?;
    check(&room)?;
    let old_panel = room.panel_channel.zip(room.panel_message);
    let from = std::mem::replace(&mut room.owner, to);
    room.lists.remove(Listed::User(to));
    room.owner_left_at = None;
    room.edit_wanted += 1;
    room.panel_wanted += 1;
    // The new owner gets a panel of their own.
    room.panel_channel = None;
    room.panel_message = None;
    if let Err(error) = store::save_room(&mut db, &room).await {
        let is_owner = error
            .as_database_error()
            .and_then(|error| error.constraint())
            .is_some_and(|constraint| constraint == "room_owner_once");
        return Err(if is_owner {
            Refused::OwnsAnother(to).into()
        } else {
            error.into()
        });
    }
    let hubs = store::hubs(&mut db, guild).await?;
    db.commit().await?;
    if let Err(failure) = upkeep::edit(ctx, guild, room.id).await {
        // The room is theirs; the plan brings the channel up to it.
        tracing::warn!(%guild, room = room.id.0, error = failure.chain(), "a room that was handed over can not be edited yet");
    }
    if let Some((place, message)) = old_panel
        && let Err(refusal) = ctx.discord.unpost(place, message).await
    {
        tracing::info!(%guild, error = feature::chain(&refusal), class = ?refusal.class(), "an old panel stays");
    }
    if let (Some(hub), Some(channel)) = (
        hubs.iter().find(|hub| hub.channel == room.hub),
        room.channel,
    ) {
        let line = Line::HandedOver {
            room: channel,
            from,
            to,
        };
        notice::log(ctx, hub, line);
    }
    crate::watch::wake(ctx, guild);
    Ok(())
}

pub(crate) async fn forget(ctx: Ctx<VoiceHubs>, click: Click<Forget>) -> Outcome<Reply> {
    let room = find(&ctx, click.guild, click.room).await?;
    if room.owner != ctx.user() {
        return Err(Refused::NotYours(room.owner).into());
    }
    let mut db = ctx.database.acquire().await?;
    store::remember_room(&mut db, room.guild, room.owner, None).await?;
    Ok(Reply::card(
        Card::new()
            .text(text::forgotten(ctx.lang()))
            .colour(Colour::Good),
    ))
}
