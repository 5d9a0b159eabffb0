//! The controls of the panel.

mod delete;
mod lists;
mod owner;
mod purge;
mod rename;

pub(crate) use self::{delete::*, lists::*, owner::*, purge::*, rename::*};

use feature::{Click, Ctx, Outcome, Reply};

use crate::{
    VoiceHubs,
    authority::{Shows, steer},
    model::{Mode, Room},
    panel::{self, SetMode, Waiting},
    upkeep,
};

/// The panel as it is now, in the owner's language, in place of the one that was clicked.
pub(super) async fn shown(ctx: &Ctx<VoiceHubs>, room: &Room) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let lang = upkeep::owner_lang(ctx, &mut db, room).await?;
    Ok(Reply::update(panel::card(ctx, lang, room)))
}

pub(crate) async fn set_mode(ctx: Ctx<VoiceHubs>, click: Click<SetMode>) -> Outcome<Reply> {
    let SetMode { guild, room, mode } = click.0;
    let inside = ctx.feature.watches.inside(guild, room);
    let room = steer(&ctx, guild, room, Shows::Panel, |room| {
        if mode == Mode::Conference && room.mode != Mode::Conference {
            // Who is there when it begins keeps the right to speak.
            room.speakers = inside
                .iter()
                .filter(|(_, seat)| !seat.is_bot)
                .map(|(user, _)| *user)
                .collect();
        }
        if mode != Mode::Conference {
            room.speakers.clear();
        }
        room.mode = mode;
        Ok(())
    })
    .await?;
    shown(&ctx, &room).await
}

pub(crate) async fn set_waiting(ctx: Ctx<VoiceHubs>, click: Click<Waiting>) -> Outcome<Reply> {
    let Waiting { guild, room, open } = click.0;
    let room = steer(&ctx, guild, room, Shows::Panel, |room| {
        room.waits = open;
        Ok(())
    })
    .await?;
    shown(&ctx, &room).await
}
