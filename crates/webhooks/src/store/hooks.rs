//! Webhooks.

use database::{GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::{
    model::{Hook, MOST, Why},
    sign::Key,
};

struct Row {
    number: i32,
    name: String,
    url: String,
    kinds: Vec<String>,
    public_key: Option<Vec<u8>>,
    created_by: UserId,
    created_at: jiff_sqlx::Timestamp,
    failing_since: Option<jiff_sqlx::Timestamp>,
    stopped_at: Option<jiff_sqlx::Timestamp>,
    stopped_why: Option<String>,
}

impl From<Row> for Hook {
    fn from(row: Row) -> Self {
        let why = row.stopped_why.as_deref().map_or(Why::Hand, Why::of);
        Self {
            number: row.number,
            name: row.name,
            url: row.url,
            kinds: row.kinds,
            public_key: row.public_key,
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            failing_since: row.failing_since.map(jiff_sqlx::Timestamp::to_jiff),
            stopped: row.stopped_at.map(|at| (at.to_jiff(), why)),
        }
    }
}

/// A webhook that is to be.
#[derive(Clone, Debug)]
pub(crate) struct New<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    pub(crate) kinds: &'a [String],
    pub(crate) key: &'a Key,
    pub(crate) by: UserId,
}

/// Writes a webhook down, with the guild's next number; `None` when there are [`MOST`] already. To be used in a
/// transaction.
pub(crate) async fn add(
    db: &mut PgConnection,
    guild: GuildId,
    new: &New<'_>,
    now: Timestamp,
) -> sqlx::Result<Option<Hook>> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('webhooks', $1))",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let row = sqlx::query_as!(
        Row,
        "insert into webhooks.hook (guild_id, number, name, url, kinds, secret, created_by, created_at, public_key)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $9 from webhooks.hook where guild_id = $1
         having count(*) < $8
         returning number, name, url, kinds, public_key, created_by, created_at, failing_since, stopped_at, stopped_why",
        guild as GuildId,
        new.name,
        new.url,
        new.kinds,
        new.key.secret,
        new.by as UserId,
        now.to_sqlx() as _,
        MOST,
        new.key.public.as_deref()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Hook::from))
}

/// The webhooks of a guild, in order.
pub(crate) async fn all(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Hook>> {
    let rows = sqlx::query_as!(
        Row,
        "select number, name, url, kinds, public_key, created_by, created_at, failing_since, stopped_at, stopped_why
         from webhooks.hook where guild_id = $1 order by number",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Hook::from).collect())
}

/// A webhook.
pub(crate) async fn one(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Hook>> {
    let row = sqlx::query_as!(
        Row,
        "select number, name, url, kinds, public_key, created_by, created_at, failing_since, stopped_at, stopped_why
         from webhooks.hook where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Hook::from))
}

/// Changes what people say of a webhook; `None` leaves a value. Whether it was there.
pub(crate) async fn edit(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    name: Option<&str>,
    url: Option<&str>,
    kinds: Option<&[String]>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhooks.hook
         set name = coalesce($3, name), url = coalesce($4, url), kinds = coalesce($5, kinds)
         where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        name,
        url,
        kinds
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Stops a webhook that is at work, or has one that stands go on. Whether that changed anything.
pub(crate) async fn stop(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    stopped: Option<(Timestamp, Why)>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhooks.hook
         set stopped_at = $3, stopped_why = $4, failing_since = case when $3::timestamptz is null then null else failing_since end
         where guild_id = $1 and number = $2 and (stopped_at is null) = ($3::timestamptz is not null)",
        guild as GuildId,
        number,
        stopped.map(|(at, _)| at.to_sqlx()) as _,
        stopped.map(|(_, why)| why.word())
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Replaces the key; the old one signs too until an instant. Whether the webhook was there.
pub(crate) async fn rotate(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    key: &Key,
    old_until: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhooks.hook
         set secret = $3, old_secret = secret, old_until = $4, public_key = $5, old_public_key = public_key
         where guild_id = $1 and number = $2",
        guild as GuildId,
        number,
        key.secret,
        old_until.to_sqlx() as _,
        key.public.as_deref()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes a webhook with all that was sent to it. Whether it was there.
pub(crate) async fn remove(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from webhooks.hook where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes everything of a guild.
pub(crate) async fn forget(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from webhooks.hook where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Erases who made webhooks. Answers of how many.
pub(crate) async fn drop_member(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    nobody: UserId,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update webhooks.hook set created_by = $3 where guild_id = $1 and created_by = $2",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
