//! Taking over hubs and rooms of a replaced program.

use database::{ChannelId, GuildId, UserId};
use feature::legacy::{Imported, has_table, nobody};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::{
    store::{self, TakenHub, TakenRoom},
    template::Template,
};

/// The longest template, in characters.
const LONGEST_TEMPLATE: usize = 300;
/// The longest name of a room, in characters.
const LONGEST_NAME: usize = 100;

/// Takes over `voice_hub` and `voice_room` of Vagrolant, read from `from`, in the transaction of `to`. What is here
/// already stays as it is, so that a second time changes nothing.
///
/// # Errors
///
/// What one of the databases said.
pub async fn vagrolant(
    from: &mut PgConnection,
    to: &mut PgConnection,
    now: Timestamp,
) -> sqlx::Result<Vec<Imported>> {
    let mut hubs = Imported::of("voice_hub");
    let mut rooms = Imported::of("voice_room");
    if has_table(from, "voice_hub").await? {
        for hub in store::old_hubs(from).await? {
            take_hub(to, &hub, &mut hubs, now).await?;
        }
    } else {
        hubs.skip("voice_hub", "there is no such table");
    }
    if has_table(from, "voice_room").await? {
        for room in store::old_rooms(from).await? {
            take_room(to, &room, &mut rooms, now).await?;
        }
    } else {
        rooms.skip("voice_room", "there is no such table");
    }
    Ok(vec![hubs, rooms])
}

async fn take_hub(
    to: &mut PgConnection,
    old: &store::OldHub,
    imported: &mut Imported,
    now: Timestamp,
) -> sqlx::Result<()> {
    let (Some(channel), Some(guild)) = (id::<ChannelId>(old.id), id::<GuildId>(old.guild_id))
    else {
        imported.skip(old.id, "its ids are no ids of Discord's");
        return Ok(());
    };
    let Some(max_rooms) = i16::try_from(old.max_rooms)
        .ok()
        .filter(|most| (0..=500).contains(most))
    else {
        imported.skip(channel, format!("{} rooms are not 0 to 500", old.max_rooms));
        return Ok(());
    };
    let scheme = old.naming_scheme.as_deref().filter(|text| !text.is_empty());
    let template = scheme
        .filter(|text| text.chars().count() <= LONGEST_TEMPLATE && Template::parse(text).is_ok());
    let hub = TakenHub {
        channel,
        guild,
        is_active: old.active,
        template,
        max_rooms,
        by: nobody(),
    };
    if !store::take_hub(to, &hub, now).await? {
        imported.known += 1;
        return Ok(());
    }
    imported.added += 1;
    if let Some(scheme) = scheme.filter(|_| template.is_none()) {
        let reason = format!(
            "taken over, but not its naming scheme `{scheme}`, which is no template here: see /hub config"
        );
        imported.skip(channel, reason);
    }
    Ok(())
}

async fn take_room(
    to: &mut PgConnection,
    old: &store::OldRoom,
    imported: &mut Imported,
    now: Timestamp,
) -> sqlx::Result<()> {
    let (Some(channel), Some(guild), Some(hub), Some(owner)) = (
        id::<ChannelId>(old.id),
        id::<GuildId>(old.guild_id),
        id::<ChannelId>(old.hub_id),
        id::<UserId>(old.creator_id),
    ) else {
        imported.skip(old.id, "its ids are no ids of Discord's");
        return Ok(());
    };
    let number = i32::try_from(old.sequence)
        .ok()
        .filter(|number| *number > 0);
    let (Some(number), false) = (number, old.name.is_empty()) else {
        imported.skip(channel, "it has no number, or no name");
        return Ok(());
    };
    let name: String = old.name.chars().take(LONGEST_NAME).collect();
    let room = TakenRoom {
        channel,
        guild,
        hub,
        owner,
        number,
        name: &name,
    };
    let opener = uuid::Uuid::nil().to_string();
    if store::take_room(to, &room, &opener, now).await? {
        imported.added += 1;
    } else if store::room(to, guild, channel).await?.is_some() {
        imported.known += 1;
    } else {
        imported.skip(
            channel,
            "its hub is not here, or its owner or its number has a room there already",
        );
    }
    Ok(())
}

/// An id of Discord's.
fn id<T: std::str::FromStr>(stored: i64) -> Option<T> {
    stored.to_string().parse().ok()
}
