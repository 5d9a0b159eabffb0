//! Where the channels of worksites stand.

use database::ChannelId;
use feature::{Outcome, settings::Document};
use serde::{Deserialize, Serialize};

/// The settings of all worksites of a guild.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorksiteSettings {
    /// The category of open worksites; absent: none.
    pub(crate) category: Option<ChannelId>,
    /// The category of archived ones; absent: they stay where they are.
    pub(crate) archive: Option<ChannelId>,
}

impl Document for WorksiteSettings {
    const SUBJECT: &'static str = "worksites";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        Ok(())
    }
}
