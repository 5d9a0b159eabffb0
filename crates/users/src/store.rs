//! All SQL of this feature. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use std::fmt::Write as _;

use database::{GuildId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::{Changes, Line, Member, Problem, Reading, Sort, State, Wanted, Who};

/// The part of a guild's members that a page tells all of: behind `after`, up to and with `until` or to the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) after: i64,
    pub(crate) until: Option<i64>,
}

/// Who has a role, bots left out.
pub(crate) async fn holders(
    db: &mut PgConnection,
    guild: GuildId,
    role: RoleId,
    most: i64,
) -> sqlx::Result<Vec<UserId>> {
    let rows = sqlx::query!(
        "select user_id from users.member
         where guild_id = $1 and $2 = any (roles) and left_at is null and not is_bot order by user_id limit $3",
        guild as GuildId,
        role as RoleId,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Writes down members, in ascending order of their ids, in one statement. Members of `range` that are not among them
/// have left. Rows that Discord told of after `told_at` stay as they are.
pub(crate) async fn merge(
    db: &mut PgConnection,
    guild: GuildId,
    members: &[Member],
    range: Option<Range>,
    told_at: Timestamp,
) -> sqlx::Result<Changes> {
    let ids: Vec<UserId> = members.iter().map(|member| member.id).collect();
    let usernames: Vec<&str> = members.iter().map(|member| &*member.username).collect();
    let display_names: Vec<Option<&str>> = members
        .iter()
        .map(|member| member.display_name.as_deref())
        .collect();
    let nicks: Vec<Option<&str>> = members
        .iter()
        .map(|member| member.nick.as_deref())
        .collect();
    let shown: Vec<&str> = members.iter().map(Member::shown).collect();
    let bots: Vec<bool> = members.iter().map(|member| member.is_bot).collect();
    let roles: Vec<String> = members.iter().map(|member| array(&member.roles)).collect();
    let joined: Vec<Option<jiff_sqlx::Timestamp>> = members
        .iter()
        .map(|member| member.joined_at.map(Timestamp::to_sqlx))
        .collect();
    let row = sqlx::query!(
        // What is as before is sorted out first: an upsert would lock each row, which is a write.
        r#"with told as materialized (
             select user_id, username, display_name, nick, shown, is_bot, roles::bigint[] as roles, joined_at
             from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[],
                 $9::timestamptz[])
                 as told (user_id, username, display_name, nick, shown, is_bot, roles, joined_at)
         ), known as materialized (
             select * from users.member
             where guild_id = $1 and user_id between ($2::bigint[])[1] and ($2::bigint[])[cardinality($2::bigint[])]
         ), named as materialized (
             select * from users.discord_user
             where id between ($2::bigint[])[1] and ($2::bigint[])[cardinality($2::bigint[])]
                 and id = any($2::bigint[])
         ), renamed as (
             insert into users.discord_user (id, username, display_name, is_bot, updated_at)
             select user_id, username, display_name, is_bot, $10 from told
             where (user_id, username, is_bot, coalesce(display_name, '')) not in
                 (select id, username, is_bot, coalesce(display_name, '') from named)
             on conflict (id) do update
                 set username = excluded.username, display_name = excluded.display_name,
                     is_bot = excluded.is_bot, updated_at = excluded.updated_at
                 where discord_user.updated_at <= excluded.updated_at
             returning id, xmax = 0 as is_new
         ), merged as (
             insert into users.member (guild_id, user_id, nick, shown, is_bot, roles, joined_at, told_at)
             select $1, user_id, nick, shown, is_bot, roles, joined_at, $10 from told
             where (user_id, shown, is_bot, coalesce(nick, ''), roles, coalesce(joined_at, '-infinity')) not in
                 (select user_id, shown, is_bot, coalesce(nick, ''), roles, coalesce(joined_at, '-infinity')
                  from known where left_at is null)
             on conflict (guild_id, user_id) do update
                 set nick = excluded.nick, shown = excluded.shown, is_bot = excluded.is_bot,
                     roles = excluded.roles, joined_at = excluded.joined_at, left_at = null,
                     told_at = excluded.told_at
                 where member.told_at <= excluded.told_at
             returning user_id,
                 xmax = 0 or user_id in (select user_id from known where left_at is not null) as is_new
         ), departed as (
             update users.member set left_at = $10, told_at = $10
             where guild_id = $1 and user_id > $11 and user_id <= $12 and left_at is null and told_at <= $10
                 and user_id not in (select user_id from told)
             returning user_id
         )
         select (select count(*) from merged where is_new) as "added!",
             (select count(*) from (
                 select user_id from merged where not is_new
                 union
                 select id from renamed where not is_new and id not in (select user_id from merged where is_new)
             ) as changed) as "changed!",
             (select count(*) from departed) as "departed!""#,
        guild as GuildId,
        &ids as &[UserId],
        &usernames as &[&str],
        &display_names as &[Option<&str>],
        &nicks as &[Option<&str>],
        &shown as &[&str],
        &bots,
        &roles,
        &joined as &[Option<jiff_sqlx::Timestamp>],
        told_at.to_sqlx() as _,
        // An empty part of the ids, where nobody has left.
        range.map_or(0, |range| range.after),
        range.map_or(0, |range| range.until.unwrap_or(i64::MAX)),
    )
    .fetch_one(db)
    .await?;
    Ok(Changes {
        added: row.added,
        changed: row.changed,
        departed: row.departed,
    })
}

/// An array as Postgres reads it: arrays of arrays must be of one length there.
fn array(roles: &[RoleId]) -> String {
    let mut text = String::from("{");
    for role in roles {
        if text.len() > 1 {
            text.push(',');
        }
        // Writing into a string does not fail.
        let _ = write!(text, "{role}");
    }
    text.push('}');
    text
}

/// A member is not there any more. Whoever left is remembered even if nothing was known of them.
pub(crate) async fn depart(
    db: &mut PgConnection,
    guild: GuildId,
    member: &Member,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with named as (
             insert into users.discord_user (id, username, display_name, is_bot, updated_at)
             values ($2, $3, $4, $5, $6)
             on conflict (id) do nothing
         )
         insert into users.member (guild_id, user_id, shown, is_bot, left_at, told_at)
         values ($1, $2, $7, $5, $6, $6)
         on conflict (guild_id, user_id) do update
             set left_at = coalesce(member.left_at, excluded.left_at), told_at = excluded.told_at",
        guild as GuildId,
        member.id as UserId,
        member.username,
        member.display_name,
        member.is_bot,
        at.to_sqlx() as _,
        member.shown(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the member has left, and has not joined again at `joined_at` since.
pub(crate) async fn has_left(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    joined_at: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let joined_at = joined_at.map(Timestamp::to_sqlx);
    let row = sqlx::query!(
        r#"select exists (
             select from users.member
             where guild_id = $1 and user_id = $2 and left_at is not null
                 and ($3::timestamptz is null or left_at >= $3)
         ) as "has_left!""#,
        guild as GuildId,
        user as UserId,
        joined_at as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.has_left)
}

/// How many members a guild has, as far as is known.
pub(crate) async fn count_here(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"select count(*) as "count!" from users.member where guild_id = $1 and left_at is null"#,
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// The last reading of a guild.
pub(crate) async fn reading(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Option<Reading>> {
    let row = sqlx::query!(
        "select run, state, problem, begun_at, ended_at, after_id, seen, added, changed, departed
         from users.sync where guild_id = $1",
        guild as GuildId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Reading {
        run: row.run,
        state: match (row.state.as_str(), row.problem.as_deref()) {
            ("running", _) => State::Running,
            ("failed", problem) => State::Failed(Problem::from_code(problem.unwrap_or_default())),
            _ => State::Done,
        },
        begun_at: row.begun_at.to_jiff(),
        ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        after: row.after_id,
        seen: row.seen,
        changes: Changes {
            added: row.added,
            changed: row.changed,
            departed: row.departed,
        },
    }))
}

/// Begins a reading, or finds the one that is under way. Its number, and whether it is new.
pub(crate) async fn begin(
    db: &mut PgConnection,
    guild: GuildId,
    asked_by: Option<UserId>,
    now: Timestamp,
) -> sqlx::Result<(i64, bool)> {
    let begun = sqlx::query!(
        "insert into users.sync (guild_id, run, state, asked_by, begun_at) values ($1, 1, 'running', $2, $3)
         on conflict (guild_id) do update
             set run = sync.run + 1, state = 'running', problem = null, asked_by = excluded.asked_by,
                 begun_at = excluded.begun_at, ended_at = null, after_id = 0, seen = 0, added = 0,
                 changed = 0, departed = 0
             where sync.state <> 'running'
         returning run",
        guild as GuildId,
        asked_by as Option<UserId>,
        now.to_sqlx() as _
    )
    .fetch_optional(&mut *db)
    .await?;
    if let Some(begun) = begun {
        return Ok((begun.run, true));
    }
    let row = sqlx::query!(
        "select run from users.sync where guild_id = $1",
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok((row.run, false))
}

/// Counts a page that was written down; `false` when the reading is not where it was believed to be.
pub(crate) async fn advance(
    db: &mut PgConnection,
    guild: GuildId,
    run: i64,
    range: Range,
    seen: i64,
    changes: Changes,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users.sync
         set after_id = coalesce($4, after_id), seen = seen + $5, added = added + $6, changed = changed + $7,
             departed = departed + $8, state = case when $4::bigint is null then 'done' else state end,
             ended_at = case when $4::bigint is null then $9::timestamptz end
         where guild_id = $1 and run = $2 and after_id = $3 and state = 'running'",
        guild as GuildId,
        run,
        range.after,
        range.until as Option<i64>,
        seen,
        changes.added,
        changes.changed,
        changes.departed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a reading up.
pub(crate) async fn fail(
    db: &mut PgConnection,
    guild: GuildId,
    run: i64,
    problem: Problem,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users.sync set state = 'failed', problem = $3, ended_at = $4
         where guild_id = $1 and run = $2 and state = 'running'",
        guild as GuildId,
        run,
        problem.code(),
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers what a list shows.
pub(crate) async fn open_listing(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    wanted: &Wanted,
    now: Timestamp,
) -> sqlx::Result<i64> {
    let (joined, left) = (
        wanted.joined_since.map(Timestamp::to_sqlx),
        wanted.left_since.map(Timestamp::to_sqlx),
    );
    let row = sqlx::query!(
        "insert into users.listing
             (guild_id, user_id, search, sort, role_id, who, joined_since, left_since, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         returning id",
        guild as GuildId,
        user as UserId,
        wanted.search,
        wanted.sort.code(),
        wanted.role as Option<RoleId>,
        wanted.who.code(),
        joined as _,
        left as _,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.id)
}

/// What a list of this member's shows, if it was opened since `since`.
pub(crate) async fn listing(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    id: i64,
    since: Timestamp,
) -> sqlx::Result<Option<Wanted>> {
    let row = sqlx::query!(
        "select search, sort, role_id, who, joined_since, left_since from users.listing
         where id = $1 and guild_id = $2 and user_id = $3 and made_at > $4",
        id,
        guild as GuildId,
        user as UserId,
        since.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Wanted {
        search: row.search,
        sort: Sort::from_code(&row.sort),
        role: row.role_id,
        who: Who::from_code(&row.who),
        joined_since: row.joined_since.map(jiff_sqlx::Timestamp::to_jiff),
        left_since: row.left_since.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// Drops lists that were opened before `before`.
pub(crate) async fn drop_listings(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from users.listing where made_at <= $1",
        before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Where a page stands: behind a member, or before one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    After(Option<UserId>),
    Before(UserId),
}

/// Some lines of a list, in its order.
pub(crate) async fn lines(
    db: &mut PgConnection,
    guild: GuildId,
    wanted: &Wanted,
    place: Place,
    limit: i64,
) -> sqlx::Result<Vec<Line>> {
    let (from, is_backwards) = match place {
        Place::After(from) => (from, false),
        Place::Before(from) => (Some(from), true),
    };
    let (joined, left) = (
        wanted.joined_since.map(Timestamp::to_sqlx),
        wanted.left_since.map(Timestamp::to_sqlx),
    );
    let pattern = wanted.pattern();
    macro_rules! page {
        ($key:literal, $than:literal, $order:literal) => {
            sqlx::query!(
                "select m.user_id, m.shown, u.username as \"username?\", m.is_bot, m.joined_at, m.left_at
                 from users.member m
                 left join users.discord_user u on u.id = m.user_id
                 where m.guild_id = $1
                     and ($2::text is null or m.nick ilike $2 or u.username ilike $2 or u.display_name ilike $2
                         or m.user_id = $3)
                     and ($4::bigint is null or $4 = any(m.roles))
                     and ($5 = 'all' or ($5 = 'here') = (m.left_at is null))
                     and ($6::timestamptz is null or m.joined_at >= $6)
                     and ($7::timestamptz is null or m.left_at >= $7)
                     and ($8::bigint is null or (" + $key + ", m.user_id) " + $than + " (
                         select " + $key + ", m.user_id from users.member m where m.guild_id = $1 and m.user_id = $8))
                 order by " + $key + " " + $order + ", m.user_id " + $order + "
                 limit $9",
                guild as GuildId,
                pattern,
                wanted.id() as Option<UserId>,
                wanted.role as Option<RoleId>,
                wanted.who.code(),
                joined as _,
                left as _,
                from as Option<UserId>,
                limit
            )
            .fetch_all(db)
            .await?
            .into_iter()
            .map(|row| Line {
                id: row.user_id,
                shown: row.shown,
                username: row.username,
                is_bot: row.is_bot,
                joined_at: row.joined_at.map(jiff_sqlx::Timestamp::to_jiff),
                left_at: row.left_at.map(jiff_sqlx::Timestamp::to_jiff),
            })
            .collect::<Vec<_>>()
        };
    }
    let mut lines = match (wanted.sort, is_backwards) {
        (Sort::Name, false) => page!("lower(m.shown)", ">", "asc"),
        (Sort::Name, true) => page!("lower(m.shown)", "<", "desc"),
        (Sort::Oldest, false) | (Sort::Newest, true) => {
            page!("coalesce(m.joined_at, '-infinity')", ">", "asc")
        }
        (Sort::Oldest, true) | (Sort::Newest, false) => {
            page!("coalesce(m.joined_at, '-infinity')", "<", "desc")
        }
        (Sort::Gone, true) => page!("coalesce(m.left_at, '-infinity')", ">", "asc"),
        (Sort::Gone, false) => page!("coalesce(m.left_at, '-infinity')", "<", "desc"),
    };
    if is_backwards {
        lines.reverse();
    }
    Ok(lines)
}

/// How many lines a list has in all.
pub(crate) async fn count(
    db: &mut PgConnection,
    guild: GuildId,
    wanted: &Wanted,
) -> sqlx::Result<i64> {
    let (joined, left) = (
        wanted.joined_since.map(Timestamp::to_sqlx),
        wanted.left_since.map(Timestamp::to_sqlx),
    );
    let row = sqlx::query!(
        r#"select count(*) as "count!"
         from users.member m
         left join users.discord_user u on u.id = m.user_id
         where m.guild_id = $1
             and ($2::text is null or m.nick ilike $2 or u.username ilike $2 or u.display_name ilike $2
                 or m.user_id = $3)
             and ($4::bigint is null or $4 = any(m.roles))
             and ($5 = 'all' or ($5 = 'here') = (m.left_at is null))
             and ($6::timestamptz is null or m.joined_at >= $6)
             and ($7::timestamptz is null or m.left_at >= $7)"#,
        guild as GuildId,
        wanted.pattern(),
        wanted.id() as Option<UserId>,
        wanted.role as Option<RoleId>,
        wanted.who.code(),
        joined as _,
        left as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Erases up to `most` members of a guild, and the names of those who are in no other; how many members there were.
pub(crate) async fn erase(db: &mut PgConnection, guild: GuildId, most: i64) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        // All parts of the statement see the rows as they were: this guild's own do not count.
        r#"with erased as (
             delete from users.member where guild_id = $1 and user_id in (
                 select user_id from users.member where guild_id = $1 order by user_id limit $2
             )
             returning user_id
         ), nameless as (
             delete from users.discord_user where id in (select user_id from erased) and not exists (
                 select from users.member where user_id = discord_user.id and guild_id <> $1
             )
         )
         select count(*) as "count!" from erased"#,
        guild as GuildId,
        most
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Erases what is known of readings and lists of a guild.
pub(crate) async fn erase_readings(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "with listed as (delete from users.listing where guild_id = $1)
         delete from users.sync where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds users who are not known; those who are stay as they are.
pub(crate) async fn take_over(db: &mut PgConnection, users: &[OldUser]) -> sqlx::Result<u64> {
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let usernames: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
    let shown: Vec<Option<&str>> = users
        .iter()
        .map(|user| user.display_name.as_deref())
        .collect();
    let updated: Vec<jiff_sqlx::Timestamp> =
        users.iter().map(|user| user.updated_at.to_sqlx()).collect();
    let done = sqlx::query!(
        "insert into users.discord_user (id, username, display_name, is_bot, updated_at)
         select id, username, display_name, false, updated_at
         from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])
             as old (id, username, display_name, updated_at)
         on conflict (id) do nothing",
        &ids,
        &usernames as &[&str],
        &shown as &[Option<&str>],
        &updated as &[jiff_sqlx::Timestamp],
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A user of the replaced program, checked.
#[derive(Clone, Debug)]
pub(crate) struct OldUser {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) display_name: Option<String>,
    pub(crate) updated_at: Timestamp,
}

/// A user as the replaced program's table holds them.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OldRow {
    pub(crate) id: i64,
    pub(crate) username: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) updated_at: Option<jiff_sqlx::Timestamp>,
}

/// Users of the replaced program behind an id, in the order of ids.
pub(crate) async fn old_users(
    from: &mut PgConnection,
    after: i64,
    most: i64,
) -> sqlx::Result<Vec<OldRow>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the tables of the replaced program are not in our schema, against which queries are checked"
    )]
    let asking = sqlx::query_as(
        "select id::bigint, username::text, display_name::text, updated_at::timestamptz
         from discord_user where id > $1 order by id limit $2",
    );
    asking.bind(after).bind(most).fetch_all(from).await
}
