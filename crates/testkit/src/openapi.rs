//! stub
pub(crate) fn check(_calls: &[discord_sim::RecordedCall]) {}
