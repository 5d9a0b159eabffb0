//! Tasks with a date, as calendars show them.

use database::{GuildId, RoleId, UserId};
use feature::duties::{Duty, Question};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::State;

/// What people are to do by when, and for a while what they are no longer.
pub(crate) async fn of(db: &mut PgConnection, asked: &Question) -> sqlx::Result<Vec<Duty>> {
    let rows = sqlx::query!(
        r#"with meant as (
             select number from tasks.task where guild_id = $1 and deleted_at is null and assignees && $2
             union select number from tasks.task where guild_id = $1 and role_id = $3
             union select number from tasks.task where guild_id = $1 and deleted_at > $5 and assignees && $2
             union select number from tasks.change
                 where guild_id = $1 and what = 'assignees' and at > $5
                     and string_to_array(old, ' ') && $2::bigint[]::text[]
         )
         select t.number, t.description, t.site_name, t.due_at as "due_at!", t.state, t.created_at,
             t.deleted_at is not null as "is_deleted!",
             coalesce(t.assignees && $2 or t.role_id = $3, false) as "is_theirs!",
             c.version as "version!", coalesce(c.changed_at, t.created_at) as "changed_at!: jiff_sqlx::Timestamp"
         from tasks.task t
         cross join lateral (
             select count(*) as version, max(at) as changed_at from tasks.change c
             where c.guild_id = t.guild_id and c.number = t.number
         ) c
         where t.guild_id = $1 and t.number in (select number from meant) and t.due_at > $4
         order by t.due_at, t.number limit $6"#,
        asked.guild as GuildId,
        &asked.users as &[UserId],
        asked.role as Option<RoleId>,
        asked.since.to_sqlx() as _,
        asked.off_since.to_sqlx() as _,
        asked.most
    )
    .fetch_all(db)
    .await?;
    let duties = rows.into_iter().map(|row| {
        let state = State::of(&row.state);
        Duty {
            id: format!("task-{}", row.number),
            title: row.description,
            place: row.site_name,
            due: row.due_at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            changed_at: row.changed_at.to_jiff(),
            version: row.version,
            is_done: state == Some(State::Done),
            is_off: row.is_deleted || !row.is_theirs || state == Some(State::Cancelled),
        }
    });
    Ok(duties
        .filter(|duty| !duty.is_off || duty.changed_at > asked.off_since)
        .collect())
}
