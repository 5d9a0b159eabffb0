//! Who sits where, as far as events were handled: after a restart Discord tells only what happened since.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{ChannelId, GuildId, RoleId, UserId};
use sqlx::PgConnection;

use crate::model::Seat;

/// The stored seats of a guild.
pub(crate) async fn seats(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Vec<(UserId, Seat)>> {
    let rows = sqlx::query!(
        "select user_id, channel_id, is_bot, roles from voice_hubs.seat where guild_id = $1",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let seat = Seat {
                channel: row.channel_id,
                is_bot: row.is_bot,
                roles: row.roles,
            };
            (row.user_id, seat)
        })
        .collect())
}

/// Stores seats that were taken and drops those that were left.
pub(crate) async fn write_seats(
    db: &mut PgConnection,
    guild: GuildId,
    taken: &[(UserId, Seat)],
    left: &[UserId],
) -> sqlx::Result<()> {
    if !left.is_empty() {
        sqlx::query!(
            "delete from voice_hubs.seat where (select voice_hubs.soon()) and guild_id = $1 and user_id = any($2)",
            guild as GuildId,
            left as &[UserId]
        )
        .execute(&mut *db)
        .await?;
    }
    if !taken.is_empty() {
        // Postgres has no arrays of arrays of different lengths: each set of roles travels as text.
        let users: Vec<UserId> = taken.iter().map(|(user, _)| *user).collect();
        let channels: Vec<ChannelId> = taken.iter().map(|(_, seat)| seat.channel).collect();
        let bots: Vec<bool> = taken.iter().map(|(_, seat)| seat.is_bot).collect();
        let roles: Vec<String> = taken.iter().map(|(_, seat)| array(&seat.roles)).collect();
        sqlx::query!(
            "insert into voice_hubs.seat (guild_id, user_id, channel_id, is_bot, roles)
             select $1, user_id, channel_id, is_bot, roles::bigint[]
             from unnest($2::bigint[], $3::bigint[], $4::boolean[], $5::text[])
                 as taken (user_id, channel_id, is_bot, roles)
             where (select voice_hubs.soon())
             on conflict (guild_id, user_id) do update
                 set channel_id = excluded.channel_id, is_bot = excluded.is_bot, roles = excluded.roles",
            guild as GuildId,
            users as Vec<UserId>,
            channels as Vec<ChannelId>,
            &bots,
            &roles
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

fn array(roles: &[RoleId]) -> String {
    let ids: Vec<_> = roles.iter().map(ToString::to_string).collect();
    format!("{{{}}}", ids.join(","))
}
