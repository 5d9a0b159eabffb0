//! Entries and their history.

use database::{ChannelId, GuildId, MessageId, UserId};
use feature::Past;
use jiff::{Timestamp, civil::DateTime};
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::{Change, Entry, Kind, Span, State};

struct Row {
    guild_id: GuildId,
    number: i32,
    kind: String,
    state: String,
    people: Vec<UserId>,
    site: Option<i32>,
    site_name: Option<String>,
    starts: jiff_sqlx::DateTime,
    ends: jiff_sqlx::DateTime,
    is_days: bool,
    note: Option<String>,
    repeat: Option<Value>,
    except_days: Value,
    reason: Option<String>,
    version: i32,
    created_by: UserId,
    created_at: jiff_sqlx::Timestamp,
    changed_at: jiff_sqlx::Timestamp,
    decided_by: Option<UserId>,
    decided_at: Option<jiff_sqlx::Timestamp>,
    deleted_by: Option<UserId>,
    deleted_at: Option<jiff_sqlx::Timestamp>,
    channel_id: Option<ChannelId>,
    message_id: Option<MessageId>,
}

fn at(at: Option<jiff_sqlx::Timestamp>) -> Option<Timestamp> {
    at.map(jiff_sqlx::Timestamp::to_jiff)
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let repeat = row
            .repeat
            .and_then(|rule| serde_json::from_value(rule).ok());
        Self {
            guild: row.guild_id,
            number: row.number,
            kind: Kind::of(&row.kind).unwrap_or(Kind::Other),
            state: State::of(&row.state).unwrap_or(State::Pending),
            people: row.people,
            site: row.site.zip(row.site_name),
            span: Span {
                start: row.starts.to_jiff(),
                end: row.ends.to_jiff(),
                is_days: row.is_days,
            },
            note: row.note,
            repeat,
            except: serde_json::from_value(row.except_days).unwrap_or_default(),
            reason: row.reason,
            version: row.version,
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            changed_at: row.changed_at.to_jiff(),
            decided: row.decided_by.zip(at(row.decided_at)),
            deleted: row.deleted_by.zip(at(row.deleted_at)),
            channel: row.channel_id,
            message: row.message_id,
        }
    }
}

/// Has whoever changes the plan of this guild meanwhile wait until the transaction ends: two who plan the same person at
/// once must see each other.
pub(crate) async fn lock_plan(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('planning', $1))",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The guild's next number.
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
        "insert into planning.counter (guild_id, last) values ($1, $2)
         on conflict (guild_id) do update set last = counter.last + $2 returning last",
        guild as GuildId,
        count
    )
    .fetch_one(db)
    .await?;
    Ok(row.last)
}

/// Writes an entry down as it is, new or known.
pub(crate) async fn save(db: &mut PgConnection, entry: &Entry) -> sqlx::Result<()> {
    let repeat = entry.repeat.as_ref().map(serde_json::to_value);
    let repeat = repeat.and_then(Result::ok);
    let except = serde_json::to_value(&entry.except).unwrap_or_else(|_| Value::Array(Vec::new()));
    sqlx::query!(
        "insert into planning.entry (guild_id, number, kind, state, people, site, site_name, starts, ends, is_days,
             note, repeat, except_days, last_end, reason, version, created_by, created_at, changed_at, decided_by,
             decided_at, deleted_by, deleted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
         on conflict on constraint entry_key do update set kind = excluded.kind, state = excluded.state,
             people = excluded.people, site = excluded.site, site_name = excluded.site_name, starts = excluded.starts,
             ends = excluded.ends, is_days = excluded.is_days, note = excluded.note, repeat = excluded.repeat,
             except_days = excluded.except_days, last_end = excluded.last_end, reason = excluded.reason,
             version = excluded.version, changed_at = excluded.changed_at, decided_by = excluded.decided_by,
             decided_at = excluded.decided_at, deleted_by = excluded.deleted_by, deleted_at = excluded.deleted_at",
        entry.guild as GuildId,
        entry.number,
        entry.kind.word(),
        entry.state.word(),
        &entry.people as &[UserId],
        entry.site.as_ref().map(|(number, _)| *number),
        entry.site.as_ref().map(|(_, name)| name.as_str()),
        entry.span.start.to_sqlx() as _,
        entry.span.end.to_sqlx() as _,
        entry.span.is_days,
        entry.note.as_deref(),
        repeat,
        except,
        entry.last_end().map(DateTime::to_sqlx) as _,
        entry.reason.as_deref(),
        entry.version,
        entry.created_by as UserId,
        entry.created_at.to_sqlx() as _,
        entry.changed_at.to_sqlx() as _,
        entry.decided.map(|(by, _)| by) as Option<UserId>,
        entry.decided.map(|(_, at)| at.to_sqlx()) as _,
        entry.deleted.map(|(by, _)| by) as Option<UserId>,
        entry.deleted.map(|(_, at)| at.to_sqlx()) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes who is in an entry no more.
pub(crate) async fn part_with(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    people: &[UserId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update planning.entry set former = (
             select coalesce(array_agg(distinct person), '{}') from unnest(former || $3::bigint[]) as person
             where person <> all (people))
         where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        people as &[UserId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a calendar shows: what is planned and not over, and for a while what is off.
pub(crate) async fn of_feed(
    db: &mut PgConnection,
    guild: GuildId,
    of: (Option<&[UserId]>, Option<i32>),
    over_before: DateTime,
    off_since: Timestamp,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, kind, state, people, site, site_name, starts, ends, is_days, note, repeat, except_days,
             reason, version, created_by, created_at, changed_at, decided_by, decided_at, deleted_by, deleted_at,
             channel_id, message_id
         from planning.entry
         where guild_id = $1
             and ($2::bigint[] is null or people && $2 or (former && $2 and changed_at > $5))
             and ($3::integer is null or site = $3) and (last_end is null or last_end > $4)
             and ((state = 'approved' and deleted_at is null) or (version > 0 and changed_at > $5))
         order by number limit 5000",
        guild as GuildId,
        of.0 as Option<&[UserId]>,
        of.1,
        over_before.to_sqlx() as _,
        off_since.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// Writes changes into the history.
pub(crate) async fn note(
    db: &mut PgConnection,
    entry: &Entry,
    by: UserId,
    at: Timestamp,
    changes: &[Change],
) -> sqlx::Result<()> {
    let whats: Vec<&str> = changes.iter().map(|change| change.what).collect();
    let olds: Vec<Option<&str>> = changes.iter().map(|change| change.old.as_deref()).collect();
    let news: Vec<Option<&str>> = changes.iter().map(|change| change.new.as_deref()).collect();
    sqlx::query!(
        "insert into planning.change (guild_id, number, at, by_user, what, old, new)
         select $1, $2, $3, $4, what, old, new
         from unnest($5::text[], $6::text[], $7::text[]) as change (what, old, new)",
        entry.guild as GuildId,
        entry.number,
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

/// An entry, deleted ones among them.
pub(crate) async fn get(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        "select guild_id, number, kind, state, people, site, site_name, starts, ends, is_days, note, repeat, except_days,
             reason, version, created_by, created_at, changed_at, decided_by, decided_at, deleted_by, deleted_at,
             channel_id, message_id
         from planning.entry where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Entry::from))
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Of one of these; of everybody where there is none.
    pub(crate) people: Vec<UserId>,
    pub(crate) site: Option<i32>,
    pub(crate) kind: Option<Kind>,
    pub(crate) state: Option<State>,
    /// That are not over then.
    pub(crate) from: Option<DateTime>,
    /// That begin before.
    pub(crate) to: Option<DateTime>,
}

/// Entries by number, behind one; deleted ones are left out. Of what comes again it is looked at from the first time to
/// the last.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    filter: &Filter,
    after: i32,
    most: i64,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, kind, state, people, site, site_name, starts, ends, is_days, note, repeat, except_days,
             reason, version, created_by, created_at, changed_at, decided_by, decided_at, deleted_by, deleted_at,
             channel_id, message_id
         from planning.entry
         where guild_id = $1 and number > $2 and deleted_at is null
             and (cardinality($3::bigint[]) = 0 or people && $3)
             and ($4::integer is null or site = $4)
             and ($5::text is null or kind = $5)
             and ($6::text is null or state = $6)
             and ($7::timestamp is null or last_end is null or last_end > $7)
             and ($8::timestamp is null or starts < $8)
         order by number limit $9",
        guild as GuildId,
        after,
        &filter.people as &[UserId],
        filter.site,
        filter.kind.map(Kind::word),
        filter.state.map(State::word),
        filter.from.map(DateTime::to_sqlx) as _,
        filter.to.map(DateTime::to_sqlx) as _,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// Up to 25 entries with this in their number, worksite, note or the name of somebody in it, those that end last first.
pub(crate) async fn like(
    db: &mut PgConnection,
    guild: GuildId,
    part: &str,
    of: Option<UserId>,
    is_pending: bool,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, kind, state, people, site, site_name, starts, ends, is_days, note, repeat, except_days,
             reason, version, created_by, created_at, changed_at, decided_by, decided_at, deleted_by, deleted_at,
             channel_id, message_id
         from planning.entry e
         where guild_id = $1 and deleted_at is null
             and ($3::bigint is null or $3 = any (people)) and (not $4 or state = 'pending')
             and (strpos(number::text, $2) = 1 or strpos(lower(coalesce(site_name, '')), lower($2)) > 0
                 or strpos(lower(coalesce(note, '')), lower($2)) > 0
                 or exists (select from planning.person p where p.guild_id = e.guild_id and p.user_id = any (e.people)
                     and strpos(lower(p.name), lower($2)) > 0))
         order by coalesce(last_end, 'infinity') desc, number desc limit 25",
        guild as GuildId,
        part,
        of as Option<UserId>,
        is_pending
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The newest changes of an entry.
pub(crate) async fn history(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    most: i64,
) -> sqlx::Result<Vec<Past>> {
    let rows = sqlx::query!(
        "select at, by_user, what, old, new from planning.change where guild_id = $1 and number = $2
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

/// Where who decides about an entry is asked.
pub(crate) async fn set_card(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    channel: ChannelId,
    message: MessageId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update planning.entry set channel_id = $3, message_id = $4 where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        channel as ChannelId,
        message as MessageId
    )
    .execute(db)
    .await?;
    Ok(())
}
