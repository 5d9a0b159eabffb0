//! Groups, their items and where they are posted.

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use twilight_model::guild::Permissions;

use crate::model::{GroupId, Rules, Surface};

/// A group as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// The guild.
    pub guild: GuildId,
    /// The number under which a replaced system knew it.
    pub legacy_id: Option<i64>,
    /// Its name.
    pub name: String,
    /// What stands above the menu.
    pub message: String,
    /// What is written on its one button.
    pub button_label: String,
    /// Discord's number of the buttons' style.
    pub button_style: i16,
    /// How it is shown.
    pub surface: Surface,
    /// Its rules.
    pub rules: Rules,
    /// Where it is posted.
    pub posted: Option<(ChannelId, MessageId)>,
    /// Whether that message is its own.
    pub is_own_message: bool,
    /// A digest of what was shown last.
    pub shown: Option<i64>,
    /// Who changed it last.
    pub updated_by: UserId,
    /// Its roles, in order.
    pub items: Vec<Item>,
}

/// A role that a group offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The role.
    pub role: RoleId,
    /// Unicode, or Discord's `<:name:id>`.
    pub emoji: Option<String>,
    /// What is shown instead of the role's name.
    pub label: String,
    /// Small print in selects.
    pub description: String,
    /// How many may hold it.
    pub seats: Option<u32>,
    /// The dangerous permissions to which the owner agreed.
    pub approved: Permissions,
    /// Whether the role is gone.
    pub is_broken: bool,
}

impl Group {
    /// The roles that are shown.
    pub fn visible(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.is_broken)
    }

    /// The item of a role.
    pub fn item(&self, role: RoleId) -> Option<&Item> {
        self.items.iter().find(|item| item.role == role)
    }
}

/// How a group is looked for.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// By its number.
    Id(GroupId),
    /// By the number that a replaced system gave it.
    Legacy(i64),
    /// By its name, whatever the case.
    Name(&'a str),
}

/// A new group.
#[derive(Clone, Debug, Default)]
pub struct NewGroup<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands above the menu.
    pub message: &'a str,
    /// Its rules.
    pub rules: Rules,
    /// The number under which a replaced system knew it.
    pub legacy_id: Option<i64>,
}

/// Makes a group; `None` when the guild has one of this name.
///
/// # Errors
///
/// What the database said.
pub async fn create(
    db: &mut PgConnection,
    guild: GuildId,
    new: &NewGroup<'_>,
    by: UserId,
    now: Timestamp,
) -> sqlx::Result<Option<GroupId>> {
    let rules = json(&new.rules);
    sqlx::query_scalar!(
        "insert into autorole.role_group (guild_id, legacy_id, name, name_key, message, rules, updated_by, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint role_group_name do nothing
         returning id",
        guild as GuildId,
        new.legacy_id,
        new.name,
        key(new.name),
        new.message,
        rules,
        by as UserId,
        now.to_sqlx()
    )
    .fetch_optional(db)
    .await
}

/// A name without its case. Postgres would do it by the locale of the database, which may know ASCII only.
fn key(name: &str) -> String {
    name.to_lowercase()
}

fn json(rules: &Rules) -> Value {
    serde_json::to_value(rules).expect("rules are plain fields")
}

/// A group with its items.
///
/// # Errors
///
/// What the database said.
pub async fn find(
    db: &mut PgConnection,
    guild: GuildId,
    by: By<'_>,
) -> sqlx::Result<Option<Group>> {
    let (id, legacy, name) = match by {
        By::Id(id) => (Some(id), None, None),
        By::Legacy(id) => (None, Some(id), None),
        By::Name(name) => (None, None, Some(key(name))),
    };
    let Some(row) = sqlx::query!(
        r#"select id, legacy_id, name, message, button_label, button_style, surface, rules as "rules: Json<Rules>",
                  channel_id, message_id, is_own_message, shown, updated_by
           from autorole.role_group
           where guild_id = $1 and (id = $2 or legacy_id = $3 or name_key = $4)"#,
        guild as GuildId,
        id,
        legacy,
        name
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let items = items(db, guild, row.id).await?;
    Ok(Some(Group {
        id: row.id,
        guild,
        legacy_id: row.legacy_id,
        name: row.name,
        message: row.message,
        button_label: row.button_label,
        button_style: row.button_style,
        surface: Surface::from_word(&row.surface).unwrap_or_default(),
        rules: row.rules.0,
        posted: row.channel_id.zip(row.message_id),
        is_own_message: row.is_own_message,
        shown: row.shown,
        updated_by: row.updated_by,
        items,
    }))
}

async fn items(db: &mut PgConnection, guild: GuildId, group: GroupId) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"select role_id, emoji, label, description, seats, approved, broken_at is not null as "is_broken!"
           from autorole.item where guild_id = $1 and group_id = $2 order by position, role_id"#,
        guild as GuildId,
        group
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Item {
            role: row.role_id,
            emoji: row.emoji,
            label: row.label,
            description: row.description,
            seats: row.seats.and_then(|seats| u32::try_from(seats).ok()),
            approved: Permissions::from_bits_truncate(row.approved.cast_unsigned()),
            is_broken: row.is_broken,
        })
        .collect())
}

/// Locks a group for the rest of the transaction, so that two changes follow each other.
///
/// # Errors
///
/// What the database said.
pub async fn lock(db: &mut PgConnection, guild: GuildId, group: GroupId) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!(
        "select id from autorole.role_group where guild_id = $1 and id = $2 for update",
        guild as GuildId,
        group
    )
    .fetch_optional(db)
    .await?;
    Ok(row.is_some())
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its number.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// How many roles it offers.
    pub roles: i64,
    /// How many of its roles are gone.
    pub broken: i64,
    /// Where it is posted.
    pub posted: Option<(ChannelId, MessageId)>,
}

/// The groups of a guild by name, those whose name holds `part`: at most `limit`, after the first `skip`.
///
/// # Errors
///
/// What the database said.
pub async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    part: &str,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select g.id, g.name, g.channel_id, g.message_id,
                  count(i.role_id) filter (where i.broken_at is null) as "roles!",
                  count(i.role_id) filter (where i.broken_at is not null) as "broken!"
           from autorole.role_group g
           left join autorole.item i on i.guild_id = g.guild_id and i.group_id = g.id
           where g.guild_id = $1 and position($2::text in g.name_key) > 0
           group by g.guild_id, g.id
           order by g.name_key
           offset $3 limit $4"#,
        guild as GuildId,
        key(part),
        skip,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            id: row.id,
            name: row.name,
            roles: row.roles,
            broken: row.broken,
            posted: row.channel_id.zip(row.message_id),
        })
        .collect())
}

/// The channels where the groups of a guild are posted.
///
/// # Errors
///
/// What the database said.
pub async fn posted_in(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<ChannelId>> {
    sqlx::query_scalar!(
        r#"select distinct channel_id as "channel_id!: ChannelId" from autorole.role_group
           where guild_id = $1 and channel_id is not null
           order by 1"#,
        guild as GuildId
    )
    .fetch_all(db)
    .await
}

/// The roles that the groups of a guild offer.
///
/// # Errors
///
/// What the database said.
pub async fn offered(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<RoleId>> {
    sqlx::query_scalar!(
        "select distinct role_id from autorole.item where guild_id = $1 and broken_at is null order by 1",
        guild as GuildId
    )
    .fetch_all(db)
    .await
}

/// What of a group can be edited.
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands above the menu.
    pub message: &'a str,
    /// What is written on its one button.
    pub button_label: &'a str,
    /// Discord's number of the buttons' style.
    pub button_style: i16,
    /// How it is shown.
    pub surface: Surface,
    /// Its rules.
    pub rules: &'a Rules,
}

/// Writes a group; false when another has that name.
///
/// # Errors
///
/// What the database said.
pub async fn update(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    edit: &Edit<'_>,
    by: UserId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let written = sqlx::query!(
        "update autorole.role_group set name = $3, name_key = $11, message = $4, button_label = $5, button_style = $6,
                surface = $7, rules = $8, updated_by = $9, updated_at = $10
         where guild_id = $1 and id = $2",
        guild as GuildId,
        group,
        edit.name,
        edit.message,
        edit.button_label,
        edit.button_style,
        edit.surface.word(),
        json(edit.rules),
        by as UserId,
        now.to_sqlx(),
        key(edit.name)
    )
    .execute(db)
    .await;
    match written {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("role_group_name") => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Removes a group.
///
/// # Errors
///
/// What the database said.
pub async fn delete(db: &mut PgConnection, guild: GuildId, group: GroupId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.role_group where guild_id = $1 and id = $2",
        guild as GuildId,
        group
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds items at the end of a group, or changes them in their places. A role may be named once.
///
/// # Errors
///
/// What the database said.
pub async fn put_items(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    items: &[Item],
) -> sqlx::Result<()> {
    let roles: Vec<RoleId> = items.iter().map(|item| item.role).collect();
    let emojis: Vec<Option<String>> = items.iter().map(|item| item.emoji.clone()).collect();
    let labels: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
    let descriptions: Vec<String> = items.iter().map(|item| item.description.clone()).collect();
    let seats: Vec<Option<i32>> = items
        .iter()
        .map(|item| item.seats.and_then(|seats| i32::try_from(seats).ok()))
        .collect();
    let approved: Vec<i64> = items
        .iter()
        .map(|item| item.approved.bits().cast_signed())
        .collect();
    sqlx::query!(
        "insert into autorole.item
             (guild_id, group_id, role_id, position, emoji, label, description, seats, approved)
         select $1, $2, listed.role_id,
                listed.place::integer
                    + (select coalesce(max(position), 0) from autorole.item where guild_id = $1 and group_id = $2),
                listed.emoji, listed.label, listed.description, listed.seats, listed.approved
         from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bigint[])
              with ordinality
              as listed (role_id, emoji, label, description, seats, approved, place)
         on conflict on constraint item_pkey
         do update set emoji = excluded.emoji, label = excluded.label, description = excluded.description,
                       seats = excluded.seats, approved = excluded.approved,
                       broken_at = null, told_at = null",
        guild as GuildId,
        group,
        &roles as &[RoleId],
        &emojis as &[Option<String>],
        &labels,
        &descriptions,
        &seats as &[Option<i32>],
        &approved
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes an item; false when the group has none of this role.
///
/// # Errors
///
/// What the database said.
pub async fn remove_item(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    role: RoleId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from autorole.item where guild_id = $1 and group_id = $2 and role_id = $3",
        guild as GuildId,
        group,
        role as RoleId
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts the items of a group into this order.
///
/// # Errors
///
/// What the database said.
pub async fn order_items(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    roles: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.item set position = ordered.place
         from unnest($3::bigint[]) with ordinality as ordered (role_id, place)
         where item.guild_id = $1 and item.group_id = $2 and item.role_id = ordered.role_id",
        guild as GuildId,
        group,
        roles as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes what the posted message shows.
///
/// # Errors
///
/// What the database said.
pub async fn note_shown(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    shown: Option<i64>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.role_group set shown = $3 where guild_id = $1 and id = $2",
        guild as GuildId,
        group,
        shown
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes where a group is posted.
///
/// # Errors
///
/// What the database said.
pub async fn note_posted(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    (channel, message): (ChannelId, MessageId),
    is_own_message: bool,
    shown: Option<i64>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.role_group set channel_id = $3, message_id = $4, is_own_message = $5, shown = $6
         where guild_id = $1 and id = $2",
        guild as GuildId,
        group,
        channel as ChannelId,
        message as MessageId,
        is_own_message,
        shown
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets messages that are gone: their groups are not posted any more.
///
/// # Errors
///
/// What the database said.
pub async fn forget_messages(
    db: &mut PgConnection,
    guild: GuildId,
    messages: &[MessageId],
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update autorole.role_group set channel_id = null, message_id = null, shown = null
         where guild_id = $1 and message_id = any($2)",
        guild as GuildId,
        messages as &[MessageId]
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// As [`forget_messages`], for all messages of a channel.
///
/// # Errors
///
/// What the database said.
pub async fn forget_channel(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.role_group set channel_id = null, message_id = null, shown = null
         where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        channel as ChannelId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks the items whose role is gone, and mends those whose role is there after all: `known` are all roles of the
/// guild. Answers the groups that change on the screen.
///
/// # Errors
///
/// What the database said.
pub async fn mark_broken(
    db: &mut PgConnection,
    guild: GuildId,
    known: &[RoleId],
    now: Timestamp,
) -> sqlx::Result<Vec<GroupId>> {
    sqlx::query_scalar!(
        r#"with changed as (
               update autorole.item
               set broken_at = case when role_id = any($2) then null else $3::timestamptz end,
                   told_at = case when role_id = any($2) then null else told_at end
               where guild_id = $1 and (broken_at is null) <> (role_id = any($2))
               returning group_id
           )
           select distinct group_id as "group_id!" from changed"#,
        guild as GuildId,
        known as &[RoleId],
        now.to_sqlx()
    )
    .fetch_all(db)
    .await
}

/// Marks the items of one role that is gone. Answers the groups that change on the screen.
///
/// # Errors
///
/// What the database said.
pub async fn mark_role_gone(
    db: &mut PgConnection,
    guild: GuildId,
    role: RoleId,
    now: Timestamp,
) -> sqlx::Result<Vec<GroupId>> {
    sqlx::query_scalar!(
        "update autorole.item set broken_at = $3 where guild_id = $1 and role_id = $2 and broken_at is null
         returning group_id",
        guild as GuildId,
        role as RoleId,
        now.to_sqlx()
    )
    .fetch_all(db)
    .await
}

/// An item whose role is gone, for the staff.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The group.
    pub group: String,
    /// The role.
    pub role: RoleId,
    /// Who changed the group last.
    pub updated_by: UserId,
}

/// The broken items about which the staff was not told.
///
/// # Errors
///
/// What the database said.
pub async fn untold(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Broken>> {
    let rows = sqlx::query!(
        "select g.name, i.role_id, g.updated_by
         from autorole.item i
         join autorole.role_group g on g.guild_id = i.guild_id and g.id = i.group_id
         where i.guild_id = $1 and i.broken_at is not null and i.told_at is null
         order by g.name_key, i.position",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Broken {
            group: row.name,
            role: row.role_id,
            updated_by: row.updated_by,
        })
        .collect())
}

/// Notes that the staff was told about these roles.
///
/// # Errors
///
/// What the database said.
pub async fn note_told(
    db: &mut PgConnection,
    guild: GuildId,
    roles: &[RoleId],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.item set told_at = $3
         where guild_id = $1 and role_id = any($2) and broken_at is not null",
        guild as GuildId,
        roles as &[RoleId],
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The posted groups that show one of these roles (all of the guild with `None`).
///
/// # Errors
///
/// What the database said.
pub async fn posted_with(
    db: &mut PgConnection,
    guild: GuildId,
    role: Option<RoleId>,
) -> sqlx::Result<Vec<GroupId>> {
    sqlx::query_scalar!(
        "select id from autorole.role_group g
         where guild_id = $1 and message_id is not null
           and ($2::bigint is null or exists (
               select from autorole.item i
               where i.guild_id = g.guild_id and i.group_id = g.id and i.role_id = $2))",
        guild as GuildId,
        role as Option<RoleId>
    )
    .fetch_all(db)
    .await
}

/// Names and roles of the groups that exclude a group: those that it names, and those that name it.
///
/// # Errors
///
/// What the database said.
pub async fn others(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    named: &[GroupId],
) -> sqlx::Result<Vec<crate::model::Other>> {
    let rows = sqlx::query!(
        r#"select g.name, array_agg(i.role_id) as "roles!: Vec<RoleId>"
           from autorole.role_group g
           join autorole.item i on i.guild_id = g.guild_id and i.group_id = g.id
           where g.guild_id = $1 and g.id <> $3
             and (g.id = any($2) or g.rules -> 'apart_from' @> to_jsonb($3::bigint))
           group by g.guild_id, g.id order by g.name_key"#,
        guild as GuildId,
        named,
        group
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| crate::model::Other {
            name: row.name,
            roles: row.roles,
        })
        .collect())
}
