//! All SQL of tasks. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

pub(crate) mod duties;

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use feature::Past;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use crate::import::Ready;
use crate::model::{Change, Item, Priority, State, Task};

struct Row {
    guild_id: GuildId,
    number: i32,
    description: String,
    state: String,
    reason: Option<String>,
    priority: i16,
    site: Option<i32>,
    site_name: Option<String>,
    due_at: Option<jiff_sqlx::Timestamp>,
    assignees: Vec<UserId>,
    role_id: Option<RoleId>,
    tags: Vec<String>,
    created_by: UserId,
    created_at: jiff_sqlx::Timestamp,
    closed_by: Option<UserId>,
    closed_at: Option<jiff_sqlx::Timestamp>,
    deleted_by: Option<UserId>,
    deleted_at: Option<jiff_sqlx::Timestamp>,
    channel_id: Option<ChannelId>,
    message_id: Option<MessageId>,
    source: Option<String>,
    repeat: Option<Value>,
    nth: i32,
    snoozed_until: Option<jiff_sqlx::Timestamp>,
}

/// Tasks out of what follows `select …`, where they are called `t`; what stands before it may be a `with`.
macro_rules! tasks {
    ($with:literal, $from:literal $(+ $more:literal)?, $($argument:tt)*) => {
        sqlx::query_as!(
            Row,
            $with
                + "select t.guild_id, t.number, t.description, t.state, t.reason, t.priority, t.site, t.site_name,
             t.due_at, t.assignees, t.role_id, t.tags, t.created_by, t.created_at, t.closed_by, t.closed_at,
             t.deleted_by, t.deleted_at, t.channel_id, t.message_id, t.source, t.repeat, t.nth, t.snoozed_until "
                + $from
                $(+ $more)?,
            $($argument)*
        )
    };
}

fn instant(at: Option<jiff_sqlx::Timestamp>) -> Option<Timestamp> {
    at.map(jiff_sqlx::Timestamp::to_jiff)
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self {
            guild: row.guild_id,
            number: row.number,
            description: row.description,
            state: State::of(&row.state).unwrap_or(State::Todo),
            reason: row.reason,
            priority: Priority::numbered(row.priority),
            site: row.site.zip(row.site_name),
            due: instant(row.due_at),
            assignees: row.assignees,
            role: row.role_id,
            tags: row.tags,
            items: Vec::new(),
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            closed: row.closed_by.zip(instant(row.closed_at)),
            deleted: row.deleted_by.zip(instant(row.deleted_at)),
            channel: row.channel_id,
            message: row.message_id,
            source: row.source,
            repeat: row
                .repeat
                .and_then(|rule| serde_json::from_value(rule).ok()),
            nth: u32::try_from(row.nth).unwrap_or(1),
            snoozed_until: instant(row.snoozed_until),
        }
    }
}

/// Has whoever numbers tasks of the guild wait until the transaction ends.
pub(crate) async fn lock_numbers(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into tasks.counter (guild_id, last) values ($1, 0)
         on conflict (guild_id) do update set last = counter.last",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The guild's next number; who asks at the same time waits until the transaction ends.
pub(crate) async fn next_number(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<i32> {
    take_numbers(db, guild, 1).await
}

/// The last of the guild's next numbers, so many of them.
pub(crate) async fn take_numbers(
    db: &mut PgConnection,
    guild: GuildId,
    count: i32,
) -> sqlx::Result<i32> {
    let row = sqlx::query!(
        "insert into tasks.counter (guild_id, last) values ($1, $2)
         on conflict (guild_id) do update set last = counter.last + $2 returning last",
        guild as GuildId,
        count
    )
    .fetch_one(db)
    .await?;
    Ok(row.last)
}

/// Writes a task down as it is, new or known, with its check-list.
pub(crate) async fn save(db: &mut PgConnection, task: &Task) -> sqlx::Result<()> {
    let repeat = task.repeat.as_ref().map(serde_json::to_value);
    let repeat = repeat.and_then(Result::ok);
    sqlx::query!(
        "insert into tasks.task (guild_id, number, description, state, reason, priority, site, site_name, due_at,
             assignees, role_id, tags, created_by, created_at, closed_by, closed_at, deleted_by, deleted_at,
             channel_id, message_id, source, repeat, nth, snoozed_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
             $22, $23, $24)
         on conflict on constraint task_key do update set description = excluded.description,
             state = excluded.state, reason = excluded.reason, priority = excluded.priority, site = excluded.site,
             site_name = excluded.site_name, due_at = excluded.due_at, assignees = excluded.assignees,
             role_id = excluded.role_id, tags = excluded.tags, closed_by = excluded.closed_by,
             closed_at = excluded.closed_at, deleted_by = excluded.deleted_by, deleted_at = excluded.deleted_at,
             repeat = excluded.repeat, nth = excluded.nth, snoozed_until = excluded.snoozed_until",
        task.guild as GuildId,
        task.number,
        task.description,
        task.state.word(),
        task.reason.as_deref(),
        task.priority.number(),
        task.site.as_ref().map(|(number, _)| *number),
        task.site.as_ref().map(|(_, name)| name.as_str()),
        task.due.map(Timestamp::to_sqlx) as _,
        &task.assignees as &[UserId],
        task.role as Option<RoleId>,
        &task.tags,
        task.created_by as UserId,
        task.created_at.to_sqlx() as _,
        task.closed.map(|(by, _)| by) as Option<UserId>,
        task.closed.map(|(_, at)| at.to_sqlx()) as _,
        task.deleted.map(|(by, _)| by) as Option<UserId>,
        task.deleted.map(|(_, at)| at.to_sqlx()) as _,
        task.channel as Option<ChannelId>,
        task.message as Option<MessageId>,
        task.source.as_deref(),
        repeat,
        i32::try_from(task.nth).unwrap_or(i32::MAX),
        task.snoozed_until.map(Timestamp::to_sqlx) as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.item where guild_id = $1 and number = $2",
        task.guild as GuildId,
        task.number
    )
    .execute(&mut *db)
    .await?;
    if task.items.is_empty() {
        return Ok(());
    }
    let texts: Vec<&str> = task.items.iter().map(|item| &*item.text).collect();
    let done: Vec<bool> = task.items.iter().map(|item| item.is_done).collect();
    sqlx::query!(
        "insert into tasks.item (guild_id, number, place, text, is_done)
         select $1, $2, nth::smallint, text, is_done
         from unnest($3::text[], $4::boolean[]) with ordinality as item (text, is_done, nth)",
        task.guild as GuildId,
        task.number,
        &texts as &[&str],
        &done
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down tasks that are new, with their check-lists.
pub(crate) async fn save_all(
    db: &mut PgConnection,
    guild: GuildId,
    tasks: &[Task],
) -> sqlx::Result<()> {
    let rows: Vec<Value> = tasks
        .iter()
        .map(|task| {
            json!({
                "number": task.number, "description": task.description, "state": task.state.word(),
                "reason": task.reason, "priority": task.priority.number(),
                "site": task.site.as_ref().map(|(number, _)| number),
                "site_name": task.site.as_ref().map(|(_, name)| name),
                "due_at": task.due, "assignees": ids(&task.assignees), "role_id": task.role,
                "tags": task.tags, "created_by": task.created_by, "created_at": task.created_at,
                "closed_by": task.closed.map(|(by, _)| by), "closed_at": task.closed.map(|(_, at)| at),
                "repeat": task.repeat, "nth": task.nth,
            })
        })
        .collect();
    sqlx::query!(
        "insert into tasks.task (guild_id, number, description, state, reason, priority, site, site_name, due_at,
             assignees, role_id, tags, created_by, created_at, closed_by, closed_at, repeat, nth)
         select $1, number, description, state, reason, priority, site, site_name, due_at,
             assignees, role_id, tags, created_by, created_at, closed_by, closed_at, nullif(repeat, 'null'), nth
         from jsonb_populate_recordset(null::tasks.task, $2)",
        guild as GuildId,
        Value::Array(rows)
    )
    .execute(&mut *db)
    .await?;
    let items = tasks.iter().flat_map(|task| {
        (1_i16..)
            .zip(&task.items)
            .map(|(at, item)| (task.number, at, item))
    });
    let (mut numbers, mut places, mut texts, mut done) = (vec![], vec![], vec![], vec![]);
    for (number, place, item) in items {
        numbers.push(number);
        places.push(place);
        texts.push(&*item.text);
        done.push(item.is_done);
    }
    sqlx::query!(
        "insert into tasks.item (guild_id, number, place, text, is_done)
         select $1, number, place, text, is_done
         from unnest($2::integer[], $3::smallint[], $4::text[], $5::boolean[]) as item (number, place, text, is_done)",
        guild as GuildId,
        &numbers,
        &places,
        &texts as &[&str],
        &done
    )
    .execute(db)
    .await?;
    Ok(())
}

fn ids(users: &[UserId]) -> Vec<u64> {
    users.iter().map(|user| user.get()).collect()
}

/// Writes into the history that tasks were made.
pub(crate) async fn note_made(
    db: &mut PgConnection,
    guild: GuildId,
    by: UserId,
    at: Timestamp,
    tasks: &[Task],
) -> sqlx::Result<()> {
    let numbers: Vec<i32> = tasks.iter().map(|task| task.number).collect();
    let said: Vec<&str> = tasks.iter().map(|task| &*task.description).collect();
    sqlx::query!(
        "insert into tasks.change (guild_id, number, at, by_user, what, new)
         select $1, number, $2, $3, 'created', said from unnest($4::integer[], $5::text[]) as made (number, said)",
        guild as GuildId,
        at.to_sqlx() as _,
        by as UserId,
        &numbers,
        &said as &[&str]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes changes into the history.
pub(crate) async fn note(
    db: &mut PgConnection,
    task: &Task,
    by: UserId,
    at: Timestamp,
    changes: &[Change],
) -> sqlx::Result<()> {
    let whats: Vec<&str> = changes.iter().map(|change| change.what).collect();
    let olds: Vec<Option<&str>> = changes.iter().map(|change| change.old.as_deref()).collect();
    let news: Vec<Option<&str>> = changes.iter().map(|change| change.new.as_deref()).collect();
    sqlx::query!(
        "insert into tasks.change (guild_id, number, at, by_user, what, old, new)
         select $1, $2, $3, $4, what, old, new
         from unnest($5::text[], $6::text[], $7::text[]) as change (what, old, new)",
        task.guild as GuildId,
        task.number,
        at.to_sqlx() as _,
        by as UserId,
        &whats as &[&str],
        &olds as &[Option<&str>],
        &news as &[Option<&str>]
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn with_items(
    db: &mut PgConnection,
    guild: GuildId,
    row: Option<Row>,
) -> sqlx::Result<Option<Task>> {
    let Some(row) = row else { return Ok(None) };
    let mut task = Task::from(row);
    let items = sqlx::query!(
        "select text, is_done from tasks.item where guild_id = $1 and number = $2 order by place",
        guild as GuildId,
        task.number
    )
    .fetch_all(db)
    .await?;
    task.items = items
        .into_iter()
        .map(|item| Item {
            text: item.text,
            is_done: item.is_done,
        })
        .collect();
    Ok(Some(task))
}

/// Gives tasks the check-lists that they have.
pub(crate) async fn fill_items(
    db: &mut PgConnection,
    guild: GuildId,
    tasks: &mut [Task],
) -> sqlx::Result<()> {
    let numbers: Vec<i32> = tasks.iter().map(|task| task.number).collect();
    let rows = sqlx::query!(
        "select number, text, is_done from tasks.item where guild_id = $1 and number = any ($2) order by number, place",
        guild as GuildId,
        &numbers
    )
    .fetch_all(db)
    .await?;
    let mut items: BTreeMap<i32, Vec<Item>> = BTreeMap::new();
    for row in rows {
        let (text, is_done) = (row.text, row.is_done);
        items
            .entry(row.number)
            .or_default()
            .push(Item { text, is_done });
    }
    for task in tasks {
        task.items = items.remove(&task.number).unwrap_or_default();
    }
    Ok(())
}

/// A task, deleted ones among them.
pub(crate) async fn get(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Task>> {
    let row = tasks!(
        "",
        "from tasks.task t where t.guild_id = $1 and t.number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(&mut *db)
    .await?;
    with_items(db, guild, row).await
}

/// A task, which nobody else changes until the transaction ends.
pub(crate) async fn lock(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Task>> {
    let row = tasks!(
        "",
        "from tasks.task t where t.guild_id = $1 and t.number = $2 for update",
        guild as GuildId,
        number
    )
    .fetch_optional(&mut *db)
    .await?;
    with_items(db, guild, row).await
}

/// Where the panel of a task stands now.
pub(crate) async fn set_panel(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    panel: Option<(ChannelId, MessageId)>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update tasks.task set channel_id = coalesce($3, channel_id), message_id = $4 where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        panel.map(|(channel, _)| channel) as Option<ChannelId>,
        panel.map(|(_, message)| message) as Option<MessageId>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) assignee: Option<UserId>,
    pub(crate) site: Option<i32>,
    /// None for all that are open.
    pub(crate) state: Option<State>,
    pub(crate) priority: Option<Priority>,
    /// A tag, as [`tag_hash`] tells it: a button has no room for the tag itself.
    pub(crate) tag: Option<i32>,
    pub(crate) overdue: bool,
}

/// The place of a task in a list: when it is due, how pressing it is, and its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// In microseconds since 1970; the largest number for none.
    pub(crate) due: i64,
    pub(crate) priority: i16,
    /// 0 before all tasks.
    pub(crate) number: i32,
}

impl Position {
    /// Before all tasks.
    pub(crate) const FIRST: Self = Self {
        due: i64::MIN,
        priority: 0,
        number: 0,
    };

    /// The place of a task. What is due first comes first, so what is overdue stands before all else; without a due date
    /// it comes last.
    pub(crate) fn of(task: &Task) -> Self {
        Self {
            due: task.due.map_or(i64::MAX, Timestamp::as_microsecond),
            priority: 3 - task.priority.number(),
            number: task.number,
        }
    }
}

/// By what a button carries a tag that it has no room for.
pub(crate) async fn tag_hash(db: &mut PgConnection, tag: &str) -> sqlx::Result<i32> {
    let row = sqlx::query!(r#"select hashtext($1) as "hash!""#, tag)
        .fetch_one(db)
        .await?;
    Ok(row.hash)
}

/// Tasks in the order of their places, behind one.
///
/// Pages go along an index in that order, from the place on; those of a worksite along one of their own. Somebody's are few
/// among all: they are gathered first, and put in order then.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    filter: &Filter,
    after: Position,
    now: Timestamp,
    most: i64,
) -> sqlx::Result<Vec<Task>> {
    let due = Timestamp::from_microsecond(after.due).ok();
    macro_rules! in_order {
        ($with:literal, $from:literal) => {
            tasks!(
                $with,
                $from
                    + "where t.guild_id = $1 and t.deleted_at is null and (t.closed_at is null)::integer = $2
                 and (coalesce(t.due_at, 'infinity'), 3 - t.priority, t.number)
                     > (coalesce($3, case when $5 = 0 then '-infinity' else 'infinity'::timestamptz end), $4::smallint, $5)
                 and ($6::bigint is null or t.assignees @> array[$6])
                 and ($7::integer is null or t.site = $7)
                 and ($8::text is null or t.state = $8)
                 and ($9::smallint is null or t.priority = $9)
                 and ($10::integer is null or t.tag_hashes @> array[$10])
                 and (not $11 or coalesce(t.due_at, 'infinity') <= $12)
             order by coalesce(t.due_at, 'infinity'), 3 - t.priority, t.number limit $13",
                guild as GuildId,
                i32::from(!filter.state.is_some_and(State::is_closed)),
                due.map(Timestamp::to_sqlx) as _,
                after.priority,
                after.number,
                filter.assignee as Option<UserId>,
                filter.site,
                filter.state.map(State::word),
                filter.priority.map(Priority::number),
                filter.tag,
                filter.overdue,
                now.to_sqlx() as _,
                most
            )
        };
    }
    let mut db = db.begin().await?;
    // One plan for all filters would go through all tasks for some of them.
    sqlx::query!("set local plan_cache_mode = force_custom_plan")
        .execute(&mut *db)
        .await?;
    let rows = if filter.assignee.is_some() {
        in_order!(
            "with theirs as materialized (
                 select * from tasks.task where guild_id = $1 and deleted_at is null and assignees @> array[$6::bigint]) ",
            "from theirs t "
        )
        .fetch_all(&mut *db)
        .await?
    } else {
        in_order!("", "from tasks.task t ")
            .fetch_all(&mut *db)
            .await?
    };
    db.commit().await?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// Which tasks, in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbered {
    pub(crate) assignee: Option<UserId>,
    pub(crate) site: Option<i32>,
    pub(crate) state: Option<State>,
    /// Those alone that are not over.
    pub(crate) is_open: bool,
    pub(crate) priority: Option<Priority>,
    pub(crate) tag: Option<String>,
    pub(crate) is_overdue: bool,
}

/// Tasks by number, behind one; deleted ones are left out.
pub(crate) async fn numbered(
    db: &mut PgConnection,
    guild: GuildId,
    filter: &Numbered,
    after: i32,
    now: Timestamp,
    most: i64,
) -> sqlx::Result<Vec<Task>> {
    let rows = tasks!(
        "",
        "from tasks.task t
         where t.guild_id = $1 and t.number > $2 and t.deleted_at is null
             and ($3::bigint is null or t.assignees @> array[$3])
             and ($4::integer is null or t.site = $4)
             and ($5::text is null or t.state = $5)
             and ($6::smallint is null or t.priority = $6)
             and ($7::text is null or t.tags @> array[$7])
             and (not ($8 or $9) or t.closed_at is null)
             and (not $9 or t.due_at <= $10)
         order by t.number limit $11",
        guild as GuildId,
        after,
        filter.assignee as Option<UserId>,
        filter.site,
        filter.state.map(State::word),
        filter.priority.map(Priority::number),
        filter.tag,
        filter.is_open,
        filter.is_overdue,
        now.to_sqlx() as _,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// The numbers of open tasks at a worksite, behind one.
pub(crate) async fn open_at(
    db: &mut PgConnection,
    guild: GuildId,
    site: i32,
    after: i32,
    most: i64,
) -> sqlx::Result<Vec<i32>> {
    let rows = sqlx::query!(
        "select number from tasks.task
         where guild_id = $1 and site = $2 and number > $3 and closed_at is null and deleted_at is null
         order by number limit $4",
        guild as GuildId,
        site,
        after,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Up to 25 tasks with this in their number or description; open ones, or deleted ones.
pub(crate) async fn like(
    db: &mut PgConnection,
    guild: GuildId,
    part: &str,
    is_deleted: bool,
) -> sqlx::Result<Vec<(i32, String)>> {
    let rows = sqlx::query!(
        "select number, description from tasks.task
         where guild_id = $1 and (deleted_at is not null) = $3 and ($3 or closed_at is null)
             and (strpos(number::text, $2) = 1 or strpos(lower(description), lower($2)) > 0)
         order by number desc limit 25",
        guild as GuildId,
        part,
        is_deleted
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.number, row.description))
        .collect())
}

/// The newest changes of a task.
pub(crate) async fn history(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    most: i64,
) -> sqlx::Result<Vec<Past>> {
    let rows = sqlx::query!(
        "select at, by_user, what, old, new from tasks.change where guild_id = $1 and number = $2
         order by id desc limit $3",
        guild as GuildId,
        number,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Past {
            at: row.at.to_jiff(),
            by: row.by_user,
            what: row.what,
            old: row.old,
            new: row.new,
        })
        .collect())
}

/// A reminder on its way to one reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reminder<'a> {
    pub(crate) guild: GuildId,
    /// 0 for a digest.
    pub(crate) number: i32,
    pub(crate) kind: &'a str,
    pub(crate) planned: Timestamp,
    /// A member, or a role.
    pub(crate) reader: i64,
}

impl Reminder<'_> {
    /// What Discord knows it by when it is sent once more. Somebody who is a member of two guilds is reminded of a task of
    /// each in the same channel: the guild is in it too.
    pub(crate) fn nonce(&self) -> String {
        let whole = format!(
            "{} {} {} {} {}",
            self.guild, self.number, self.kind, self.planned, self.reader
        );
        // 24 of the 25 characters that a nonce may have.
        let digest = Sha256::digest(whole);
        let (halves, _) = digest.as_chunks::<8>();
        let number = |half: usize| {
            halves
                .get(half)
                .map_or(0, |bytes| u64::from_be_bytes(*bytes))
        };
        format!("{:016x}{:08x}", number(0), number(1) >> 32)
    }
}

/// How a reminder stands that somebody takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Taken {
    /// Nobody has taken it before.
    New,
    /// It was taken, and may have been sent.
    Again,
    /// It was sent.
    Sent,
}

/// Takes a reminder to be sent.
pub(crate) async fn take_reminder(
    db: &mut PgConnection,
    reminder: Reminder<'_>,
) -> sqlx::Result<Taken> {
    let row = sqlx::query!(
        r#"with taken as (
             insert into tasks.reminder (guild_id, number, kind, planned_at, user_id) values ($1, $2, $3, $4, $5)
             on conflict do nothing
             returning user_id
         )
         select exists (select from taken) as "is_new!", exists (
             select from tasks.reminder
             where guild_id = $1 and number = $2 and kind = $3 and planned_at = $4 and user_id = $5
                 and sent_at is not null
         ) as "is_sent!""#,
        reminder.guild as GuildId,
        reminder.number,
        reminder.kind,
        reminder.planned.to_sqlx() as _,
        reminder.reader
    )
    .fetch_one(db)
    .await?;
    Ok(match (row.is_new, row.is_sent) {
        (_, true) => Taken::Sent,
        (true, false) => Taken::New,
        (false, false) => Taken::Again,
    })
}

/// A reminder is sent.
pub(crate) async fn sent(
    db: &mut PgConnection,
    reminder: Reminder<'_>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update tasks.reminder set sent_at = $6
         where guild_id = $1 and number = $2 and kind = $3 and planned_at = $4 and user_id = $5",
        reminder.guild as GuildId,
        reminder.number,
        reminder.kind,
        reminder.planned.to_sqlx() as _,
        reminder.reader,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether somebody takes no direct messages, as far as was seen since an instant.
pub(crate) async fn is_closed(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    since: Timestamp,
) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        "select user_id from tasks.closed where guild_id = $1 and user_id = $2 and since >= $3",
        guild as GuildId,
        user as UserId,
        since.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.is_some())
}

/// Notes that somebody takes no direct messages.
pub(crate) async fn close(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into tasks.closed (guild_id, user_id, since) values ($1, $2, $3)
         on conflict on constraint closed_key do update set since = excluded.since",
        guild as GuildId,
        user as UserId,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Erases tasks that were deleted long ago, and which reminders were sent long ago.
pub(crate) async fn purge(
    db: &mut PgConnection,
    deleted_before: Timestamp,
    planned_before: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from tasks.reminder where planned_at < $1",
        planned_before.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    let done = sqlx::query!(
        "delete from tasks.task where deleted_at < $1",
        deleted_before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// The lines of a file that became tasks before, or tell of tasks that are here; by their keys.
pub(crate) async fn known_lines(
    db: &mut PgConnection,
    guild: GuildId,
    lines: &[Ready],
) -> sqlx::Result<Vec<String>> {
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let numbers: Vec<Option<i32>> = lines
        .iter()
        .map(|line| line.of.map(|(number, _)| number))
        .collect();
    let made: Vec<Option<jiff_sqlx::Timestamp>> = lines
        .iter()
        .map(|line| line.of.map(|(_, at)| at.to_sqlx()))
        .collect();
    let rows = sqlx::query!(
        r#"select key as "key!" from unnest($2::text[], $3::integer[], $4::timestamptz[]) as line (key, number, made_at)
         where exists (select from tasks.imported i where i.guild_id = $1 and i.key = line.key)
             or exists (select from tasks.task t
                 where t.guild_id = $1 and t.number = line.number and t.created_at = line.made_at)"#,
        guild as GuildId,
        &keys as &[&str],
        &numbers as &[Option<i32>],
        &made as &[Option<jiff_sqlx::Timestamp>]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// Notes which lines of a file became tasks.
pub(crate) async fn note_lines(
    db: &mut PgConnection,
    guild: GuildId,
    keys: &[String],
    numbers: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into tasks.imported (guild_id, key, number)
         select $1, key, number from unnest($2::text[], $3::integer[]) as line (key, number) on conflict do nothing",
        guild as GuildId,
        keys,
        numbers
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Erases a member: who is to do tasks, who they were where they did something, and what they were sent. Answers the numbers
/// of the tasks that it touched.
pub(crate) async fn drop_member(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    nobody: UserId,
) -> sqlx::Result<Vec<i32>> {
    let rows = sqlx::query!(
        "update tasks.task set assignees = array_remove(assignees, $2::bigint),
             created_by = case when created_by = $2 then $3::bigint else created_by end,
             closed_by = case when closed_by = $2 then $3 else closed_by end,
             deleted_by = case when deleted_by = $2 then $3 else deleted_by end
         where guild_id = $1
             and ($2 = any (assignees) or created_by = $2 or closed_by = $2 or deleted_by = $2)
         returning number",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .fetch_all(&mut *db)
    .await?;
    // Who was to do a task stands in its history as ids.
    sqlx::query!(
        "update tasks.change set by_user = case when by_user = $2::bigint then $3::bigint else by_user end,
             old = case when what = 'assignees' then array_to_string(array_remove(string_to_array(old, ' '), $2::bigint::text), ' ')
                 else old end,
             new = case when what = 'assignees' then array_to_string(array_remove(string_to_array(new, ' '), $2::bigint::text), ' ')
                 else new end
         where guild_id = $1 and (by_user = $2 or (what = 'assignees'
             and ($2::bigint::text = any (string_to_array(old, ' ')) or $2::bigint::text = any (string_to_array(new, ' ')))))",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.reminder where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.closed where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Erases everything of a guild.
pub(crate) async fn drop_guild(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from tasks.reminder where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.closed where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.task where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tasks.counter where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
