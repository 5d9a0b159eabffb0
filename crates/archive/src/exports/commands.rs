//! What members see of their exports: how far they are, and their links.

use feature::{Card, Click, Colour, Ctx, Outcome, Reply, card::Button, custom_id};

use super::{Export, NoExport, covers, files::Closed, give_up, link, routes::address};
use crate::{Archive, READ, store, text};

/// How many exports a member is shown.
const SHOWN: i64 = 10;
/// How many links are shown of an export; HTTP tells all.
const LINKS: usize = 10;

custom_id! {
    /// Shows how far the member's exports are.
    pub(crate) struct Progress: "archive" / "exports" v1 {}
    answer = Update;
}

/// An export with what is shown of it.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) export: Export,
    /// The names, sizes and addresses of its first files.
    pub(crate) links: Vec<(Closed, String)>,
    pub(crate) files: usize,
    /// Whether the member may read all of it now.
    pub(crate) is_readable: bool,
}

/// `/archive exports`: those of the member; gives one up if it is named.
pub(crate) async fn exports(ctx: &Ctx<Archive>, cancel: Option<i64>) -> Outcome<Reply> {
    if let Some(number) = cancel {
        let guild = ctx.guild_id()?;
        let mut db = ctx.database.acquire().await?;
        let found = store::exports::one(&mut db, guild, number).await?;
        drop(db);
        let own = found.filter(|export| {
            let asked = &export.asked;
            asked.user == ctx.user() && asked.key.is_none()
        });
        give_up(ctx, &own.ok_or(NoExport::Unknown(number))?).await?;
    }
    Ok(Reply::card(card(ctx).await?))
}

pub(crate) async fn progress(ctx: Ctx<Archive>, _: Click<Progress>) -> Outcome<Reply> {
    Ok(Reply::update(card(&ctx).await?))
}

/// The member's exports, newest first.
pub(crate) async fn card(ctx: &Ctx<Archive>) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let lang = ctx.lang();
    let secret = link::secret(ctx).await?;
    let mut db = ctx.database.acquire().await?;
    let mut found = store::exports::list(&mut db, guild, Some(ctx.user()), None, SHOWN).await?;
    found.retain(|export| export.expires_at > ctx.clock.now());
    let ids: Vec<i64> = found.iter().map(|export| export.id).collect();
    let parts = store::exports::parts(&mut db, guild, &ids).await?;
    drop(db);
    let mut views = Vec::new();
    let may_read = ctx.scene.may(&READ);
    for export in found {
        let is_own = export.asked.author.is_some();
        let roles = &ctx.scene.member.roles;
        let is_readable = is_own || (may_read && covers(ctx, &export, roles).await?);
        let of = parts.iter().filter(|(of, _)| *of == export.id);
        let links = of.clone().take(LINKS).filter_map(|(_, part)| {
            let address = address(ctx, &export, part.number, &secret, None)?;
            Some((part.clone(), address))
        });
        let links = if is_readable && export.state == "done" {
            links.collect()
        } else {
            Vec::new()
        };
        views.push(View {
            links,
            files: of.count(),
            is_readable,
            export,
        });
    }
    let is_public = ctx.feature.operator.reach.is_some();
    let card = text::exports(lang, &views, is_public).colour(Colour::Info);
    let is_any = views.iter().any(|view| view.export.state == "running");
    let look = Button::new(text::look_again(lang), &Progress {});
    Ok(if is_any { card.button(look) } else { card })
}
