//! What is erased stays erased when an old copy of the database is put back.
//!
//! Who was erased, and up to which message, is a row under a salted hash; a back-up that was made before has neither the
//! row nor the erasure. So the same stands in `erased` below `DATA_DIR`, which only grows: at every start, and once a day,
//! what it says is put back into the rows, and words that came back are erased again. Lines of another database, with
//! another salt, are passed over.

use std::{io, path::Path};

use database::{GuildId, MessageId, UserId};
use feature::{Failure, House, Kit, Outcome};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use tokio::{fs, io::AsyncWriteExt as _};

use crate::{Archive, attachments::hex, memory, privacy::Erase, store};

/// How many authors are looked at together.
const AT_ONCE: i64 = 1_000;

/// Erases again what came back in a guild.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Recall {
    // Not called `guild`: it must not wait while the archive is off.
    of: GuildId,
}

impl Job for Recall {
    const NAME: &'static str = "archive.recall";
}

/// That somebody was erased.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Line {
    guild: GuildId,
    hash: Vec<u8>,
    to: MessageId,
}

impl Line {
    fn write(&self, salt: &str) -> String {
        format!("{salt} {} {} {}\n", self.guild, hex(&self.hash), self.to)
    }

    /// A line of this database.
    fn read(line: &str, salt: &str) -> Option<Self> {
        let mut words = line.split(' ');
        if words.next() != Some(salt) {
            return None;
        }
        let line = Self {
            guild: words.next()?.parse().ok()?,
            hash: crate::attachments::bytes(words.next()?)?,
            to: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(line)
    }
}

/// By which a database is known in the file.
async fn mark(kit: &Kit<Archive>) -> sqlx::Result<String> {
    let salt = store::people::salt(&mut *kit.database.acquire().await?).await?;
    let mark = Sha256::digest(Sha256::digest(salt));
    Ok(hex(mark.get(..8).unwrap_or_default()))
}

/// Writes down outside the database that somebody is erased.
pub(crate) async fn note(
    kit: &Kit<Archive>,
    guild: GuildId,
    user: UserId,
    to: MessageId,
) -> Outcome<()> {
    let Some(files) = &kit.feature.operator.files else {
        return Ok(());
    };
    let hash = memory::hash(kit, user).await?;
    let line = Line { guild, hash, to }.write(&mark(kit).await?);
    append(files, &line).await.map_err(Failure::fault)
}

async fn append(files: &Path, line: &str) -> io::Result<()> {
    fs::create_dir_all(files).await?;
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .append(true)
        .create(true)
        .open(files.join("erased"))
        .await?;
    // One write: two at once do not mix.
    file.write_all(line.as_bytes()).await?;
    file.flush().await?;
    file.sync_data().await
}

/// Has a guild looked through.
pub(crate) async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> Outcome<()> {
    let job = NewJob::new(&Recall { of: guild })
        .map_err(Failure::fault)?
        .key(guild.to_string());
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn recall(kit: Kit<Archive>, job: Recall) -> Outcome<()> {
    let guild = job.of;
    if let Some(files) = &kit.feature.operator.files {
        let text = match fs::read_to_string(files.join("erased")).await {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::fault(error)),
        };
        let mark = mark(&kit).await?;
        let lines = text.lines().filter_map(|line| Line::read(line, &mark));
        let (hashes, ids): (Vec<_>, Vec<_>) = lines
            .filter(|line| line.guild == guild)
            .map(|line| (line.hash, line.to))
            .unzip();
        let mut db = kit.database.acquire().await?;
        store::people::note_all_erased(&mut db, guild, &hashes, &ids).await?;
    }
    let erased = store::people::erased(&mut *kit.database.acquire().await?, guild).await?;
    if erased.is_empty() {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let mut db = kit.database.acquire().await?;
        let authors = store::people::who_spoke(&mut db, guild, after, AT_ONCE).await?;
        drop(db);
        let Some(last) = authors.last() else {
            return Ok(());
        };
        after = i64::try_from(last.0).unwrap_or(i64::MAX);
        for (user, first) in authors {
            let hash = memory::hash(&kit, user).await?;
            let Some(to) = erased.get(&hash).copied().filter(|to| *to >= first) else {
                continue;
            };
            tracing::warn!(%guild, "words that were erased came back, and are erased again");
            let mut db = kit.database.begin().await?;
            Erase::later(&kit, &mut db, guild, user, to).await?;
            db.commit().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_others_are_passed_over() {
        let line = Line {
            guild: "197038439483310086".parse().unwrap(),
            hash: vec![7; 32],
            to: "1573890097399463936".parse().unwrap(),
        };
        let written = line.write("aa");
        assert_eq!(Line::read(written.trim_end(), "aa"), Some(line));
        assert_eq!(Line::read(written.trim_end(), "bb"), None);
        for broken in ["", "aa", "aa 1 2 3", "aa 1970384394833"] {
            assert_eq!(Line::read(broken, "aa"), None, "{broken}");
        }
    }
}
