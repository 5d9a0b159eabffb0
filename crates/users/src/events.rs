//! What Discord tells of members, and what is done about what it told while nobody listened.

use database::{GuildId, UserId};
use feature::{Kit, On, Outcome};
use jiff::SignedDuration;
use twilight_model::gateway::{
    Intents,
    payload::incoming::{GuildCreate, MemberAdd, MemberRemove, MemberUpdate},
};

use crate::{
    Users,
    model::{Changes, Member},
    store, sync,
};

/// Nobody asked, so a guild whose count does not come right is read again no sooner than this.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// The same after a reading that changed nothing: then it is the count that is wrong.
const LONG_PAUSE: SignedDuration = SignedDuration::from_hours(6);

/// Somebody joins, or comes back.
pub(crate) async fn member_add(kit: Kit<Users>, on: On<MemberAdd>) -> Outcome<()> {
    let member = Member::from(&on.member);
    keep(&kit, on.guild_id.into(), &[member]).await
}

/// Somebody changes: names, roles.
pub(crate) async fn member_update(kit: Kit<Users>, on: On<MemberUpdate>) -> Outcome<()> {
    let guild = GuildId::from(on.guild_id);
    let roles = on.roles.iter().copied();
    let member = Member::of(&on.user, on.nick.as_deref(), roles, on.joined_at);
    // Discord promises no order: a late update brings nobody back.
    let mut db = kit.database.acquire().await?;
    if store::has_left(&mut db, guild, member.id, member.joined_at).await? {
        return Ok(());
    }
    drop(db);
    keep(&kit, guild, &[member]).await
}

/// Somebody left, or was made to.
pub(crate) async fn member_remove(kit: Kit<Users>, on: On<MemberRemove>) -> Outcome<()> {
    let member = Member::of(&on.user, None, std::iter::empty::<database::RoleId>(), None);
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    store::depart(&mut db, on.guild_id.into(), &member, now).await?;
    Ok(())
}

/// A session begins: Discord tells of the bot and of those who sit in voice, also without the privileged intent.
pub(crate) async fn guild_create(kit: Kit<Users>, on: On<GuildCreate>) -> Outcome<()> {
    let GuildCreate::Available(told) = &*on else {
        return Ok(());
    };
    let mut members: Vec<Member> = told.members.iter().map(Member::from).collect();
    members.sort_unstable_by_key(|member| member.id);
    members.dedup_by_key(|member| member.id);
    keep(&kit, told.id.into(), &members).await
}

async fn keep(kit: &Kit<Users>, guild: GuildId, members: &[Member]) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    store::merge(&mut db, guild, members, None, now).await?;
    Ok(())
}

/// Has the members read where Discord counts other than we do: somebody came or went unheard.
pub(crate) async fn reconcile(kit: Kit<Users>, guild: GuildId) -> Outcome<()> {
    if kit.missing_intents.contains(Intents::GUILD_MEMBERS) {
        return Ok(());
    }
    let told = kit
        .cache
        .guild(guild.into())
        .and_then(|known| known.member_count());
    let Some(told) = told else {
        return Ok(());
    };
    let mut db = kit.database.begin().await?;
    if u64::try_from(store::count_here(&mut db, guild).await?).ok() == Some(told) {
        return Ok(());
    }
    let now = kit.clock.now();
    let reading = store::reading(&mut db, guild).await?;
    let is_soon = reading.is_some_and(|reading| {
        let pause = if reading.changes == Changes::default() {
            LONG_PAUSE
        } else {
            PAUSE
        };
        reading
            .ended_at
            .is_some_and(|ended| now.duration_since(ended) < pause)
    });
    if !is_soon {
        sync::begin(&kit, &mut db, guild, None::<UserId>).await?;
        db.commit().await?;
    }
    Ok(())
}
