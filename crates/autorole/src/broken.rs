//! Roles that are gone: hidden from their menus, and the staff is told once.

use std::collections::BTreeMap;

use database::{GuildId, RoleId, UserId};
use feature::{Failure, Kit, Outcome, Refusal, discord::Post};
use jobs::NewJob;
use sqlx::PgConnection;

use crate::{
    Autorole,
    jobs::TellBroken,
    model::GroupId,
    panel,
    store::{self, groups::Broken},
    text,
};

/// What follows when roles of these groups are found gone, or back.
pub(crate) async fn changed(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    groups: &[GroupId],
) -> Outcome<()> {
    if groups.is_empty() {
        return Ok(());
    }
    for group in groups {
        panel::refresh_soon(kit, db, guild, *group).await?;
    }
    let job = NewJob::new(&TellBroken { guild })
        .map_err(Failure::fault)?
        .key(guild.to_string());
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

/// Tells who changed each group last; who does not take messages is told where the server's own messages stand.
pub(crate) async fn tell(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let untold = store::groups::untold(&mut db, guild).await?;
    drop(db);
    let mut by_person: BTreeMap<UserId, Vec<Broken>> = BTreeMap::new();
    for broken in untold {
        by_person.entry(broken.updated_by).or_default().push(broken);
    }
    for (person, broken) in by_person {
        let roles: Vec<RoleId> = broken.iter().map(|broken| broken.role).collect();
        // Noted first: the staff is told at most once, whatever happens in between.
        let mut db = kit.database.acquire().await?;
        store::groups::note_told(&mut db, guild, &roles, kit.clock.now()).await?;
        drop(db);
        tell_one(kit, guild, person, &broken).await?;
    }
    Ok(())
}

async fn tell_one(
    kit: &Kit<Autorole>,
    guild: GuildId,
    person: UserId,
    broken: &[Broken],
) -> Outcome<()> {
    let lang = panel::guild_lang(kit, guild).await?;
    let (name, system) = kit
        .cache
        .guild(guild.into())
        .map(|known| (known.name().to_owned(), known.system_channel_id()))
        .unwrap_or_default();
    let card = text::broken(lang, &name, broken);
    let sent = match (kit.discord.direct(person, lang, &card).await, system) {
        (Err(Refusal::DirectMessagesClosed | Refusal::Gone(_)), Some(channel)) => {
            let posted = kit
                .discord
                .post(channel.into(), lang, &card, Post::default());
            posted.await.map(|_| ())
        }
        (sent, _) => sent.map(|_| ()),
    };
    if let Err(refusal) = sent {
        tracing::info!(%guild, error = feature::chain(&refusal), "nobody could be told of roles that are gone");
    }
    Ok(())
}
