//! `/autorole add`, `remove` and `reorder`: the roles of a group.

use database::{GuildId, RoleId};
use feature::{
    Button, Card, Click, Colour, Ctx, Failure, Fields, Form, Kit, Modal, Outcome, PickedRoles,
    Reply, Select, SelectKind, Submit, TextField,
};
use jobs::NewJob;
use sqlx::PgConnection;
use twilight_model::guild::Permissions;

use crate::{
    Autorole,
    commands::{self, Add, Remove, Reorder},
    emoji,
    error::Refused,
    hierarchy::{DANGEROUS, RoleProblem, Who},
    ids::{AddRoles, Approve, ItemForm},
    jobs::Survey,
    listing,
    model::{GroupId, MOST_ROLES, PER_SELECT, Surface},
    own::{self, Ranks},
    panel,
    store::{
        self,
        groups::{By, Group, Item},
    },
    text,
};

/// The most seats of a role.
const MOST_SEATS: u32 = 1_000_000;

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

/// Refuses a role that the bot can not hand out, or that this member must not have it hand out.
pub(crate) fn check(ctx: &Ctx<Autorole>, ranks: &Ranks, item: &Item) -> Result<(), Refused> {
    let member = &ctx.scene.member;
    let who = Who {
        user: member.id,
        roles: &member.roles,
    };
    match ranks
        .roles
        .problem_for(who, item.role, &ranks.bot, item.approved)
    {
        None => Ok(()),
        Some(problem) => Err(Refused::BadRole {
            role: item.role,
            problem,
        }),
    }
}

/// Writes items into a group, as many as it holds, and has its message and its seats follow.
async fn put(ctx: &Ctx<Autorole>, guild: GuildId, group: GroupId, items: &[Item]) -> Outcome<()> {
    let mut transaction = ctx.database.begin().await?;
    store::groups::lock(&mut transaction, guild, group).await?;
    let found = store::groups::find(&mut transaction, guild, By::Id(group)).await?;
    let found = found.ok_or_else(|| Refused::NoGroup(String::new()))?;
    let new = items.iter().filter(|item| found.item(item.role).is_none());
    let count = found.items.len() + new.count();
    if count > MOST_ROLES {
        return Err(Refused::TooManyRoles(count).into());
    }
    if found.surface == Surface::Buttons && count > PER_SELECT {
        return Err(Refused::TooManyButtons(count).into());
    }
    store::groups::put_items(&mut transaction, guild, group, items).await?;
    changed(ctx, &mut transaction, guild, group).await?;
    transaction.commit().await?;
    Ok(())
}

/// What follows from a change of a group's items: its message, and the seats.
pub(crate) async fn changed(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
) -> Outcome<()> {
    panel::refresh_soon(kit, db, guild, group).await?;
    if store::seats::sync_roles(db, guild).await? {
        let job = NewJob::new(&Survey { guild })
            .map_err(Failure::fault)?
            .key(guild.to_string());
        kit.jobs.enqueue(db, job).await?;
    }
    Ok(())
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
    let ranks = own::ranks(ctx, guild).await?;
    match check(ctx, &ranks, &item) {
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
    put(ctx, guild, group.id, &[item]).await?;
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
    let ranks = own::ranks(&ctx, guild).await?;
    let new = picked
        .values
        .iter()
        .filter(|role| group.item(**role).is_none_or(|item| item.is_broken));
    let items: Vec<Item> = new.map(|role| plain(*role, None)).collect();
    for item in &items {
        check(&ctx, &ranks, item)?;
    }
    put(&ctx, guild, group.id, &items).await?;
    let note = text::added(ctx.lang(), &picked.values);
    listing::shown(&ctx, guild, group.id, Some(note)).await
}

pub(crate) async fn approve(ctx: Ctx<Autorole>, click: Click<Approve>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, click.group).await?;
    let ranks = own::ranks(&ctx, guild).await?;
    if ctx.user() != ranks.roles.owner {
        return Err(Refused::OwnerOnly.into());
    }
    let mut item = group
        .item(click.role)
        .cloned()
        .unwrap_or_else(|| plain(click.role, None));
    let role = ranks.roles.all.get(&click.role);
    item.approved = role.map_or(Permissions::empty(), |role| role.permissions & DANGEROUS);
    check(&ctx, &ranks, &item)?;
    put(&ctx, guild, group.id, &[item]).await?;
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
    let mut transaction = ctx.database.begin().await?;
    store::groups::lock(&mut transaction, guild, group.id).await?;
    if !store::groups::remove_item(&mut transaction, guild, group.id, role).await? {
        return Err(Refused::NotInGroup(role).into());
    }
    changed(ctx, &mut transaction, guild, group.id).await?;
    transaction.commit().await?;
    let note = text::removed(ctx.lang(), role);
    listing::shown(ctx, guild, group.id, Some(note)).await
}

pub(crate) async fn reorder(ctx: &Ctx<Autorole>, options: Reorder) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let role = typed_role(&group, &options.role)?;
    let mut transaction = ctx.database.begin().await?;
    store::groups::lock(&mut transaction, guild, group.id).await?;
    let found = store::groups::find(&mut transaction, guild, By::Id(group.id)).await?;
    let found = found.ok_or_else(|| Refused::NoGroup(options.group.clone()))?;
    let mut order: Vec<RoleId> = found
        .items
        .iter()
        .map(|item| item.role)
        .filter(|other| *other != role)
        .collect();
    let place = usize::try_from(options.place)
        .unwrap_or(1)
        .clamp(1, order.len() + 1);
    order.insert(place - 1, role);
    store::groups::order_items(&mut transaction, guild, group.id, &order).await?;
    changed(ctx, &mut transaction, guild, group.id).await?;
    transaction.commit().await?;
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
    let ranks = own::ranks(&ctx, guild).await?;
    check(&ctx, &ranks, &item)?;
    put(&ctx, guild, group, &[item]).await?;
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
