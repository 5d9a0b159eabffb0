//! Features that a guild has switched off, asked once for all of them.

use database::GuildId;
use feature::{BoxFuture, Explain as _, House, Outcome, settings::SettingsError};
use jiff::SignedDuration;
use jobs::{JobContext, JobError, NewJob};
use serde::Deserialize as _;
use serde_json::Value;

/// How long a job waits before it is looked at again.
const LATER: SignedDuration = SignedDuration::from_hours(1);

/// Work on an event or a repair, which is not done where its feature is off. Switching it on again repairs the guild.
pub(crate) fn unless_off(
    house: &House,
    feature: &'static str,
    guild: Option<GuildId>,
    work: BoxFuture<'static, Outcome<()>>,
) -> BoxFuture<'static, Outcome<()>> {
    let Some(guild) = guild.filter(|_| house.catalogue.can_be_off(feature)) else {
        return work;
    };
    let house = house.clone();
    Box::pin(async move {
        if house.is_off(feature, guild).await? {
            return Ok(());
        }
        work.await
    })
}

/// Whether a job is of a guild where its feature is off. It is enqueued anew then, so that it is done after the
/// feature was switched on; jobs name their guild in the field `guild`. What tells a listener is dropped: there can be
/// any number of it, and who is off does not listen.
pub(crate) async fn postpones(
    house: &House,
    feature: &str,
    name: &str,
    payload: &Value,
    job: &JobContext,
) -> Result<bool, JobError> {
    let guild = payload
        .get("guild")
        .and_then(|guild| GuildId::deserialize(guild).ok());
    let Some(guild) = guild else {
        return Ok(false);
    };
    let settings = |error: SettingsError| JobError::new(error.class(), feature::chain(&error));
    if !house.is_off(feature, guild).await.map_err(settings)? {
        return Ok(false);
    }
    if house.catalogue.is_told_by(name) {
        return Ok(true);
    }
    let later = NewJob::raw(name, payload.clone())
        // Should this process die before the job counts as done, it is still enqueued once.
        .key(format!("off {}", job.id))
        .after(LATER);
    let failed = |error: sqlx::Error| JobError::transient(error.to_string());
    let mut connection = house.database.acquire().await.map_err(failed)?;
    house
        .jobs
        .enqueue(&mut connection, later)
        .await
        .map_err(failed)?;
    Ok(true)
}
