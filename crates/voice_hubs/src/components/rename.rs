//! The forms for name, status and limit.

use database::{ChannelId, GuildId};
use feature::{
    Card, Click, Colour, Ctx, Fields, Form, Modal, Outcome, Reply, Submit, TextField, custom_id,
};

use super::shown;
use crate::{
    VoiceHubs,
    authority::{Refused, Shows, saved, steer, steered},
    channel, name,
    panel::{Limit, Rename},
    settings::VoiceSettings,
    store, text,
    upkeep::{self, Renamed},
};

custom_id! {
    /// A name and a status were typed.
    pub(crate) struct Named: "voice_hubs" / "named" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// A limit was typed.
    pub(crate) struct Limited: "voice_hubs" / "limited" v1 { guild: GuildId, room: ChannelId }
    answer = Update;
}

/// A name and a status.
#[derive(Debug)]
pub(crate) struct NameForm {
    name: String,
    /// Absent where the hub allows none.
    status: Option<String>,
}

impl Form for NameForm {
    type Id = Named;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            name: fields.text("name")?,
            status: fields.text("status"),
        })
    }
}

/// A limit.
#[derive(Debug)]
pub(crate) struct LimitForm {
    limit: String,
}

impl Form for LimitForm {
    type Id = Limited;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            limit: fields.text("limit")?,
        })
    }
}

pub(crate) async fn rename(ctx: Ctx<VoiceHubs>, click: Click<Rename>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let room = steered(&ctx, click.guild, click.room).await?;
    let (left, next) = room.renames_left(ctx.clock.now());
    let id = Named {
        guild: click.guild,
        room: click.room,
    };
    let name = TextField::line("name")
        .length(1, 100)
        .value(room.intended_name());
    let mut modal = Modal::new(&id, text::rename(lang))
        .words(text::renames(lang, left, crate::model::RENAMES, next, None))
        .text(text::name_field(lang), name);
    if status_allowed(&ctx, click.guild, room.hub).await? {
        let status = TextField::line("status")
            .length(0, 500)
            .optional()
            .hint(text::status_hint(lang))
            .value(room.status.clone().unwrap_or_default());
        modal = modal.text(text::status_field(lang), status);
    }
    Ok(Reply::modal(modal))
}

async fn status_allowed(ctx: &Ctx<VoiceHubs>, guild: GuildId, hub: ChannelId) -> Outcome<bool> {
    let mut db = ctx.database.acquire().await?;
    let hubs = store::hubs(&mut db, guild).await?;
    let hub = hubs.into_iter().find(|known| known.channel == hub);
    Ok(hub.is_some_and(|hub| hub.status_allowed))
}

pub(crate) async fn named(ctx: Ctx<VoiceHubs>, submit: Submit<NameForm>) -> Outcome<Reply> {
    let Named { guild, room } = submit.id;
    let lang = ctx.lang();
    let settings = ctx.settings.get::<VoiceSettings>(guild).await?;
    let wanted = name::check(&submit.form.name, &settings.words).map_err(Refused::Name)?;
    let known = steered(&ctx, guild, room).await?;
    let mut status = None;
    if let Some(typed) = submit.form.status {
        let typed = name::tidy(&typed);
        if !typed.is_empty() {
            name::check(&feature::card::cut(&typed, name::LONGEST), &settings.words)
                .map_err(Refused::Name)?;
        }
        let typed = (!typed.is_empty()).then_some(typed);
        if typed != known.status {
            if !status_allowed(&ctx, guild, known.hub).await? {
                return Err(Refused::NoStatus.into());
            }
            channel::set_status(&ctx.discord, room, typed.as_deref()).await?;
            status = Some(typed);
        }
    }
    let is_new = wanted != known.intended_name();
    let steered = steer(&ctx, guild, room, Shows::Other, |room| {
        if let Some(status) = status {
            room.status = status;
        }
        // The last wish wins; to wish for the name that it has is to take the wish back.
        room.wanted_name = (wanted != room.name).then_some(wanted);
        Ok(())
    })
    .await?;
    if !is_new {
        return Ok(Reply::card(
            Card::new()
                .text(text::status_set(lang))
                .colour(Colour::Good),
        ));
    }
    let renamed = upkeep::rename(&ctx, guild, steered.id).await?;
    if let Some(owner) = Some(steered.owner).filter(|owner| *owner == ctx.user()) {
        let mut db = ctx.database.acquire().await?;
        if let Some(now) = store::room_by_id(&mut db, guild, steered.id).await? {
            store::remember_room(&mut db, guild, owner, Some(&saved(&now))).await?;
        }
    }
    crate::watch::wake(&ctx, guild);
    let words = match renamed {
        Renamed::Later(at) => text::renamed_later(lang, at),
        Renamed::Now | Renamed::Nothing => text::renamed(lang),
    };
    Ok(Reply::card(Card::new().text(words).colour(Colour::Good)))
}

pub(crate) async fn limit(ctx: Ctx<VoiceHubs>, click: Click<Limit>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let room = steered(&ctx, click.guild, click.room).await?;
    let id = Limited {
        guild: click.guild,
        room: click.room,
    };
    let field = TextField::line("limit")
        .length(1, 3)
        .hint(text::limit_hint(lang))
        .value(room.user_limit.to_string());
    Ok(Reply::modal(
        Modal::new(&id, text::limit(lang)).text(text::limit_field(lang), field),
    ))
}

pub(crate) async fn limited(ctx: Ctx<VoiceHubs>, submit: Submit<LimitForm>) -> Outcome<Reply> {
    let Limited { guild, room } = submit.id;
    let typed = submit.form.limit;
    let limit = typed
        .parse::<u16>()
        .ok()
        .filter(|limit| *limit <= 99)
        .ok_or_else(|| Refused::Limit(feature::card::cut(&typed, 10)))?;
    let room = steer(&ctx, guild, room, Shows::Panel, |room| {
        room.user_limit = limit;
        Ok(())
    })
    .await?;
    shown(&ctx, &room).await
}
