//! Buttons and the select under a webhook.

use feature::{Card, Click, Ctx, Outcome, Picked, Reply, custom_id};

use crate::{
    MANAGE, Webhooks,
    acts::{self, Refused},
    commands::shown,
    text,
};

/// What a button does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Does {
    Refresh,
    Test,
    Pause,
    Resume,
    AskRemove,
    Remove,
}

impl Does {
    const ALL: [Self; 6] = [
        Self::Refresh,
        Self::Test,
        Self::Pause,
        Self::Resume,
        Self::AskRemove,
        Self::Remove,
    ];

    fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|does| *does == self);
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or_default()
    }
}

custom_id! {
    /// Does something with a webhook.
    pub(crate) struct Act: "webhooks" / "act" v1 { number: i32, does: u8 }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Replaces the secret of a webhook.
    pub(crate) struct NewSecret: "webhooks" / "secret" v1 { number: i32 }
    answer = Private;
    access = MANAGE;
}
custom_id! {
    /// Sends something again.
    pub(crate) struct Again: "webhooks" / "again" v1 { number: i32 }
    answer = Update;
    access = MANAGE;
}

impl Act {
    pub(crate) fn new(number: i32, does: Does) -> Self {
        let does = does.number();
        Self { number, does }
    }
}

pub(crate) async fn act(ctx: Ctx<Webhooks>, click: Click<Act>) -> Outcome<Reply> {
    let Act { number, does } = click.0;
    let guild = ctx.guild_id()?;
    let lang = ctx.lang();
    let card: Card = match Does::ALL.get(usize::from(does)) {
        Some(Does::Refresh) | None => shown(&ctx, number, None).await?,
        Some(Does::Test) => {
            acts::test(&ctx, guild, number).await?;
            shown(&ctx, number, Some(text::test_sent(lang))).await?
        }
        Some(Does::Pause) => {
            acts::pause(&ctx, guild, number, true).await?;
            shown(&ctx, number, Some(text::paused(lang))).await?
        }
        Some(Does::Resume) => {
            acts::pause(&ctx, guild, number, false).await?;
            shown(&ctx, number, Some(text::resumed(lang))).await?
        }
        Some(Does::AskRemove) => {
            text::confirm_removal(lang, &acts::find(&ctx, guild, number).await?)
        }
        Some(Does::Remove) => {
            acts::remove(&ctx, guild, number).await?;
            text::removed(lang, number)
        }
    };
    Ok(Reply::update(card))
}

pub(crate) async fn new_secret(ctx: Ctx<Webhooks>, click: Click<NewSecret>) -> Outcome<Reply> {
    let number = click.0.number;
    let told = acts::rotate(&ctx, ctx.guild_id()?, number).await?;
    Ok(Reply::card(text::rotated(ctx.lang(), number, &told)))
}

pub(crate) async fn again(ctx: Ctx<Webhooks>, picked: Picked<Again>) -> Outcome<Reply> {
    let number = picked.id.number;
    let sequence = picked.values.first().and_then(|value| value.parse().ok());
    let sequence = sequence.ok_or(Refused::NoDelivery)?;
    acts::again(&ctx, ctx.guild_id()?, number, sequence).await?;
    let said = text::sent_again(ctx.lang());
    Ok(Reply::update(shown(&ctx, number, Some(said)).await?))
}
