//! What becomes of tasks at a worksite that is archived: they are told of it with what is to become of them.

use database::{GuildId, UserId};
use feature::{Announcement, Kit, Outcome};
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{Tasks, model::State, store, work};

/// Tasks that are read at a time.
const PAGE: i64 = 100;

/// What happened in the program.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Heard(Announcement);

impl Job for Heard {
    const NAME: &'static str = "tasks.heard";
}

/// What is told of a worksite that is archived.
#[derive(Debug, Deserialize)]
struct Ended {
    number: i32,
    archived_by: UserId,
    open_work: String,
    moves_to: Option<i32>,
}

pub(crate) async fn heard(kit: Kit<Tasks>, Heard(told): Heard) -> Outcome<()> {
    if told.kind != "worksite.archived" {
        return Ok(());
    }
    // One that an older program told says nothing of work.
    let Ok(archived) = serde_json::from_value::<Ended>(told.data) else {
        return Ok(());
    };
    match (archived.open_work.as_str(), archived.moves_to) {
        ("ends", _) => settle(&kit, told.guild, &archived, None).await,
        ("moves", Some(to)) => {
            let mut db = kit.database.acquire().await?;
            let site = worksites::sites::get(&mut db, told.guild, to).await?;
            drop(db);
            let site = site.map(|site| (site.number, site.name));
            settle(&kit, told.guild, &archived, site).await
        }
        _ => Ok(()),
    }
}

/// Cancels the open tasks of a worksite, or moves them to another one. What is done is not found again.
async fn settle(
    kit: &Kit<Tasks>,
    guild: GuildId,
    archived: &Ended,
    to: Option<(i32, String)>,
) -> Outcome<()> {
    let (by, now) = (archived.archived_by, kit.clock.now());
    let mut after = 0;
    loop {
        let mut db = kit.database.acquire().await?;
        let numbers = store::open_at(&mut db, guild, archived.number, after, PAGE).await?;
        drop(db);
        let Some(last) = numbers.last().copied() else {
            return Ok(());
        };
        after = last;
        for number in numbers {
            let changed = work::change(kit, guild, number, by, |task| {
                let is_there = task
                    .site
                    .as_ref()
                    .is_some_and(|(at, _)| *at == archived.number);
                if !is_there || task.state.is_closed() {
                    return Ok(());
                }
                match &to {
                    Some(site) => task.site = Some(site.clone()),
                    None => task.enter(State::Cancelled, by, now),
                }
                Ok(())
            });
            match changed.await {
                Ok(_) => {}
                // Deleted a moment ago.
                Err(failure) if failure.of::<work::Refused>().is_some() => {}
                Err(failure) => return Err(failure),
            }
        }
    }
}
