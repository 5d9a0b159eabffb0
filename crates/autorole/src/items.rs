//! `/autorole add`, `remove` and `reorder`: the roles of a group.

use database::{GuildId, RoleId};
use feature::{
    Button, Card, Click, Colour, Ctx, Fields, Form, Modal, Outcome, PickedRoles, Reply, Select,
    SelectKind, Submit, TextField,
};
use twilight_model::guild::Permissions;

use crate::{
    Autorole,
    acts::{self, Hand},
    commands::{self, Add, Remove, Reorder},
    emoji,
    error::Refused,
    hierarchy::{DANGEROUS, RoleProblem},
    ids::{AddRoles, Approve, ItemForm},
    listing,
    own::{self},
    store::groups::{Group, Item},
    text,
};

/// The most seats of a role.
pub(crate) const MOST_SEATS: u32 = 1_000_000;

/// A role with nothing but an emoji.
pub(crate) fn plain(role: RoleId, emoji: Option<String>) -> Item {
    Item {
        role,
        emoji,
        label: String::new(),
        description: String::new(),
        seats: None,
        approved: Permissions::empty(),
        is_broken: false,
    }
}

pub(crate) async fn add(ctx: &Ctx<Autorole>, options: Add) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let Some(role) = options.role.map(RoleId::from) else {
        let id = AddRoles { group: group.id };
        return Ok(Reply::card(
            Card::new()
                .text(text::add_which(ctx.lang(), &group.name))
                .select(
                    Select::new(&id, SelectKind::Roles(Vec::new()))
                        .placeholder(text::field_roles(ctx.lang()))
                        .values(1, 25),
                ),
        ));
    };
    let mut item = group
        .item(role)
        .cloned()
        .unwrap_or_else(|| plain(role, None));
    if let Some(typed) = options.emoji {
        item.emoji = Some(usable(ctx, guild, &typed)?);
    }
    item.label = options.label.unwrap_or(item.label);
    if let Some(seats) = options.seats {
        item.seats = u32::try_from(seats).ok();
    }
    let (hand, ranks) = (Hand::of(ctx), own::ranks(ctx, guild).await?);
    match hand.check(&ranks, &item) {
        Ok(()) => {}
        Err(Refused::BadRole {
            problem: RoleProblem::Dangerous(permissions),
            ..
        }) if ctx.user() == ranks.roles.owner => {
            let id = Approve {
                group: group.id,
                role,
            };
            return Ok(Reply::card(
                Card::new()
                    .colour(Colour::Warn)
                    .text(text::approve(ctx.lang(), role, permissions))
                    .button(Button::new(text::approve_button(ctx.lang()), &id).danger()),
            ));
        }
        Err(refused) => return Err(refused.into()),
    }
    acts::put(ctx, guild, group.id, &[item]).await?;
    let note = text::added(ctx.lang(), &[role]);
    listing::shown(ctx, guild, group.id, Some(note)).await
}

fn usable(ctx: &Ctx<Autorole>, guild: GuildId, typed: &str) -> Result<String, Refused> {
    emoji::usable(&ctx.cache, guild, typed).ok_or_else(|| Refused::BadEmoji {
        place: 1,
        text: typed.trim().to_owned(),
    })
}

pub(crate) async fn add_picked(
    ctx: Ctx<Autorole>,
    picked: PickedRoles<AddRoles>,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, picked.id.group).await?;
    let (hand, ranks) = (Hand::of(&ctx), own::ranks(&ctx, guild).await?);
    let new = picked
        .values
        .iter()
        .filter(|role| group.item(**role).is_none_or(|item| item.is_broken));
    let items: Vec<Item> = new.map(|role| plain(*role, None)).collect();
    for item in &items {
        hand.check(&ranks, item)?;
    }
    acts::put(&ctx, guild, group.id, &items).await?;
    let note = text::added(ctx.lang(), &picked.values);
    listing::shown(&ctx, guild, group.id, Some(note)).await
}

pub(crate) async fn approve(ctx: Ctx<Autorole>, click: Click<Approve>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, click.group).await?;
    let (hand, ranks) = (Hand::of(&ctx), own::ranks(&ctx, guild).await?);
    if ctx.user() != ranks.roles.owner {
        return Err(Refused::OwnerOnly.into());
    }
    let mut item = group
        .item(click.role)
        .cloned()
        .unwrap_or_else(|| plain(click.role, None));
    let role = ranks.roles.all.get(&click.role);
    item.approved = role.map_or(Permissions::empty(), |role| role.permissions & DANGEROUS);
    hand.check(&ranks, &item)?;
    acts::put(&ctx, guild, group.id, &[item]).await?;
    let note = text::added(ctx.lang(), &[click.role]);
    let card = listing::card(&ctx, guild, group.id, Some(note)).await?;
    Ok(Reply::update(card))
}

/// The item that was typed: an id from the list of choices, or a mention.
fn typed_role(group: &Group, typed: &str) -> Result<RoleId, Refused> {
    let id = typed.trim().trim_start_matches("<@&").trim_end_matches('>');
    let role: RoleId = id
        .parse()
        .map_err(|_| Refused::NoRole(typed.trim().to_owned()))?;
    group
        .item(role)
        .map(|item| item.role)
        .ok_or(Refused::NotInGroup(role))
}

pub(crate) async fn remove(ctx: &Ctx<Autorole>, options: Remove) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let role = typed_role(&group, &options.role)?;
    acts::remove(ctx, guild, group.id, role).await?;
    let note = text::removed(ctx.lang(), role);
    listing::shown(ctx, guild, group.id, Some(note)).await
}

pub(crate) async fn reorder(ctx: &Ctx<Autorole>, options: Reorder) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let role = typed_role(&group, &options.role)?;
    acts::reorder(ctx, guild, group.id, role, options.place).await?;
    listing::shown(ctx, guild, group.id, None).await
}

/// How one role is shown, and its seats.
#[derive(Debug)]
pub(crate) struct ItemFields {
    emoji: String,
    label: String,
    description: String,
    seats: String,
}

impl Form for ItemFields {
    type Id = ItemForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            emoji: fields.text("emoji")?,
            label: fields.text("label")?,
            description: fields.text("description")?,
            seats: fields.text("seats")?,
        })
    }
}

/// The form of one role.
pub(crate) fn form(ctx: &Ctx<Autorole>, group: &Group, typed: &str) -> Result<Modal, Refused> {
    let role = typed_role(group, typed)?;
    let item = group.item(role).ok_or(Refused::NotInGroup(role))?;
    let lang = ctx.lang();
    let id = ItemForm {
        group: group.id,
        role,
    };
    let seats = item
        .seats
        .map(|seats| seats.to_string())
        .unwrap_or_default();
    Ok(Modal::new(&id, text::item_title(lang))
        .text(
            text::field_emoji(lang),
            TextField::line("emoji")
                .length(0, 100)
                .value(item.emoji.clone().unwrap_or_default())
                .optional(),
        )
        .text(
            text::field_label(lang),
            TextField::line("label")
                .length(0, 80)
                .value(&item.label)
                .optional(),
        )
        .text(
            text::field_description(lang),
            TextField::line("description")
                .length(0, 100)
                .value(&item.description)
                .optional(),
        )
        .text(
            text::field_seats(lang),
            TextField::line("seats")
                .length(0, 7)
                .value(seats)
                .optional(),
        ))
}

pub(crate) async fn submit(ctx: Ctx<Autorole>, submit: Submit<ItemFields>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let ItemForm { group, role } = submit.id;
    let form = submit.form;
    let found = commands::numbered(&ctx, guild, group).await?;
    let mut item = found.item(role).cloned().ok_or(Refused::NotInGroup(role))?;
    item.emoji = match form.emoji.as_str() {
        "" => None,
        typed => Some(usable(&ctx, guild, typed)?),
    };
    item.label = form.label;
    item.description = form.description;
    item.seats = match form.seats.as_str() {
        "" => None,
        typed => Some(read_number(typed, 1, MOST_SEATS)?),
    };
    let (hand, ranks) = (Hand::of(&ctx), own::ranks(&ctx, guild).await?);
    hand.check(&ranks, &item)?;
    acts::put(&ctx, guild, group, &[item]).await?;
    listing::shown(&ctx, guild, group, Some(text::saved(ctx.lang()))).await
}

/// A number within bounds.
pub(crate) fn read_number(typed: &str, least: u32, most: u32) -> Result<u32, Refused> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Refused::BadNumber {
            given: typed.trim().to_owned(),
            least,
            most,
        })
}
