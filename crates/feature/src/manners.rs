//! How a guild is spoken to, and whether the bot is still in it.

use database::{GuildId, RoleId};
use jiff::{SignedDuration, tz::TimeZone};
use jobs::NewJob;
use serde::{Deserialize, Serialize};
use twilight_model::gateway::payload::incoming::GuildDelete;

use crate::{Failure, General, House, Lang, Outcome, Refusal};

/// How long what is known of a guild is kept after the bot was taken out of it.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Erases everything of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Left {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    pub(crate) left: GuildId,
}

/// What a guild's general settings come to.
#[derive(Clone, Debug)]
pub struct Manners {
    /// The language of what everyone reads.
    pub lang: Lang,
    /// The zone of what has an hour.
    pub zone: TimeZone,
    /// Who is the staff, if somebody is.
    pub staff: Option<RoleId>,
}

impl House {
    /// The language, zone and staff role of a guild; from the cached settings. Needs `GUILD` in the cache for the
    /// language that Discord knows of it.
    ///
    /// # Errors
    ///
    /// Fails when the settings are not cached and the database does.
    pub async fn manners(&self, guild: GuildId) -> Outcome<Manners> {
        let general = self.settings.get::<General>(guild).await?;
        let defaults = self.settings.defaults();
        let locale = self
            .cache
            .guild(guild.into())
            .map(|guild| guild.preferred_locale().to_owned());
        Ok(Manners {
            lang: general.lang(locale.as_deref(), defaults),
            zone: general.zone(defaults),
            staff: general.staff_role,
        })
    }

    /// Has a job run 30 days after the bot was taken out of a guild; counted anew when it was there again meanwhile.
    /// Nothing where the guild is only out of reach: an outage says so too.
    pub(crate) async fn when_left(&self, gone: &GuildDelete, job: &'static str) -> Outcome<()> {
        if gone.unavailable == Some(true) {
            return Ok(());
        }
        let left = GuildId::from(gone.id);
        let payload = serde_json::to_value(Left { left }).map_err(Failure::fault)?;
        let job = NewJob::raw(job, payload).key(left.to_string()).after(KEPT);
        let mut db = self.database.acquire().await?;
        self.jobs.enqueue(&mut db, job).await?;
        Ok(())
    }

    /// Whether the bot is no longer in a guild. Discord is asked, because the cache of a process that has just begun
    /// knows no guild yet: to be asked before anything of a guild is erased.
    ///
    /// # Errors
    ///
    /// Fails when Discord does not say.
    pub async fn has_left(&self, guild: GuildId) -> Result<bool, Refusal> {
        let asked = self.discord.http().guild(guild.into());
        match self.discord.one(asked).await {
            Ok(_) => Ok(false),
            Err(Refusal::Gone(_) | Refusal::Forbidden { .. }) => Ok(true),
            Err(refusal) => Err(refusal),
        }
    }
}
