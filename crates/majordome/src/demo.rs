//! The bot at work, without a Discord account.

use anyhow::bail;

/// Tells a short story; with `once` ends after it.
#[expect(clippy::unused_async, reason = "the engine behind it is asynchronous")]
pub(crate) async fn demo(_once: bool) -> anyhow::Result<()> {
    bail!("this build does not yet hold the demo")
}
