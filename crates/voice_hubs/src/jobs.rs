//! What runs on a schedule.

use feature::{Kit, Outcome};
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{VoiceHubs, store, watch};

/// How many guilds a sweep reads at a time.
const PAGE: i64 = 500;

/// Plans every guild that has rooms, though nothing told of a need.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const NAME: &'static str = "voice_hubs.sweep";
}

pub(crate) async fn sweep(kit: Kit<VoiceHubs>, _: Sweep) -> Outcome<()> {
    let mut after = None;
    let day = kit.clock.now() - SignedDuration::from_hours(24);
    store::drop_opened(&mut *kit.database.acquire().await?, day).await?;
    loop {
        let guilds =
            store::guilds_with_rooms(&mut *kit.database.acquire().await?, after, PAGE).await?;
        for guild in &guilds {
            if watch::know(&kit, *guild).await? {
                watch::wake(&kit, *guild);
            }
        }
        let Some(last) = guilds.last() else {
            return Ok(());
        };
        after = Some(*last);
    }
}
