//! Faults by name.

use std::time::Duration;

use serde_json::Value;

use super::{Report, scene::Result};
use crate::sim::Sim;

/// Faults by name: `op7`, `op9` (value: resumable), `drop`, `close` (value: code), `freeze_acks` (value:
/// on), `dead_resume_address` (value: on), `delay_rest` (value: milliseconds), `rest_down` (value: on),
/// `duplicate`, `reorder`.
pub(super) fn fault(sim: &Sim, name: &str, value: &Value) -> Result<Report> {
    let faults = sim.faults();
    let is_on = value.as_bool().unwrap_or(true);
    match name {
        "op7" => faults.op7(),
        "op9" => faults.op9(value.as_bool().unwrap_or(false)),
        "drop" => faults.drop_gateway(),
        "close" => {
            let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
            faults.close(code.unwrap_or(4000));
        }
        "freeze_acks" => faults.freeze_acks(is_on),
        "dead_resume_address" => faults.dead_resume_address(is_on),
        "delay_rest" => {
            faults.delay_rest(Duration::from_millis(value.as_u64().unwrap_or(0)));
        }
        "rest_down" => faults.rest_down(is_on),
        "duplicate" => faults.duplicate_next_event(),
        "reorder" => faults.reorder_next_events(),
        _ => return Err(format!("there is no fault {name}")),
    }
    Ok(Report::done())
}
