//! Deleting a room with people in it.

use database::{ChannelId, GuildId, UserId};
use feature::{Button, Card, Click, Colour, Ctx, Outcome, Reply, custom_id};

use crate::{
    VoiceHubs,
    authority::{Refused, Shows, steer, steered},
    panel::Delete,
    text,
};

custom_id! {
    /// Confirms that the room is to be deleted.
    pub(crate) struct DoDelete: "voice_hubs" / "dodelete" v1 { guild: GuildId, room: ChannelId, by: UserId }
    answer = Update;
}

pub(crate) async fn delete(ctx: Ctx<VoiceHubs>, click: Click<Delete>) -> Outcome<Reply> {
    let lang = ctx.lang();
    steered(&ctx, click.guild, click.room).await?;
    let id = DoDelete {
        guild: click.guild,
        room: click.room,
        by: ctx.user(),
    };
    Ok(Reply::card(
        Card::new()
            .title(text::delete(lang))
            .text(text::delete_question(lang))
            .colour(Colour::Warn)
            .button(Button::new(text::delete_confirm(lang), &id).danger()),
    ))
}

pub(crate) async fn do_delete(ctx: Ctx<VoiceHubs>, click: Click<DoDelete>) -> Outcome<Reply> {
    let DoDelete { guild, room, by } = click.0;
    if by != ctx.user() {
        return Err(Refused::NotAsked.into());
    }
    // The plan deletes it, and keeps trying if Discord is away.
    steer(&ctx, guild, room, Shows::Other, |room| {
        room.closing = true;
        Ok(())
    })
    .await?;
    Ok(Reply::update(
        Card::new()
            .text(text::deleted(ctx.lang()))
            .colour(Colour::Good),
    ))
}
