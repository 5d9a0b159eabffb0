//! Scheduled events: fields and recurrence.

use serde_json::Value;

use super::{Fields, Patch};
use crate::{clock::Millis, error::Form, ids::Id};

/// What a body wants of an event.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: Option<String>,
    pub(crate) description: Patch<String>,
    pub(crate) kind: Option<u64>,
    pub(crate) channel: Patch<Id>,
    pub(crate) location: Option<String>,
    pub(crate) start: Option<Millis>,
    pub(crate) end: Patch<Millis>,
    pub(crate) status: Option<u64>,
    pub(crate) recurrence: Patch<Value>,
}

/// Reads the body of an event.
pub(crate) fn wanted(body: &Value, form: &mut Form) -> Wanted {
    let mut fields = Fields::of(body, "", form);
    let _ = fields.count("privacy_level", 2..=2);
    let wanted = Wanted {
        name: fields.text("name", 1..=100).set().map(str::to_owned),
        description: fields.text("description", 0..=1000).map(str::to_owned),
        kind: fields.count("entity_type", 1..=3).set(),
        channel: fields.id("channel_id"),
        location: None,
        start: fields.instant("scheduled_start_time").set(),
        end: fields.instant("scheduled_end_time"),
        status: fields.count("status", 1..=4).set(),
        recurrence: if fields.has("recurrence_rule") {
            fields
                .raw("recurrence_rule")
                .map_or(Patch::Null, |rule| Patch::Set(rule.clone()))
        } else {
            Patch::Absent
        },
    };
    let metadata = fields.raw("entity_metadata");
    let location = metadata.and_then(|metadata| {
        let mut fields = Fields::of(metadata, "entity_metadata", form);
        fields.text("location", 1..=100).set().map(str::to_owned)
    });
    if let Patch::Set(rule) = &wanted.recurrence {
        recurrence(rule, form);
    }
    Wanted { location, ..wanted }
}

const YEARLY: u64 = 0;
const MONTHLY: u64 = 1;
const WEEKLY: u64 = 2;
const DAILY: u64 = 3;

fn recurrence(rule: &Value, form: &mut Form) {
    let mut fields = Fields::of(rule, "recurrence_rule", form);
    if fields.instant("start").set().is_none() && !fields.has("start") {
        fields.require("start");
    }
    let frequency = fields.count("frequency", 0..=3).set();
    let interval = fields.count("interval", 1..=1000).set();
    if frequency.is_none() && !fields.has("frequency") {
        fields.require("frequency");
    }
    if interval.is_none() && !fields.has("interval") {
        fields.require("interval");
    }
    for key in ["count", "end", "by_year_day"] {
        if fields.raw(key).is_some() {
            fields.reject(
                key,
                "RECURRENCE_RULE_NOT_SETTABLE",
                "This field cannot be set.",
            );
        }
    }
    let list = |fields: &Fields<'_, '_>, key: &str| -> Vec<u64> {
        let list = fields.raw(key).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect()
    };
    let weekdays = list(&fields, "by_weekday");
    let nth = fields
        .raw("by_n_weekday")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let months = list(&fields, "by_month");
    let month_days = list(&fields, "by_month_day");
    let interval = interval.unwrap_or(1);
    let fits = match frequency.unwrap_or(DAILY) {
        WEEKLY => weekdays.len() == 1 && interval <= 2,
        DAILY => {
            let known: [&[u64]; 6] = [
                &[0, 1, 2, 3, 4],
                &[1, 2, 3, 4, 5],
                &[6, 0, 1, 2, 3],
                &[4, 5],
                &[5, 6],
                &[6, 0],
            ];
            interval == 1 && (weekdays.is_empty() || known.contains(&weekdays.as_slice()))
        }
        MONTHLY => nth == 1 && interval == 1,
        YEARLY => months.len() == 1 && month_days.len() == 1 && interval == 1,
        _ => false,
    };
    if !fits {
        fields.reject(
            "frequency",
            "RECURRENCE_RULE_INVALID",
            "This combination is not supported.",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_ok(rule: &Value) -> bool {
        let mut form = Form::default();
        recurrence(rule, &mut form);
        form.is_clean()
    }

    #[test]
    fn only_the_combinations_of_the_docs_are_taken() {
        let start = "2026-01-02T03:04:05.000000+00:00";
        let rule = |frequency: u64, interval: u64, extra: Value| {
            let mut rule = json!({"start": start, "frequency": frequency, "interval": interval});
            for (key, value) in extra.as_object().into_iter().flatten() {
                rule[key] = value.clone();
            }
            rule
        };
        assert!(is_ok(&rule(WEEKLY, 2, json!({"by_weekday": [3]}))));
        assert!(!is_ok(&rule(WEEKLY, 3, json!({"by_weekday": [3]}))));
        assert!(!is_ok(&rule(WEEKLY, 1, json!({"by_weekday": [3, 4]}))));
        assert!(is_ok(&rule(DAILY, 1, json!({"by_weekday": [5, 6]}))));
        assert!(!is_ok(&rule(DAILY, 1, json!({"by_weekday": [0, 5]}))));
        assert!(is_ok(&rule(
            MONTHLY,
            1,
            json!({"by_n_weekday": [{"n": 1, "day": 2}]})
        )));
        assert!(is_ok(&rule(
            YEARLY,
            1,
            json!({"by_month": [1], "by_month_day": [2]})
        )));
        assert!(!is_ok(&rule(DAILY, 1, json!({"count": 3}))));
    }
}
