//! Invites to a guild.

use std::time::Duration;

use crate::{clock::Millis, ids::Id};

/// An invite.
#[derive(Clone, Debug)]
pub(crate) struct Invite {
    pub(crate) code: String,
    pub(crate) channel: Id,
    pub(crate) by: Id,
    /// Seconds; 0 is for ever.
    pub(crate) max_age: u64,
    /// 0 is without limit.
    pub(crate) max_uses: u64,
    pub(crate) uses: u64,
    pub(crate) temporary: bool,
    pub(crate) created: Millis,
    /// Roles given to those who come by it.
    pub(crate) roles: Vec<Id>,
}

impl Invite {
    pub(crate) fn expires(&self) -> Option<Millis> {
        let age = Duration::from_secs(self.max_age).as_millis();
        (self.max_age > 0).then(|| self.created + Millis::try_from(age).unwrap_or(Millis::MAX))
    }
}
