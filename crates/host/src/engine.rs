//! What all parts of the host share.

use std::sync::Arc;

use database::ApplicationId;
use feature::House;
use tokio_util::sync::CancellationToken;

use crate::{busy::Busy, events::Mailboxes, interactions::Crowd, threads::Threads};

/// Shared by shards, router and mailboxes; clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Engine(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) application: ApplicationId,
    pub(crate) busy: Busy,
    pub(crate) crowd: Crowd,
    pub(crate) house: House,
    pub(crate) mailboxes: Mailboxes,
    /// Set when the program stops: no new work is begun.
    pub(crate) stopping: CancellationToken,
    /// Where the features' code runs.
    pub(crate) threads: Arc<Threads>,
}

impl Engine {
    pub(crate) fn new(
        application: ApplicationId,
        house: House,
        busy: Busy,
        threads: Arc<Threads>,
        stopping: CancellationToken,
    ) -> Self {
        Self(Arc::new(Parts {
            application,
            busy,
            crowd: Crowd::default(),
            house,
            mailboxes: Mailboxes::default(),
            stopping,
            threads,
        }))
    }
}

impl std::ops::Deref for Engine {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
