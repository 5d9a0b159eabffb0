"""Reads calendars that the plan wrote with another reader, and holds every event to what it should be.

Beside each NAME.ics stands NAME.json: what was planned, with its times in UTC as the program reckons them.
"""

import datetime
import json
import pathlib
import sys

import icalendar
import recurring_ical_events


def told(value):
    """A day as it is, a time in UTC."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def properties(calendar):
    return [
        sorted((name, str(value.to_ical() if hasattr(value, "to_ical") else value)) for name, value in event.items())
        for event in calendar.walk("VEVENT")
    ]


def check(path):
    raw = path.read_bytes()
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75, f"{path.name}: a line of {len(line)} octets"
        assert b"\n" not in line and b"\r" not in line, f"{path.name}: a line that ends otherwise than in CRLF"
    calendar = icalendar.Calendar.from_ical(raw)
    for component in calendar.walk():
        assert not component.errors, f"{path.name}: {component.errors}"
    again = icalendar.Calendar.from_ical(calendar.to_ical())
    assert properties(calendar) == properties(again), f"{path.name}: written anew it is another"
    expected = json.loads(path.with_suffix(".json").read_text())
    found = {}
    window = datetime.datetime(2025, 12, 1), datetime.datetime(2030, 1, 1)
    # Cancelled ones are looked at too.
    for event in recurring_ical_events.of(calendar, skip_bad_series=False).between(*window):
        uid = str(event["UID"]).replace("-first@", "@")
        found.setdefault(uid, []).append(
            [told(event["DTSTART"].dt), told(event["DTEND"].dt), str(event["SUMMARY"]), int(event["SEQUENCE"])]
        )
    for uid, times in expected.items():
        assert sorted(found.get(uid, [])) == sorted(times), f"{path.name} {uid}:\n{sorted(found.get(uid, []))}\n{sorted(times)}"
    assert set(found) == set(expected), f"{path.name}: {set(found) ^ set(expected)}"
    return sum(map(len, expected.values()))


files = sorted(pathlib.Path(sys.argv[1]).glob("*.ics"))
assert files, "no calendars were written"
count = sum(check(path) for path in files)
print(f"{len(files)} calendars with {count} times are read as they were planned")
