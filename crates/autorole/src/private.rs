//! A menu for one member alone: what they hold is picked, page by page.

use std::collections::BTreeSet;

use database::RoleId;
use feature::{Card, Lang, Select, SelectKind, card::escape};

use crate::{
    hierarchy::Roles,
    ids::{Own, Page},
    model::PER_SELECT,
    panel,
    store::groups::{Group, Item},
    text,
};

/// A page of the menu.
pub(crate) fn card(
    group: &Group,
    roles: &Roles,
    held: &BTreeSet<RoleId>,
    page: u8,
    lang: Lang,
) -> Card {
    let items: Vec<&Item> = group.visible().collect();
    let pages = items.len().div_ceil(PER_SELECT).max(1);
    let last = u8::try_from(pages - 1).unwrap_or(u8::MAX);
    let page = page.min(last);
    let title = escape(&group.name);
    let card = Card::new().title(title);
    let Some(shown) = items.chunks(PER_SELECT).nth(usize::from(page)) else {
        return card.text(text::nothing_to_choose(lang));
    };
    let options = panel::options(shown.iter().copied(), roles, |item| {
        held.contains(&item.role)
    });
    // Discord wants no more picked already than may be picked.
    let picked = options.iter().filter(|option| option.default).count();
    let most = panel::most_picked(group, shown.len()).max(u8::try_from(picked).unwrap_or(u8::MAX));
    let id = Own {
        group: group.id,
        page,
    };
    let turn = |page: u8| Page {
        group: group.id,
        page,
    };
    let before = (page > 0).then(|| turn(page - 1));
    let after = (page < last).then(|| turn(page + 1));
    card.text(text::your_roles(lang, usize::from(page) + 1, pages))
        .select(
            Select::new(&id, SelectKind::Strings(options))
                .placeholder(text::choose_here(lang, 1, 1))
                .values(0, most),
        )
        .pages(lang, before.as_ref(), after.as_ref())
}
