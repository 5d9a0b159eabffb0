//! Taking back the last change of a document.

use database::GuildId;
use feature::{
    Button, Click, Ctx, Explain, Grants, House, Lang, Outcome, Reply, Switches, Word, custom_id,
    settings::{Document as _, DocumentEntry, Replacement, Stale, Via},
};
use serde_json::Value;

use super::MANAGE;
use crate::{Admin, features, permissions, text};

custom_id! {
    /// Takes back the last change, if it is still this one.
    pub(crate) struct Undo: "admin" / "undo" v1 { subject: Word, revision: i64 }
    answer = Update;
    access = MANAGE;
}

/// Why nothing is taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("nothing was ever changed in `{0}`")]
    NothingYet(&'static str),
    #[error("permissions are for administrators")]
    AdministratorsOnly,
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::NothingYet(subject) => text::nothing_to_undo(lang, subject),
            Self::AdministratorsOnly => text::administrators_only(lang),
        })
    }
}

/// Who may replace a document as a whole. Capabilities of the features' own commands are checked there, and these
/// documents decide over capabilities.
pub(super) fn guard(ctx: &Ctx<Admin>, subject: &str) -> Outcome<()> {
    if subject == Grants::SUBJECT && !permissions::is_administrator(ctx) {
        return Err(Refused::AdministratorsOnly.into());
    }
    if subject == Switches::SUBJECT {
        ctx.require(&features::MANAGE)?;
    }
    Ok(())
}

/// Has features that are on again repair the guild.
pub(crate) fn repair_what_is_on(house: &House, guild: GuildId, before: &Value, after: &Value) {
    let off = |body: &Value| serde_json::from_value::<Switches>(body.clone()).unwrap_or_default();
    let (before, after) = (off(before), off(after));
    for name in house.catalogue.features() {
        if before.off.contains(*name) && !after.off.contains(*name) {
            house.repairs.ask(name, guild);
        }
    }
}

/// Shows the last change and asks.
pub(super) async fn ask(ctx: &Ctx<Admin>, entry: &DocumentEntry) -> Outcome<Reply> {
    guard(ctx, entry.subject)?;
    let guild = ctx.guild_id()?;
    let change = ctx.settings.last_change(guild, entry.subject).await?;
    let change = change.ok_or(Refused::NothingYet(entry.subject))?;
    let card = text::undo_asked(ctx.lang(), entry.subject, &change);
    let id = Word::new(entry.subject).map(|subject| Undo {
        subject,
        revision: change.revision,
    });
    Ok(Reply::card(match id {
        Some(id) => card.button(Button::new(
            text::undo_button(ctx.lang(), change.revision),
            &id,
        )),
        None => card,
    }))
}

pub(crate) async fn undo(ctx: Ctx<Admin>, undo: Click<Undo>) -> Outcome<Reply> {
    let entry = super::document_named(&ctx, Some(undo.subject.as_str()))?;
    guard(&ctx, entry.subject)?;
    let guild = ctx.guild_id()?;
    let change = ctx.settings.last_change(guild, entry.subject).await?;
    let change = change
        .filter(|change| change.revision == undo.revision)
        .ok_or(Stale(entry.subject))?;
    let body = (entry.read)(change.version, change.before.clone())?;
    let replacement = Replacement {
        entry,
        seen: change.revision,
        body,
    };
    ctx.settings
        .replace(guild, ctx.user(), Via::Undo, vec![replacement])
        .await?;
    if entry.subject == Switches::SUBJECT {
        repair_what_is_on(&ctx, guild, &change.after, &change.before);
    }
    Ok(Reply::update(text::undone(
        ctx.lang(),
        entry.subject,
        &change,
    )))
}
