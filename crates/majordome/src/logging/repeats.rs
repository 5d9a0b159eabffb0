//! Holds back lines that say the same, and says how often they were said.
//!
//! Within an interval a line is heard [`HEARD`] times, and all lines of one place in the code
//! [`HEARD_PER_PLACE`] times. What is beyond is counted, and summed up at the interval's end: nothing is
//! hidden for good.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// Times that one line is heard in an interval.
const HEARD: u64 = 5;

/// Times that one place in the code is heard in an interval, whatever it says.
const HEARD_PER_PLACE: u64 = 100;

/// Lines remembered in an interval; beyond, places alone are counted.
const REMEMBERED: usize = 2048;

/// Bytes of a line that are kept to say which it was.
const KEPT: usize = 200;

/// The filter that counts.
pub(super) struct Repeats(Arc<Shared>);

/// Tells what was held back: every interval, and when dropped.
#[derive(Clone)]
pub(crate) struct Summaries(Arc<Shared>);

struct Shared {
    interval: Duration,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    /// By place and text.
    lines: HashMap<u64, Line>,
    /// By place.
    places: HashMap<Identifier, Line>,
}

struct Line {
    seen: u64,
    held_back: u64,
    level: tracing::Level,
    target: &'static str,
    text: String,
}

/// A filter, and the one who tells what it held back.
pub(super) fn new(interval: Duration) -> (Repeats, Summaries) {
    let shared = Arc::new(Shared {
        interval,
        counts: Mutex::default(),
    });
    (Repeats(Arc::clone(&shared)), Summaries(shared))
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Whether this line is to be heard.
    fn hear(&mut self, metadata: &'static Metadata<'static>, text: &Text) -> bool {
        let place = self
            .places
            .entry(metadata.callsite())
            .or_insert_with(|| Line::new(metadata, metadata.name()));
        place.seen += 1;
        let loud_place = place.seen > HEARD_PER_PLACE;
        let mut hasher = DefaultHasher::new();
        (metadata.callsite(), &text.0).hash(&mut hasher);
        let key = hasher.finish();
        if self.lines.len() >= REMEMBERED && !self.lines.contains_key(&key) {
            if loud_place {
                place.held_back += 1;
            }
            return !loud_place;
        }
        let line = self
            .lines
            .entry(key)
            .or_insert_with(|| Line::new(metadata, &text.0));
        line.seen += 1;
        if line.seen > HEARD {
            line.held_back += 1;
            // Counted with its line, not a second time with its place.
            place.seen -= 1;
            return false;
        }
        if loud_place {
            place.held_back += 1;
            if place.text == metadata.name() {
                place.text = cut(&text.0);
            }
        }
        !loud_place
    }
}

impl Line {
    fn new(metadata: &Metadata<'static>, text: &str) -> Self {
        Self {
            seen: 0,
            held_back: 0,
            level: *metadata.level(),
            target: metadata.target(),
            text: cut(text),
        }
    }

    fn tell(&self) {
        let (line, times, from) = (self.text.as_str(), self.held_back, self.target);
        let words = "a line was repeated and held back";
        // The level of an event is part of its place in the code: one place for each.
        match self.level {
            tracing::Level::ERROR => tracing::error!(line, times, from, "{words}"),
            tracing::Level::WARN => tracing::warn!(line, times, from, "{words}"),
            tracing::Level::INFO => tracing::info!(line, times, from, "{words}"),
            tracing::Level::DEBUG => tracing::debug!(line, times, from, "{words}"),
            tracing::Level::TRACE => tracing::trace!(line, times, from, "{words}"),
        }
    }
}

/// The start of `text`, at a character's end.
fn cut(text: &str) -> String {
    let end = (0..=KEPT.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

impl<S: Subscriber> Filter<S> for Repeats {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        // The sums themselves are always heard.
        if metadata.target() == module_path!() {
            return true;
        }
        let mut text = Text::default();
        event.record(&mut text);
        self.0.counts().hear(metadata, &text)
    }
}

/// An event's message and fields, as one line.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String does not fail.
        let _ = if field.name() == "message" {
            write!(
                self.0,
                "{}{value:?}",
                if self.0.is_empty() { "" } else { " " }
            )
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
    }
}

impl Summaries {
    /// Tells what was held back since the last time, and lets every line be heard again.
    pub(crate) fn tell(&self) {
        let counts = std::mem::take(&mut *self.0.counts());
        let lines = counts
            .lines
            .into_values()
            .chain(counts.places.into_values());
        let mut held_back: Vec<Line> = lines.filter(|line| line.held_back > 0).collect();
        held_back.sort_by(|one, other| {
            other
                .held_back
                .cmp(&one.held_back)
                .then_with(|| one.text.cmp(&other.text))
        });
        for line in held_back {
            line.tell();
        }
    }

    /// Tells it each interval, from a thread of its own: it must also speak when the program hangs.
    pub(super) fn tell_every_interval(&self) {
        let shared = Arc::downgrade(&self.0);
        let interval = self.0.interval;
        let tell = move || {
            loop {
                thread::sleep(interval);
                // The filter keeps the counts alive as long as the process logs.
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                Self(shared).tell();
            }
        };
        let spawned = thread::Builder::new()
            .name("log-summaries".to_owned())
            .spawn(tell);
        if let Err(error) = spawned {
            tracing::warn!(%error, "repeated log lines will only be summed up at the end");
        }
    }
}
