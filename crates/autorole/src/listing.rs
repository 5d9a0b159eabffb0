//! `/autorole list` and `show`.

use database::{GuildId, RoleId};
use feature::{Card, Click, Ctx, Kit, Needs, Outcome, Reply};
use twilight_model::guild::Permissions;

use crate::{
    Autorole, Joining,
    commands::{self, Show},
    editing,
    ids::Turn,
    model::GroupId,
    own, store, text,
};

/// Groups on a page of the list.
const PAGE: i64 = 10;

pub(crate) async fn turn(ctx: Ctx<Autorole>, turn: Click<Turn>) -> Outcome<Reply> {
    Ok(Reply::update(page(&ctx, turn.page).await?))
}

/// A page of the list.
pub(crate) async fn page(ctx: &Ctx<Autorole>, page: u16) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let skip = i64::from(page) * PAGE;
    let mut db = ctx.database.acquire().await?;
    let mut groups = store::groups::list(&mut db, guild, "", skip, PAGE + 1).await?;
    let has_more = groups.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    groups.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let before = page.checked_sub(1).map(|page| Turn { page });
    let after = has_more.then(|| Turn {
        page: page.saturating_add(1),
    });
    Ok(text::list(ctx.lang(), guild, &groups).pages(ctx.lang(), before.as_ref(), after.as_ref()))
}

pub(crate) async fn show(ctx: &Ctx<Autorole>, options: Show) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    shown(ctx, guild, group.id, None).await
}

/// A group as staff sees it, after a note on what was just done.
pub(crate) async fn shown(
    ctx: &Ctx<Autorole>,
    guild: GuildId,
    group: GroupId,
    note: Option<String>,
) -> Outcome<Reply> {
    Ok(Reply::card(card(ctx, guild, group, note).await?))
}

/// As [`shown`], for a message that changes.
pub(crate) async fn card(
    ctx: &Ctx<Autorole>,
    guild: GuildId,
    group: GroupId,
    note: Option<String>,
) -> Outcome<Card> {
    let group = commands::numbered(ctx, guild, group).await?;
    let ranks = own::ranks(ctx, guild).await?;
    let mut db = ctx.database.acquire().await?;
    let taken = store::seats::taken(&mut db, guild, ctx.clock.now()).await?;
    let others = store::groups::others(&mut db, guild, group.id, &group.rules.apart_from).await?;
    drop(db);
    let taken = |role: RoleId| {
        let found = taken.iter().find(|(taken, _)| *taken == role);
        found.map_or(0, |(_, count)| *count)
    };
    let lines: Vec<String> = group
        .items
        .iter()
        .map(|item| {
            let problem = ranks.roles.problem(item.role, &ranks.bot, item.approved);
            text::item_line(ctx.lang(), item, taken(item.role), problem.as_ref())
        })
        .collect();
    let others: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
    let mut card = text::group(ctx.lang(), &group, &lines, &others, note);
    for button in editing::buttons(ctx.lang(), group.id) {
        card = card.button(button);
    }
    Ok(card)
}

/// The channels where menus are posted, and every role that is handed out.
pub(crate) async fn needs(kit: Kit<Autorole>, guild: GuildId) -> Outcome<Needs> {
    let joining = kit.settings.get::<Joining>(guild).await?;
    let mut db = kit.database.acquire().await?;
    let channels = store::groups::posted_in(&mut db, guild).await?;
    let mut roles = store::groups::offered(&mut db, guild).await?;
    drop(db);
    roles.extend(&joining.roles);
    roles.sort();
    roles.dedup();
    let write = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
    Ok(Needs {
        channels: channels
            .into_iter()
            .map(|channel| (channel, write))
            .collect(),
        roles,
    })
}
