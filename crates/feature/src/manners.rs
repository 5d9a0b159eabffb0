//! How a guild is spoken to, and whether the bot is still in it.

use database::{GuildId, RoleId};
use jiff::{SignedDuration, tz::TimeZone};
use jobs::{Job, NewJob};
use twilight_model::gateway::payload::incoming::GuildDelete;

use crate::{Failure, General, House, Lang, Outcome, Refusal};

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

    /// Has a job run a while after the bot was taken out of a guild; counted anew when it was there again meanwhile.
    /// Nothing where the guild is only out of reach. The job must ask [`has_left`](Self::has_left), and not name the
    /// guild `guild`: a feature's jobs wait while it is off there.
    ///
    /// # Errors
    ///
    /// Fails when Postgres does.
    pub async fn when_left<J: Job>(
        &self,
        gone: &GuildDelete,
        pause: SignedDuration,
        job: impl FnOnce(GuildId) -> J,
    ) -> Outcome<()> {
        if gone.unavailable == Some(true) {
            return Ok(());
        }
        let guild = GuildId::from(gone.id);
        let job = NewJob::new(&job(guild))
            .map_err(Failure::fault)?
            .key(guild.to_string())
            .after(pause);
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
