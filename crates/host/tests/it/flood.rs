//! More events than a mailbox holds, of one guild, as fast as they come.

use std::sync::atomic::{AtomicU32, Ordering};

use feature::{Feature, Kit, On, Outcome, Scope};
use twilight_model::gateway::payload::incoming::MessageCreate;

/// Several times what a mailbox holds.
const MESSAGES: u32 = 30_000;

static COUNTED: AtomicU32 = AtomicU32::new(0);
static REPAIRED: AtomicU32 = AtomicU32::new(0);

/// Counts messages, and how often it was told to make good what it missed.
struct Counting;

impl Feature for Counting {
    const NAME: &'static str = "counting";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.on(heard).reconcile(repair);
    }
}

async fn heard(_: Kit<Counting>, _: On<MessageCreate>) -> Outcome<()> {
    COUNTED.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

async fn repair(_: Kit<Counting>, _: database::GuildId) -> Outcome<()> {
    REPAIRED.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_that_is_only_counted_loses_nothing() {
    let features = || feature::Registry::new().with(Counting);
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        let bob = guild.member("bob");
        story.idle().await;
        let repaired = REPAIRED.load(Ordering::Relaxed);
        for index in 0..MESSAGES {
            bob.says(&channel, &format!("word {index}"));
        }
        story.idle().await;
        assert_eq!(
            COUNTED.load(Ordering::Relaxed),
            MESSAGES,
            "each was handled once"
        );
        assert_eq!(
            REPAIRED.load(Ordering::Relaxed),
            repaired,
            "nothing was dropped, so nothing had to be made good"
        );
    })
    .await;
}
