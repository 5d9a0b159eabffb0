//! A time zone as calendars carry it: each change of the clocks by itself, for as long as the calendar needs.

use jiff::{
    Timestamp, ToSpan as _,
    civil::DateTime,
    tz::{Dst, Offset, TimeZone},
};

use super::write::{Lines, stamp};
use crate::model::instant;

/// How many years what has no end is looked ahead.
const AHEAD: i32 = 5;
/// The most changes that are written.
const MOST: usize = 60;

/// The zone's name; `None` where times are better written in UTC.
pub(super) fn id(zone: &TimeZone) -> Option<String> {
    let name = zone.iana_name()?;
    (name != "UTC" && name != "Etc/UTC").then(|| name.to_owned())
}

fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    format!("{sign}{hours:02}{minutes:02}")
}

/// Writes the zone from before the first time to behind the last; `None` for one without an end.
pub(super) fn write(
    lines: &mut Lines,
    id: &str,
    zone: &TimeZone,
    first: DateTime,
    last: Option<DateTime>,
) {
    let from = instant(first, zone);
    let ahead = first.checked_add(AHEAD.years()).unwrap_or(first);
    let until = instant(last.unwrap_or(ahead).max(ahead), zone);
    lines.put("BEGIN:VTIMEZONE");
    lines.put(&format!("TZID:{id}"));
    let before = zone.preceding(from).next();
    let mut known = before
        .as_ref()
        .and_then(|change| zone.preceding(change.timestamp()).next())
        .map_or_else(|| zone.to_offset(Timestamp::MIN), |change| change.offset());
    if before.is_none() {
        let now = zone.to_offset_info(from);
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        part(
            lines,
            now.dst(),
            now.offset(),
            now.offset(),
            now.abbreviation(),
            epoch,
        );
        known = now.offset();
    }
    let changes = before.into_iter().chain(
        zone.following(from)
            .take_while(|change| change.timestamp() < until),
    );
    for change in changes.take(MOST) {
        // The moment of a change is told on the clocks as they were before.
        let local = known.to_datetime(change.timestamp());
        part(
            lines,
            change.dst(),
            known,
            change.offset(),
            change.abbreviation(),
            local,
        );
        known = change.offset();
    }
    lines.put("END:VTIMEZONE");
}

fn part(lines: &mut Lines, dst: Dst, from: Offset, to: Offset, name: &str, at: DateTime) {
    let kind = if dst.is_dst() { "DAYLIGHT" } else { "STANDARD" };
    lines.put(&format!("BEGIN:{kind}"));
    lines.put(&format!("DTSTART:{}", stamp(at)));
    lines.put(&format!("TZOFFSETFROM:{}", offset(from)));
    lines.put(&format!("TZOFFSETTO:{}", offset(to)));
    lines.put(&format!("TZNAME:{name}"));
    lines.put(&format!("END:{kind}"));
}
