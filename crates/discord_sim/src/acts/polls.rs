//! Polls inside messages.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::{Millis, iso};

/// A poll as it stands when its message is made.
pub(crate) fn opened(poll: &Value, now: Millis) -> Value {
    let hours = poll.get("duration").and_then(Value::as_u64).unwrap_or(24);
    let end = now + u64::try_from(Duration::from_secs(hours * 3600).as_millis()).unwrap_or(0);
    let answers: Vec<Value> = poll
        .get("answers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .zip(1_u64..)
        .map(|(answer, number)| {
            json!({"answer_id": number, "poll_media": answer.get("poll_media").cloned()})
        })
        .collect();
    json!({
        "question": poll.get("question").cloned(),
        "answers": answers,
        "expiry": iso(end),
        "allow_multiselect": poll.get("allow_multiselect").cloned().unwrap_or(json!(false)),
        "layout_type": 1,
        "results": {"is_finalized": false, "answer_counts": []},
    })
}
