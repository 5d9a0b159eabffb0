//! Mass assignment.

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::{Plan, Whom};

/// Where a run stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// At work.
    Running,
    /// Somebody stopped it.
    Cancelled,
    /// Everybody was looked at.
    Done,
    /// It can not go on.
    Failed,
}

impl State {
    /// The word in the database and in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Self {
        [Self::Running, Self::Cancelled, Self::Done]
            .into_iter()
            .find(|state| state.word() == word)
            .unwrap_or(Self::Failed)
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// What it does.
    pub plan: Plan,
    /// Where it stands.
    pub state: State,
    /// Who started it.
    pub started_by: UserId,
    /// How many members it looks at, as far as was known at its start.
    pub total: i32,
    /// How many it has looked at.
    pub seen: i32,
    /// How many it has changed.
    pub changed: i32,
    /// How many it could not change.
    pub failed: i64,
    /// The last member looked at.
    pub after: Option<UserId>,
    /// Where its progress is told.
    pub channel: ChannelId,
    /// The message that tells it.
    pub message: Option<MessageId>,
    /// When that message was last changed.
    pub shown_at: Option<Timestamp>,
}

/// Starts a run; `None` when one is running in the guild.
///
/// # Errors
///
/// What the database said.
pub async fn start(
    db: &mut PgConnection,
    guild: GuildId,
    plan: &Plan,
    (by, channel): (UserId, ChannelId),
    total: i32,
    now: Timestamp,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into autorole.mass
             (guild_id, role_id, is_giving, who, with_role_id, state, started_by, started_at, total, channel_id)
         values ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9)
         on conflict (guild_id) where state = 'running' do nothing
         returning id",
        guild as GuildId,
        plan.role as RoleId,
        plan.is_giving,
        plan.whom.word(),
        plan.with as Option<RoleId>,
        by as UserId,
        now.to_sqlx(),
        total,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await
}

/// A run of a guild.
///
/// # Errors
///
/// What the database said.
pub async fn find(db: &mut PgConnection, guild: GuildId, id: i64) -> sqlx::Result<Option<Run>> {
    let row = sqlx::query!(
        r#"select id, role_id, is_giving, who, with_role_id, state, started_by, total, seen, changed,
                  after_user_id, channel_id, message_id, shown_at,
                  (select count(*) from autorole.mass_failure f where f.guild_id = m.guild_id and f.mass_id = m.id)
                      as "failed!"
           from autorole.mass m where guild_id = $1 and id = $2"#,
        guild as GuildId,
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Run {
        id: row.id,
        plan: Plan {
            role: row.role_id,
            is_giving: row.is_giving,
            whom: Whom::from_word(&row.who).unwrap_or(Whom::Everyone),
            with: row.with_role_id,
        },
        state: State::from_word(&row.state),
        started_by: row.started_by,
        total: row.total,
        seen: row.seen,
        changed: row.changed,
        failed: row.failed,
        after: row.after_user_id,
        channel: row.channel_id,
        message: row.message_id,
        shown_at: row.shown_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// The run that is at work in a guild.
///
/// # Errors
///
/// What the database said.
pub async fn running(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "select id from autorole.mass where guild_id = $1 and state = 'running'",
        guild as GuildId
    )
    .fetch_optional(db)
    .await
}

/// Notes how far a run has come.
///
/// # Errors
///
/// What the database said.
pub async fn advance(
    db: &mut PgConnection,
    guild: GuildId,
    run: &Run,
    failures: &[(UserId, String)],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.mass set seen = $3, changed = $4, after_user_id = $5
         where guild_id = $1 and id = $2",
        guild as GuildId,
        run.id,
        run.seen,
        run.changed,
        run.after as Option<UserId>
    )
    .execute(&mut *db)
    .await?;
    let users: Vec<UserId> = failures.iter().map(|(user, _)| *user).collect();
    let reasons: Vec<String> = failures.iter().map(|(_, reason)| reason.clone()).collect();
    sqlx::query!(
        "insert into autorole.mass_failure (guild_id, mass_id, user_id, reason)
         select $1, $2, listed.user_id, listed.reason
         from unnest($3::bigint[], $4::text[]) as listed (user_id, reason)
         on conflict on constraint mass_failure_pkey do update set reason = excluded.reason",
        guild as GuildId,
        run.id,
        &users as &[UserId],
        &reasons
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a run that is at work; false when it is not.
///
/// # Errors
///
/// What the database said.
pub async fn end(
    db: &mut PgConnection,
    guild: GuildId,
    id: i64,
    state: State,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update autorole.mass set state = $3 where guild_id = $1 and id = $2 and state = 'running'",
        guild as GuildId,
        id,
        state.word()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes the message that tells the progress, and when it was changed.
///
/// # Errors
///
/// What the database said.
pub async fn note_shown(
    db: &mut PgConnection,
    guild: GuildId,
    id: i64,
    message: Option<MessageId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.mass set message_id = $3, shown_at = $4 where guild_id = $1 and id = $2",
        guild as GuildId,
        id,
        message as Option<MessageId>,
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whom a run could not change, and why.
///
/// # Errors
///
/// What the database said.
pub async fn failures(
    db: &mut PgConnection,
    guild: GuildId,
    id: i64,
) -> sqlx::Result<Vec<(UserId, String)>> {
    let rows = sqlx::query!(
        "select user_id, reason from autorole.mass_failure where guild_id = $1 and mass_id = $2 order by user_id",
        guild as GuildId,
        id
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.user_id, row.reason))
        .collect())
}
