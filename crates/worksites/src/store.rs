//! All SQL of this feature. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{ChannelId, GuildId, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::Worksite;

#[derive(Debug)]
struct Row {
    guild_id: GuildId,
    number: i32,
    name: String,
    slug: String,
    address: Option<String>,
    lead_id: Option<UserId>,
    colour: i32,
    channel_id: Option<ChannelId>,
    made_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
    archived_name: Option<String>,
    is_settled: bool,
    tries: i16,
}

// The checks of the table keep every number in range.
impl From<Row> for Worksite {
    fn from(row: Row) -> Self {
        Self {
            guild: row.guild_id,
            number: row.number,
            name: row.name,
            slug: row.slug,
            address: row.address,
            lead: row.lead_id,
            colour: u32::try_from(row.colour).unwrap_or_default(),
            channel: row.channel_id,
            made_at: row.made_at.to_jiff(),
            archived_at: row.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
            archived_name: row.archived_name,
            is_settled: row.is_settled,
            tries: u16::try_from(row.tries).unwrap_or_default(),
        }
    }
}

/// A worksite that is to be.
#[derive(Clone, Debug)]
pub(crate) struct New<'a> {
    pub(crate) name: &'a str,
    pub(crate) slug: &'a str,
    pub(crate) address: Option<&'a str>,
    pub(crate) lead: Option<UserId>,
    pub(crate) colour: u32,
    pub(crate) by: UserId,
}

/// Writes a worksite down, with the guild's next number; `None` when an open one has that name already.
///
/// Waits for whoever is doing the same in this guild; to be used in a transaction.
pub(crate) async fn add(
    db: &mut PgConnection,
    guild: GuildId,
    new: &New<'_>,
    now: Timestamp,
) -> sqlx::Result<Option<Worksite>> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('worksites', $1))",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let row = sqlx::query_as!(
        Row,
        "insert into worksites.worksite (guild_id, number, name, slug, address, lead_id, colour, made_by, made_at)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8
         from worksites.worksite where guild_id = $1
         on conflict do nothing
         returning guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries",
        guild as GuildId,
        new.name,
        new.slug,
        new.address,
        new.lead as Option<UserId>,
        i32::try_from(new.colour).unwrap_or_default(),
        new.by as UserId,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Worksite::from))
}

/// A worksite by its number.
pub(crate) async fn get(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Worksite>> {
    let row = sqlx::query_as!(
        Row,
        "select guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries
         from worksites.worksite where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Worksite::from))
}

/// The open worksite of this name.
pub(crate) async fn named(
    db: &mut PgConnection,
    guild: GuildId,
    slug: &str,
) -> sqlx::Result<Option<Worksite>> {
    let row = sqlx::query_as!(
        Row,
        "select guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries
         from worksites.worksite where guild_id = $1 and slug = $2 and archived_at is null",
        guild as GuildId,
        slug
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Worksite::from))
}

/// The worksites with one of these numbers, or one of these names; open ones first, then the newest.
pub(crate) async fn any(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
    slugs: &[String],
) -> sqlx::Result<Vec<Worksite>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries
         from worksites.worksite where guild_id = $1 and (number = any ($2) or slug = any ($3))
         order by archived_at is not null, number desc",
        guild as GuildId,
        numbers,
        slugs
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Worksite::from).collect())
}

/// Up to `limit` worksites with this in their name, open or archived, behind a number, the newest first.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    is_archived: bool,
    part: &str,
    before: Option<i32>,
    limit: i64,
) -> sqlx::Result<Vec<Worksite>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries
         from worksites.worksite
         where guild_id = $1 and (archived_at is not null) = $2 and strpos(slug, $3) > 0
             and ($4::integer is null or number < $4)
         order by number desc limit $5",
        guild as GuildId,
        is_archived,
        part,
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Worksite::from).collect())
}

/// Changes what people wrote of an open worksite; `None` leaves a value, an empty address clears it. Whether it was
/// there.
pub(crate) async fn edit(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    address: Option<&str>,
    lead: Option<UserId>,
    colour: Option<u32>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update worksites.worksite
         set address = nullif(coalesce($3, address), ''), lead_id = coalesce($4, lead_id),
             colour = coalesce($5, colour)
         where guild_id = $1 and number = $2 and archived_at is null",
        guild as GuildId,
        number,
        address,
        lead as Option<UserId>,
        colour.and_then(|colour| i32::try_from(colour).ok())
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Archives a worksite. Whether it was open.
pub(crate) async fn archive(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    by: UserId,
    name: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update worksites.worksite
         set archived_at = $3, archived_by = $4, archived_name = $5, is_settled = false
         where guild_id = $1 and number = $2 and archived_at is null",
        guild as GuildId,
        number,
        now.to_sqlx() as _,
        by as UserId,
        name
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Opens an archived worksite again; `None` when an open one has its name. `Some(false)` when it was open.
pub(crate) async fn reopen(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<bool>> {
    let done = sqlx::query!(
        "update worksites.worksite
         set archived_at = null, archived_by = null, archived_name = null, is_settled = false, claimed_until = null
         where guild_id = $1 and number = $2 and archived_at is not null",
        guild as GuildId,
        number
    )
    .execute(db)
    .await;
    match done {
        Ok(done) => Ok(Some(done.rows_affected() > 0)),
        Err(error) => match error
            .as_database_error()
            .and_then(|error| error.constraint())
        {
            Some("worksite_slug") => Ok(None),
            _ => Err(error),
        },
    }
}

/// Keeps what the channel of a worksite lets people do, unless that is kept already.
pub(crate) async fn keep_overwrites(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    overwrites: &Value,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update worksites.worksite set overwrites = coalesce(overwrites, $3) where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        overwrites
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the channel of a worksite let people do before it was archived.
pub(crate) async fn kept_overwrites(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Value>> {
    let row = sqlx::query!(
        "select overwrites from worksites.worksite where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| row.overwrites))
}

/// Takes a worksite whose channel is not as it should be, for a minute: nobody else works on it meanwhile.
pub(crate) async fn claim(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    now: Timestamp,
) -> sqlx::Result<Option<Worksite>> {
    let until = now + SignedDuration::from_mins(1);
    let row = sqlx::query_as!(
        Row,
        "update worksites.worksite set claimed_until = $4, tries = tries + 1
         where guild_id = $1 and number = $2 and not is_settled and coalesce(claimed_until <= $3, true)
         returning guild_id, number, name, slug, address, lead_id, colour, channel_id, made_at, archived_at,
             archived_name, is_settled, tries",
        guild as GuildId,
        number,
        now.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Worksite::from))
}

/// The channel of a worksite is as it should be, open or archived as `worksite` is.
pub(crate) async fn settled(
    db: &mut PgConnection,
    worksite: &Worksite,
    channel: Option<ChannelId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update worksites.worksite
         set channel_id = $3, claimed_until = null, is_settled = (archived_at is not null) = $4 or $3::bigint is null,
             overwrites = case when $4 then overwrites end
         where guild_id = $1 and number = $2",
        worksite.guild as GuildId,
        worksite.number,
        channel as Option<ChannelId>,
        worksite.archived_at.is_some()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Nobody works on it any more, and it is not done.
pub(crate) async fn release(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update worksites.worksite set claimed_until = null where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whose channels these are not: those of no worksite.
pub(crate) async fn unclaimed(
    db: &mut PgConnection,
    guild: GuildId,
    channels: &[ChannelId],
) -> sqlx::Result<Vec<ChannelId>> {
    let rows = sqlx::query!(
        r#"select id as "id!: ChannelId" from unnest($2::bigint[]) as given (id)
           where not exists (select from worksites.worksite where guild_id = $1 and channel_id = given.id)
           order by id"#,
        guild as GuildId,
        channels as &[ChannelId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A channel was deleted: its worksite has none any more.
pub(crate) async fn channel_gone(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update worksites.worksite set channel_id = null, is_settled = true
         where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        channel as ChannelId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The worksites of a guild whose channels are not as they should be, at most 50.
pub(crate) async fn unsettled(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<i32>> {
    let rows = sqlx::query!(
        "select number from worksites.worksite
         where guild_id = $1 and not is_settled
         order by number limit 50",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// How many worksites a guild has had.
pub(crate) async fn count(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"select count(*) as "count!" from worksites.worksite where guild_id = $1"#,
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Who leads worksites, by number.
pub(crate) async fn leads(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<Vec<(i32, UserId)>> {
    let rows = sqlx::query!(
        r#"select number, lead_id as "lead_id!" from worksites.worksite
         where guild_id = $1 and number = any ($2) and lead_id is not null"#,
        guild as GuildId,
        numbers
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.number, row.lead_id))
        .collect())
}

/// The colours of worksites.
pub(crate) async fn colours(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<Vec<(i32, u32)>> {
    let rows = sqlx::query!(
        "select number, colour from worksites.worksite where guild_id = $1 and number = any ($2)",
        guild as GuildId,
        numbers
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.number, u32::try_from(row.colour).unwrap_or_default()))
        .collect())
}

/// The addresses of worksites.
pub(crate) async fn addresses(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<Vec<(i32, String)>> {
    let rows = sqlx::query!(
        r#"select number, address as "address!" from worksites.worksite
         where guild_id = $1 and number = any ($2) and address is not null"#,
        guild as GuildId,
        numbers
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.number, row.address))
        .collect())
}

/// Erases a member: who led, made or archived worksites. Answers how many it touched.
pub(crate) async fn drop_member(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    nobody: UserId,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update worksites.worksite set lead_id = nullif(lead_id, $2::bigint),
             made_by = case when made_by = $2 then $3::bigint else made_by end,
             archived_by = case when archived_by = $2 then $3 else archived_by end
         where guild_id = $1 and (lead_id = $2 or made_by = $2 or archived_by = $2)",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
