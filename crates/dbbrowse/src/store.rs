//! All SQL of this feature; what is made at run time comes from [`crate::query`]. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{Database, GuildId, UserId};
use feature::Browsable;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row as _, Transaction};

use crate::{
    model::{Anchor, Position, View},
    query::{self, Statement},
};

/// The role that reads: it may not log in, and everything it may read is granted to it column by column. Roles belong
/// to the server, so two programs may make it at once.
const ROLE: &str = "
do $$ begin
    if not exists (select from pg_roles where rolname = 'majordome_browse') then
        create role majordome_browse nologin;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
    if not pg_has_role(current_user, 'majordome_browse', 'MEMBER') then
        execute format('grant majordome_browse to %I', current_user);
    end if;
end $$;";

/// What a transaction that reads may do, until it ends.
const READER: &str = "
set transaction read only;
set local statement_timeout = '5s';
set local role majordome_browse;";

/// One program at a time sets the role up.
const LOCK: i64 = 0x6d61_6a6f_7262;

/// Makes the role, and lets it read what features show and no more. The tables that are safe to read: those with row
/// security.
pub(crate) async fn prepare(
    database: &Database,
    tables: impl Iterator<Item = &'static Browsable>,
) -> sqlx::Result<Vec<&'static str>> {
    let mut db = database.begin().await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .fetch_one(&mut *db)
        .await?;
    sqlx::raw_sql(ROLE).execute(&mut *db).await?;
    let role = sqlx::query!(
        r#"select (rolsuper or rolbypassrls) as "sees_all!" from pg_roles where rolname = 'majordome_browse'"#
    )
    .fetch_one(&mut *db)
    .await?;
    let rows = sqlx::query!(
        r#"select n.nspname || '.' || c.relname as "name!" from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and c.relrowsecurity"#
    )
    .fetch_all(&mut *db)
    .await?;
    let mut readable = Vec::new();
    for table in tables {
        let name = table.table;
        let is_safe = !role.sees_all && rows.iter().any(|row| row.name == name);
        if !is_safe {
            tracing::error!(table = name, "a table without row security is not shown");
            continue;
        }
        let schema = name.split('.').next().unwrap_or_default();
        let columns: Vec<&str> = query::read(table)
            .map(|column| column.name)
            .chain([table.guild])
            .collect();
        let grants = format!(
            "revoke all on {name} from majordome_browse;
             grant usage on schema {schema} to majordome_browse;
             grant select ({}) on {name} to majordome_browse;",
            columns.join(", ")
        );
        // All of it is registered, and the registry takes plain identifiers alone.
        sqlx::raw_sql(AssertSqlSafe(grants))
            .execute(&mut *db)
            .await?;
        readable.push(name);
    }
    db.commit().await?;
    Ok(readable)
}

/// A transaction that sees what may be shown of one guild.
pub(crate) async fn reader(
    database: &Database,
    guild: GuildId,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut db = database.begin().await?;
    sqlx::raw_sql(READER).execute(&mut *db).await?;
    sqlx::query!(
        "select set_config('majordome.guild_id', $1, true)",
        guild.to_string()
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(db)
}

/// Gives the rest of a transaction over a large table no more time than a page may wait for it.
pub(crate) async fn hurry(db: &mut PgConnection, table: &str) -> sqlx::Result<()> {
    let row = sqlx::query!(
        r#"select coalesce(max(reltuples), 0) > 50000 as "is_large!" from pg_class
         where oid = to_regclass($1)"#,
        table
    )
    .fetch_one(&mut *db)
    .await?;
    if row.is_large {
        sqlx::raw_sql("set local statement_timeout = '40ms'")
            .execute(db)
            .await?;
    }
    Ok(())
}

/// A row of texts.
pub(crate) type Texts = Vec<Option<String>>;

/// The rows of a statement, which has a limit.
pub(crate) async fn rows(db: &mut PgConnection, statement: &Statement) -> sqlx::Result<Vec<Texts>> {
    bound(statement)
        .fetch_all(db)
        .await?
        .iter()
        .map(texts)
        .collect()
}

/// Hands the rows of a statement to `take`, one by one, until it has enough.
pub(crate) async fn each(
    db: &mut PgConnection,
    statement: &Statement,
    mut take: impl FnMut(Texts) -> bool + Send,
) -> sqlx::Result<()> {
    let mut rows = bound(statement).fetch(db);
    while let Some(row) = rows.try_next().await? {
        if !take(texts(&row)?) {
            break;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place for statements that are made at run time"
)]
fn bound(
    statement: &Statement,
) -> sqlx::query::Query<'_, Postgres, <Postgres as sqlx::Database>::Arguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql.clone()));
    for bind in &statement.binds {
        query = query.bind(bind.as_deref());
    }
    query
}

fn texts(row: &sqlx::postgres::PgRow) -> sqlx::Result<Texts> {
    (0..row.len()).map(|index| row.try_get(index)).collect()
}

/// Begins to look at a table.
pub(crate) async fn open(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    table: &Browsable,
    now: Timestamp,
) -> sqlx::Result<View> {
    let position = Position::First;
    let row = sqlx::query!(
        "insert into dbbrowse.browse (guild_id, user_id, table_name, position, used_at)
         values ($1, $2, $3, $4, $5)
         returning id, revision",
        guild as GuildId,
        user as UserId,
        table.table,
        json!(position),
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(View {
        id: row.id,
        table: table.table.to_owned(),
        revision: row.revision,
        filters: Vec::new(),
        sort: None,
        descending: false,
        position,
        rows: Vec::new(),
    })
}

/// What this member looks at under a number, locked. What an older version wrote and this one can not read begins anew.
pub(crate) async fn view(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    id: i64,
) -> sqlx::Result<Option<View>> {
    let row = sqlx::query!(
        r#"select id, table_name, revision, filters, sort, descending, position, rows
         from dbbrowse.browse where id = $1 and guild_id = $2 and user_id = $3 for update"#,
        id,
        guild as GuildId,
        user as UserId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| View {
        id: row.id,
        table: row.table_name,
        revision: row.revision,
        filters: serde_json::from_value(row.filters).unwrap_or_default(),
        sort: row.sort,
        descending: row.descending,
        position: serde_json::from_value(row.position).unwrap_or_default(),
        rows: serde_json::from_value(row.rows).unwrap_or_default(),
    }))
}

/// Writes down what is looked at now.
pub(crate) async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    view: &View,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update dbbrowse.browse
         set revision = $3, filters = $4, sort = $5, descending = $6, position = $7, used_at = $8
         where id = $1 and guild_id = $2",
        view.id,
        guild as GuildId,
        view.revision,
        json!(view.filters),
        view.sort,
        view.descending,
        json!(view.position),
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down which rows a page shows, unless another step was taken meanwhile.
pub(crate) async fn keep_rows(
    db: &mut PgConnection,
    guild: GuildId,
    view: &View,
    position: &Position,
    rows: &[Anchor],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update dbbrowse.browse set rows = $4, position = $5 where id = $1 and guild_id = $2 and revision = $3",
        view.id,
        guild as GuildId,
        view.revision,
        json!(rows),
        json!(position)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down that somebody looks.
pub(crate) async fn note_use(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    act: &str,
    table: Option<&str>,
    detail: Value,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into dbbrowse.use (guild_id, user_id, at, act, table_name, detail) values ($1, $2, $3, $4, $5, $6)",
        guild as GuildId,
        user as UserId,
        now.to_sqlx() as _,
        act,
        table,
        detail
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Drops what nobody looked at since `before`.
pub(crate) async fn drop_views(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from dbbrowse.browse where used_at <= $1",
        before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
