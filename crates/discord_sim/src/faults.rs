//! Faults: what Discord does on a bad day, on request.

use std::{collections::VecDeque, time::Duration};

/// What happens to an event instead of being sent plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventFault {
    /// It is sent twice.
    Duplicate,
    /// The next event overtakes it.
    Late,
    /// It is not sent; a resume brings it.
    Lost,
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) freeze_acks: bool,
    pub(crate) dead_resume_address: bool,
    pub(crate) refuse_identify: Option<u16>,
    pub(crate) delay_rest: Option<Duration>,
    pub(crate) events: VecDeque<EventFault>,
}
