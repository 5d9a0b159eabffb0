//! Routes: groups of roles for programs, by the functions that the commands use.

mod assignments;

use axum::{Json, extract::State, http::StatusCode};
use database::{ChannelId, MessageId, RoleId, UserId};
use feature::{
    Failure, Kit,
    http::{Body, GuildPath, InGuild, Page, Paging, PagingParams, Path, Path2, Problem},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Autorole,
    acts::{self, Hand, Wanted},
    error::Refused,
    items::{self, MOST_SEATS},
    model::{GroupId, LONGEST, MOST_ROLES, PER_SELECT, Rules, SHORTEST, Surface},
    own,
    store::{
        self,
        groups::{By, Group, Item, Listed},
    },
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Autorole>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, edit, delete))
        .routes(routes!(put_role, remove_role))
        .merge(assignments::routes())
}

/// A group of roles, in short.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroupLine {
    id: GroupId,
    name: String,
    /// How many roles it offers.
    roles: i64,
    /// How many of its roles are gone.
    broken: i64,
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = Option<String>)]
    message_id: Option<MessageId>,
}

impl From<Listed> for RoleGroupLine {
    fn from(listed: Listed) -> Self {
        let (channel, message) = listed.posted.unzip();
        Self {
            id: listed.id,
            name: listed.name,
            roles: listed.roles,
            broken: listed.broken,
            channel_id: channel,
            message_id: message,
        }
    }
}

/// The groups of a server, by name.
#[utoipa::path(get, path = "/v1/guilds/{guild}/role-groups", tag = "role groups", params(GuildPath, PagingParams),
    security(("key" = ["role_groups.read"])), responses((status = 200, body = Page<RoleGroupLine>)))]
async fn list(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    paging: Paging<GroupId>,
) -> Result<Json<Page<RoleGroupLine>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let groups = store::groups::list(&mut db, guild.id, "", 0, MOST).await?;
    let rows = groups.into_iter().map(RoleGroupLine::from);
    Ok(Json(paging.of_all(rows, |group| group.id)?))
}

/// How many groups are looked at; a server has a few dozen.
const MOST: i64 = 10_000;

/// A group of roles.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroup {
    id: GroupId,
    name: String,
    message: String,
    surface: RoleGroupSurface,
    button_label: String,
    button_style: i16,
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = Option<String>)]
    message_id: Option<MessageId>,
    /// How many roles a member may hold, under which conditions.
    #[schema(value_type = Object)]
    rules: Value,
    roles: Vec<RoleGroupItem>,
    #[schema(value_type = String)]
    updated_by: UserId,
}

/// A role that a group offers.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroupItem {
    #[schema(value_type = String)]
    role_id: RoleId,
    emoji: Option<String>,
    label: String,
    description: String,
    seats: Option<u32>,
    /// How many seats are taken, where they are counted.
    taken: i64,
    is_broken: bool,
}

/// A group with its roles and rules.
#[utoipa::path(get, path = "/v1/guilds/{guild}/role-groups/{group}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number")),
    security(("key" = ["role_groups.read"])), responses((status = 200, body = RoleGroup)))]
async fn show(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(group): Path<GroupId>,
) -> Result<Json<RoleGroup>, Problem> {
    shown(&kit, &guild, group).await.map(Json)
}

async fn group(kit: &Kit<Autorole>, guild: &InGuild, group: GroupId) -> Result<Group, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::groups::find(&mut db, guild.id, By::Id(group)).await?;
    found.ok_or_else(Problem::not_found)
}

async fn shown(kit: &Kit<Autorole>, guild: &InGuild, id: GroupId) -> Result<RoleGroup, Problem> {
    let group = group(kit, guild, id).await?;
    let mut db = kit.database.acquire().await?;
    let taken = store::seats::taken(&mut db, guild.id, kit.clock.now()).await?;
    drop(db);
    let taken = |role: RoleId| {
        let found = taken.iter().find(|(known, _)| *known == role);
        found.map_or(0, |(_, count)| *count)
    };
    let (channel_id, message_id) = group.posted.unzip();
    Ok(RoleGroup {
        id: group.id,
        name: group.name,
        message: group.message,
        surface: group.surface.into(),
        button_label: group.button_label,
        button_style: group.button_style,
        channel_id,
        message_id,
        rules: serde_json::to_value(&group.rules).map_err(Failure::fault)?,
        roles: group
            .items
            .into_iter()
            .map(|item| RoleGroupItem {
                role_id: item.role,
                emoji: item.emoji,
                label: item.label,
                description: item.description,
                seats: item.seats,
                taken: taken(item.role),
                is_broken: item.is_broken,
            })
            .collect(),
        updated_by: group.updated_by,
    })
}

/// How a group stands in its message: by the number of its roles, as buttons, as selects, or as one button that opens a
/// menu for the member alone.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RoleGroupSurface {
    Auto,
    Buttons,
    Selects,
    Private,
}

impl From<Surface> for RoleGroupSurface {
    fn from(surface: Surface) -> Self {
        match surface {
            Surface::Auto => Self::Auto,
            Surface::Buttons => Self::Buttons,
            Surface::Selects => Self::Selects,
            Surface::Private => Self::Private,
        }
    }
}

impl From<RoleGroupSurface> for Surface {
    fn from(surface: RoleGroupSurface) -> Self {
        match surface {
            RoleGroupSurface::Auto => Self::Auto,
            RoleGroupSurface::Buttons => Self::Buttons,
            RoleGroupSurface::Selects => Self::Selects,
            RoleGroupSurface::Private => Self::Private,
        }
    }
}

/// How a group shows a role.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct RoleGroupEntry {
    /// Unicode's, or one of the server's as `<:name:id>`.
    #[schema(max_length = 100)]
    emoji: Option<String>,
    /// Instead of the role's name.
    #[schema(max_length = 80)]
    label: Option<String>,
    /// Small print in selects.
    #[schema(max_length = 100)]
    description: Option<String>,
    /// How many members may hold it.
    #[schema(minimum = 1, maximum = 1_000_000)]
    seats: Option<i64>,
}

/// A role that a new group is to offer.
#[derive(Debug, Deserialize, ToSchema)]
struct NewRoleGroupItem {
    #[schema(value_type = String)]
    role_id: RoleId,
    /// Unicode's, or one of the server's as `<:name:id>`.
    #[schema(max_length = 100)]
    emoji: Option<String>,
    /// Instead of the role's name.
    #[schema(max_length = 80)]
    label: Option<String>,
    /// Small print in selects.
    #[schema(max_length = 100)]
    description: Option<String>,
    /// How many members may hold it.
    #[schema(minimum = 1, maximum = 1_000_000)]
    seats: Option<i64>,
}

/// A group of roles that is to be.
#[derive(Debug, Deserialize, ToSchema)]
struct NewRoleGroup {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// What stands above the menu.
    #[serde(default)]
    #[schema(max_length = 2000)]
    message: String,
    /// As a group shows them; what is not named is as usual.
    #[serde(default)]
    #[schema(value_type = Object)]
    rules: Rules,
    #[serde(default)]
    #[schema(max_items = 100)]
    roles: Vec<NewRoleGroupItem>,
}

/// An item as the command writes it, over what stands there already.
fn item(
    kit: &Kit<Autorole>,
    guild: &InGuild,
    before: Item,
    entry: RoleGroupEntry,
) -> Result<Item, Problem> {
    let RoleGroupEntry {
        emoji,
        label,
        description,
        seats,
    } = entry;
    let emoji = match emoji.as_deref().map(str::trim) {
        None => before.emoji,
        Some("") => None,
        Some(typed) => Some(
            crate::emoji::usable(&kit.cache, guild.id, typed).ok_or_else(|| {
                let refused = Refused::BadEmoji {
                    place: 1,
                    text: typed.chars().take(100).collect(),
                };
                Problem::from(refused)
            })?,
        ),
    };
    let seats = match seats {
        None => before.seats,
        Some(seats) => Some(
            u32::try_from(seats)
                .ok()
                .filter(|seats| (1..=MOST_SEATS).contains(seats))
                .ok_or_else(|| Problem::invalid("seats", "must be between 1 and 1000000"))?,
        ),
    };
    Ok(Item {
        role: before.role,
        emoji,
        label: text("label", label, 80)?.unwrap_or(before.label),
        description: text("description", description, 100)?.unwrap_or(before.description),
        seats,
        approved: before.approved,
        is_broken: before.is_broken,
    })
}

/// A text of at most so many characters.
fn text(field: &str, given: Option<String>, most: usize) -> Result<Option<String>, Problem> {
    if given
        .as_ref()
        .is_some_and(|given| given.chars().count() > most)
    {
        return Err(Problem::invalid(
            field,
            format!("must have at most {most} characters"),
        ));
    }
    Ok(given)
}

/// The bounds that the forms hold rules to. What stood in the rules before may stay, though it is gone by now.
async fn check_rules(
    kit: &Kit<Autorole>,
    guild: &InGuild,
    rules: &Rules,
    (this, before): (Option<GroupId>, &Rules),
) -> Result<(), Problem> {
    let most = u16::try_from(MOST_ROLES).unwrap_or(u16::MAX);
    for (field, given) in [("rules.min", Some(rules.min)), ("rules.max", rules.max)] {
        if given.is_some_and(|given| given > most) {
            return Err(Problem::invalid(field, format!("must be at most {most}")));
        }
    }
    if let Some(max) = rules.max
        && rules.min > max
    {
        return Err(Refused::MinAboveMax {
            min: rules.min,
            max,
        }
        .into());
    }
    let bounds = SHORTEST.as_secs()..=LONGEST.as_secs();
    for (field, given) in [
        ("rules.lasts", rules.lasts),
        ("rules.cool_down", rules.cool_down),
    ] {
        if given.is_some_and(|given| !bounds.contains(&given)) {
            let (least, most) = (bounds.start(), bounds.end());
            return Err(Problem::invalid(
                field,
                format!("must be between {least} and {most} seconds"),
            ));
        }
    }
    let ranks = own::ranks(kit, guild.id).await?;
    for (field, given, known) in [
        ("rules.any_of", &rules.any_of, &before.any_of),
        ("rules.all_of", &rules.all_of, &before.all_of),
        ("rules.none_of", &rules.none_of, &before.none_of),
    ] {
        let is_here = |role: &RoleId| known.contains(role) || ranks.roles.all.contains_key(role);
        if given.len() > PER_SELECT || !given.iter().all(is_here) {
            return Err(Problem::invalid(
                field,
                format!("must be at most {PER_SELECT} roles of this server"),
            ));
        }
    }
    let mut db = kit.database.acquire().await?;
    let groups = store::groups::list(&mut db, guild.id, "", 0, MOST).await?;
    let is_other = |group: &GroupId| {
        let is_known = before.apart_from.contains(group);
        Some(*group) != this && (is_known || groups.iter().any(|known| known.id == *group))
    };
    if rules.apart_from.len() > PER_SELECT || !rules.apart_from.iter().all(is_other) {
        return Err(Problem::invalid(
            "rules.apart_from",
            format!("must be at most {PER_SELECT} other groups of this server"),
        ));
    }
    Ok(())
}

/// Make a group, by the rules that hold for whoever made the key. `/autorole post` shows it.
#[utoipa::path(post, path = "/v1/guilds/{guild}/role-groups", tag = "role groups", params(GuildPath),
    request_body = NewRoleGroup, security(("key" = ["role_groups.write"])),
    responses((status = 201, body = RoleGroup)))]
async fn create(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Body(new): Body<NewRoleGroup>,
) -> Result<(StatusCode, Json<RoleGroup>), Problem> {
    let message = text("message", Some(new.message), 2000)?.unwrap_or_default();
    check_rules(&kit, &guild, &new.rules, (None, &Rules::default())).await?;
    let mut items: Vec<Item> = Vec::new();
    for role in new.roles {
        let entry = RoleGroupEntry {
            emoji: role.emoji,
            label: role.label,
            description: role.description,
            seats: role.seats,
        };
        if items.iter().any(|item| item.role == role.role_id) {
            return Err(Problem::invalid("roles", "must name each role once"));
        }
        items.push(item(&kit, &guild, items::plain(role.role_id, None), entry)?);
    }
    let hand = Hand::look_up(&kit, guild.id, guild.caller.acts_for).await?;
    let wanted = Wanted {
        name: &new.name,
        message: &message,
        rules: new.rules,
        items,
    };
    let group = acts::create(&kit, guild.id, &hand, wanted).await?;
    let made = shown(&kit, &guild, group).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// What is to change of a group; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
struct RoleGroupChange {
    #[schema(min_length = 1, max_length = 60)]
    name: Option<String>,
    #[schema(max_length = 2000)]
    message: Option<String>,
    surface: Option<RoleGroupSurface>,
    /// What is written on the one button of `private`.
    #[schema(max_length = 80)]
    button_label: Option<String>,
    /// Discord's number of a button's style.
    #[schema(minimum = 1, maximum = 4)]
    button_style: Option<i16>,
    /// All of them; what is not named is as usual.
    #[schema(value_type = Option<Object>)]
    rules: Option<Rules>,
}

/// Change a group; its menu follows.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/role-groups/{group}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number")),
    request_body = RoleGroupChange, security(("key" = ["role_groups.write"])),
    responses((status = 200, body = RoleGroup)))]
async fn edit(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(id): Path<GroupId>,
    Body(change): Body<RoleGroupChange>,
) -> Result<Json<RoleGroup>, Problem> {
    let before = group(&kit, &guild, id).await?;
    let message = text("message", change.message, 2000)?;
    let button_label = text("button_label", change.button_label, 80)?;
    let button_style = change.button_style;
    if button_style.is_some_and(|style| !(1..=4).contains(&style)) {
        return Err(Problem::invalid("button_style", "must be between 1 and 4"));
    }
    if let Some(rules) = &change.rules {
        check_rules(&kit, &guild, rules, (Some(id), &before.rules)).await?;
    }
    let by = guild.caller.acts_for;
    acts::change(&kit, guild.id, id, by, |group| {
        let Group {
            name: known_name,
            message: known_message,
            button_label: known_label,
            button_style: known_style,
            surface: known_surface,
            rules: known_rules,
            ..
        } = group;
        if let Some(name) = change.name {
            acts::check_name(&name)?.clone_into(known_name);
        }
        put(known_message, message);
        put(known_label, button_label);
        put(known_style, button_style);
        put(known_surface, change.surface.map(Surface::from));
        put(known_rules, change.rules);
        Ok(())
    })
    .await?;
    shown(&kit, &guild, id).await.map(Json)
}

fn put<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

/// Remove a group and its menu; members keep their roles.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/role-groups/{group}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number")),
    security(("key" = ["role_groups.write"])), responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(id): Path<GroupId>,
) -> Result<StatusCode, Problem> {
    let found = group(&kit, &guild, id).await?;
    acts::delete(&kit, &found).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a role is to stand in a group; what is not named stays as it is, or is as usual.
#[derive(Debug, Deserialize, ToSchema)]
struct RoleGroupItemChange {
    /// Unicode's, or one of the server's as `<:name:id>`; empty: none.
    #[schema(max_length = 100)]
    emoji: Option<String>,
    /// Instead of the role's name; empty: the role's name.
    #[schema(max_length = 80)]
    label: Option<String>,
    /// Small print in selects.
    #[schema(max_length = 100)]
    description: Option<String>,
    /// How many members may hold it.
    #[schema(minimum = 1, maximum = 1_000_000)]
    seats: Option<i64>,
    /// Whether as many as want may hold it, instead of `seats`.
    #[serde(default)]
    no_seats: bool,
    /// Its place among the roles, from 1; a new one comes last.
    #[schema(minimum = 1, maximum = 100)]
    place: Option<i64>,
}

/// Add a role to a group, or change how it stands there, by the rules that hold for whoever made the key.
#[utoipa::path(put, path = "/v1/guilds/{guild}/role-groups/{group}/roles/{role}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number"),
        ("role" = String, Path, description = "The role's id")),
    request_body = RoleGroupItemChange, security(("key" = ["role_groups.write"])),
    responses((status = 200, body = RoleGroup)))]
async fn put_role(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path2(id, role): Path2<GroupId, RoleId>,
    Body(change): Body<RoleGroupItemChange>,
) -> Result<Json<RoleGroup>, Problem> {
    let found = group(&kit, &guild, id).await?;
    if change
        .place
        .is_some_and(|place| !(1..=100).contains(&place))
    {
        return Err(Problem::invalid("place", "must be between 1 and 100"));
    }
    let mut before = found.item(role).cloned();
    if let Some(before) = before.as_mut().filter(|_| change.no_seats) {
        before.seats = None;
    }
    let entry = RoleGroupEntry {
        emoji: change.emoji,
        label: change.label,
        description: change.description,
        seats: change.seats.filter(|_| !change.no_seats),
    };
    let before = before.unwrap_or_else(|| items::plain(role, None));
    let item = item(&kit, &guild, before, entry)?;
    let hand = Hand::look_up(&kit, guild.id, guild.caller.acts_for).await?;
    hand.check(&own::ranks(&kit, guild.id).await?, &item)?;
    acts::put(&kit, guild.id, id, &[item]).await?;
    if let Some(place) = change.place {
        acts::reorder(&kit, guild.id, id, role, place).await?;
    }
    shown(&kit, &guild, id).await.map(Json)
}

/// Take a role out of a group; members keep it.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/role-groups/{group}/roles/{role}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number"),
        ("role" = String, Path, description = "The role's id")),
    security(("key" = ["role_groups.write"])), responses((status = 200, body = RoleGroup)))]
async fn remove_role(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path2(id, role): Path2<GroupId, RoleId>,
) -> Result<Json<RoleGroup>, Problem> {
    let found = group(&kit, &guild, id).await?;
    found.item(role).ok_or_else(Problem::not_found)?;
    acts::remove(&kit, guild.id, id, role).await?;
    shown(&kit, &guild, id).await.map(Json)
}
