//! The bot itself.

use anyhow::bail;

use crate::config::Config;

/// Runs the bot until it is told to stop.
#[expect(clippy::unused_async, reason = "the engine behind it is asynchronous")]
pub(crate) async fn run(_config: Config) -> anyhow::Result<()> {
    bail!("this build does not yet connect to Discord")
}

/// Prints the commands that would be registered.
pub(crate) fn commands() -> anyhow::Result<()> {
    bail!("this build does not yet hold any commands")
}
