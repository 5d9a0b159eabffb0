//! Writing what was told, live or read from the history, with what members do not want to be kept left out.

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, MessageId, UserId};
use feature::Kit;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use crate::{
    Archive, attachments, channels, memory,
    model::{Reaction, Told, Version},
    store::{self, channels::Live},
    wire::FORWARD,
};

/// What is written in one transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// One telling of each message.
    pub(crate) told: Vec<Told>,
    pub(crate) versions: Vec<Version>,
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) live: Vec<Live>,
    /// Who said it, with the hash of each.
    pub(crate) authors: BTreeMap<(GuildId, UserId), Vec<u8>>,
}

/// Writes a batch; how many messages were not known before.
pub(crate) async fn write(kit: &Kit<Archive>, mut batch: Batch) -> sqlx::Result<i64> {
    prepare(kit, &mut batch).await?;
    let mut db = kit.database.begin().await?;
    let added = write_in(kit, &mut db, &mut batch).await?;
    db.commit().await?;
    let count = u64::try_from(batch.told.len()).unwrap_or_default();
    metrics::counter!("archive_written_total").increment(count);
    Ok(added)
}

/// Hashes the authors, notes new channels, and makes room for the months. Before the transaction begins.
pub(crate) async fn prepare(kit: &Kit<Archive>, batch: &mut Batch) -> sqlx::Result<()> {
    for told in &batch.told {
        if let Some(author) = told.author_id {
            let hash = memory::hash(kit, author).await?;
            batch.authors.insert((told.guild_id, author), hash);
        }
    }
    note(kit, batch).await?;
    let mut wanted = months(&batch.told);
    wanted.retain(|month, _| !kit.feature.memory.has_room(*month));
    if !wanted.is_empty() {
        let ids: Vec<_> = wanted.values().copied().collect();
        store::messages::make_room(&mut *kit.database.acquire().await?, &ids).await?;
        for month in wanted.into_keys() {
            kit.feature.memory.note_room(month);
        }
    }
    Ok(())
}

/// The months of messages, each with one of them.
pub(crate) fn months(told: &[Told]) -> BTreeMap<(i16, i8), MessageId> {
    let mut months = BTreeMap::new();
    for told in told {
        let day = feature::created_at(told.id.get())
            .to_zoned(TimeZone::UTC)
            .date();
        months.entry((day.year(), day.month())).or_insert(told.id);
    }
    months
}

/// Joins a batch whose authors are hashed and whose months have room with what is stored; how many messages were not
/// known before.
pub(crate) async fn join(db: &mut PgConnection, batch: &mut Batch) -> sqlx::Result<i64> {
    store::messages::take_turn(db).await?;
    // In its turn: who is erased in another turn was noted before it, so no word slips in between.
    withhold(db, batch).await?;
    withhold_forwards(db, batch).await?;
    let added = store::messages::write(db, &batch.told).await?;
    store::messages::write_versions(db, &batch.versions).await?;
    Ok(added)
}

/// Writes a batch that is [prepared](prepare), in a transaction of the caller's.
pub(crate) async fn write_in(
    kit: &Kit<Archive>,
    db: &mut PgConnection,
    batch: &mut Batch,
) -> sqlx::Result<i64> {
    let added = join(db, batch).await?;
    store::messages::write_authors(db, &batch.told, true).await?;
    attachments::note(kit, db, &batch.told).await?;
    store::messages::write_reactions(db, &batch.reactions).await?;
    // A channel whose line broke within the batch has two parts, and a statement writes a row once.
    let mut rest = batch.live.clone();
    while !rest.is_empty() {
        let mut seen = BTreeSet::new();
        let (now, later) = rest
            .into_iter()
            .partition::<Vec<_>, _>(|live| seen.insert(live.channel));
        store::channels::hold_live(db, &now, kit.clock.now()).await?;
        rest = later;
    }
    Ok(added)
}

/// Writes down what the channels are of which something comes for the first time.
async fn note(kit: &Kit<Archive>, batch: &Batch) -> sqlx::Result<()> {
    let mut new: BTreeMap<GuildId, Vec<_>> = BTreeMap::new();
    for live in &batch.live {
        if kit.feature.memory.is_new(live.channel)
            && let Some(channel) = kit.cache.channel(live.channel.into())
        {
            new.entry(live.guild)
                .or_default()
                .push(channels::named(&channel));
        }
    }
    for (guild, mut named) in new {
        named.sort_unstable_by_key(|channel| channel.id);
        named.dedup_by_key(|channel| channel.id);
        let mut db = kit.database.acquire().await?;
        store::channels::note(&mut db, guild, &named, kit.clock.now()).await?;
        for channel in named {
            kit.feature.memory.note(channel.id);
        }
    }
    Ok(())
}

/// Leaves out what members do not want to be kept.
async fn withhold(db: &mut PgConnection, batch: &mut Batch) -> sqlx::Result<()> {
    if batch.authors.is_empty() {
        return Ok(());
    }
    let guilds: Vec<GuildId> = batch.authors.keys().map(|(guild, _)| *guild).collect();
    let hashes: Vec<Vec<u8>> = batch.authors.values().cloned().collect();
    let people = store::people::said(db, &guilds, &hashes).await?;
    if people.is_empty() {
        return Ok(());
    }
    let known: BTreeMap<(GuildId, UserId), (bool, i64)> = batch
        .authors
        .iter()
        .filter_map(|((guild, author), hash)| {
            let person = people
                .iter()
                .find(|person| person.guild == *guild && person.hash == *hash)?;
            Some(((*guild, *author), (person.is_out, person.erased_to)))
        })
        .collect();
    for told in &mut batch.told {
        let Some(author) = told.author_id else {
            continue;
        };
        if let Some((is_out, erased_to)) = known.get(&(told.guild_id, author)) {
            let is_erased = i64::try_from(told.id).is_ok_and(|id| id <= *erased_to);
            if *is_out || is_erased {
                told.withhold(is_erased);
                batch
                    .versions
                    .retain(|version| version.message_id != told.id);
            }
        }
    }
    Ok(())
}

/// Leaves out what was passed on of messages whose words are not kept.
async fn withhold_forwards(db: &mut PgConnection, batch: &mut Batch) -> sqlx::Result<()> {
    let forwards = batch
        .told
        .iter()
        .filter(|told| told.has.contains(&FORWARD))
        .filter_map(|told| Some((told.guild_id, told.reply_to?)));
    let (guilds, ids): (Vec<GuildId>, Vec<MessageId>) = forwards.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let withheld = store::messages::withheld(db, &guilds, &ids).await?;
    for told in &mut batch.told {
        let is_one = told.has.contains(&FORWARD);
        if is_one && told.reply_to.is_some_and(|of| withheld.contains(&of)) {
            told.said_besides = None;
            told.payload = None;
        }
    }
    Ok(())
}
