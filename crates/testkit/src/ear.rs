//! A feature that hears what happens in others.

use database::GuildId;
use feature::{Announcement, Feature, Kit, Outcome, Scope};
use jobs::Job;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

static HEARD: Mutex<Vec<Announcement>> = Mutex::new(Vec::new());

/// Hears what happens in the features beside it; see [`heard`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Ear;

#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
struct Heard(Announcement);

impl Job for Heard {
    const NAME: &'static str = "ear.heard";
}

impl Feature for Ear {
    const NAME: &'static str = "ear";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.listens(hear);
    }
}

async fn hear(_: Kit<Ear>, Heard(announcement): Heard) -> Outcome<()> {
    HEARD.lock().push(announcement);
    Ok(())
}

/// What happened in a guild so far, in order: its kind and its subject.
pub fn heard(guild: GuildId) -> Vec<String> {
    let heard = HEARD.lock();
    let mut heard: Vec<&Announcement> = heard.iter().filter(|one| one.guild == guild).collect();
    heard.sort_by_key(|one| one.sequence);
    heard
        .into_iter()
        .map(|one| format!("{} {}", one.kind, one.subject))
        .collect()
}
