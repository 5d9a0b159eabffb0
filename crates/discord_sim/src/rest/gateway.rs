//! Where the gateway is, and how many sessions may be started.

use serde_json::json;

use super::{Call, Outcome, Reply, Route};
use crate::state::World;

pub(super) const ROUTES: &[Route] = &[
    Route::open("GET", "/gateway", address),
    Route::bot("GET", "/gateway/bot", limits),
];

const DAY: u64 = 86_400_000;

fn address(world: &mut World, _: &Call) -> Outcome {
    Reply::ok(json!({"url": format!("ws://{}", world.address)}))
}

fn limits(world: &mut World, _: &Call) -> Outcome {
    let now = world.now();
    let total = world.options.session_starts;
    let starts = &mut world.gateway.starts;
    while starts.front().is_some_and(|start| start + DAY <= now) {
        starts.pop_front();
    }
    let used = u32::try_from(starts.len()).unwrap_or(u32::MAX);
    let reset_after = starts.front().map_or(0, |first| first + DAY - now);
    Reply::ok(json!({
        "url": format!("ws://{}", world.address),
        "shards": world.options.shards,
        "session_start_limit": {
            "total": total,
            "remaining": total.saturating_sub(used),
            "reset_after": reset_after,
            "max_concurrency": world.options.max_concurrency.max(1),
        },
    }))
}
