//! What the program says about itself: lines on standard error, for people or for machines.
//!
//! Three walls keep secrets out. Nothing of ours logs a token, a password or a member's words; parts
//! that are not ours are held at a level at which they do not either ([`QUIET`]); and what still comes
//! through is cut out of the finished line ([`redact`]).
//!
//! A flood must not bury the line that matters: [`repeats`] counts lines that say the same, and
//! sums them up.

mod redact;
mod repeats;

use std::io;
use std::time::Duration;

use secrecy::SecretString;
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::LogFormat;
use redact::Redact;
use repeats::Repeats;
pub(crate) use repeats::Summaries;

/// Parts that are not ours, and the most they may say. At a finer level they log request paths with
/// interaction tokens, or frames with what members wrote.
const QUIET: &[(&str, Level)] = &[
    ("twilight_http", Level::WARN),
    ("twilight_http_ratelimiting", Level::WARN),
    ("twilight_gateway", Level::DEBUG),
    // "relation already exists, skipping", at each start.
    ("sqlx::postgres::notice", Level::WARN),
    ("hyper", Level::INFO),
    ("hyper_util", Level::INFO),
    ("tokio_websockets", Level::INFO),
    ("rustls", Level::INFO),
    ("h2", Level::INFO),
    ("tungstenite", Level::INFO),
];

/// How often lines that were held back are summed up.
const INTERVAL: Duration = Duration::from_secs(30);

/// Starts logging for the whole process. Keep what it returns until the end: it tells what was held
/// back last.
///
/// # Errors
///
/// When logging was already started.
pub(crate) fn start(
    level: &str,
    format: LogFormat,
    secrets: &[SecretString],
) -> Result<Summaries, TryInitError> {
    let (repeats, summaries) = repeats::new(INTERVAL);
    let layer = layer(level, format, Redact::new(secrets, io::stderr), repeats);
    tracing_subscriber::registry().with(layer).try_init()?;
    summaries.tell_every_interval();
    Ok(summaries)
}

fn layer<W>(
    level: &str,
    format: LogFormat,
    writer: W,
    repeats: Repeats,
) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'w> fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    // Checked when the configuration was read.
    let wanted = EnvFilter::builder().parse_lossy(level);
    let quiet = QUIET.iter().fold(
        Targets::new().with_default(LevelFilter::TRACE),
        |targets, (target, level)| targets.with_target(*target, *level),
    );
    let filter = wanted.and(quiet).and(repeats);
    match format {
        LogFormat::Text => fmt::layer()
            .with_writer(writer)
            .with_ansi(false)
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(writer)
            .with_filter(filter)
            .boxed(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Where the lines of a test go.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged by `say`, without the time at the start of each line.
    fn logged(level: &str, format: LogFormat, say: impl FnOnce(&Summaries)) -> Vec<String> {
        let lines = Lines::default();
        let (repeats, summaries) = repeats::new(Duration::from_hours(1));
        let secrets = [SecretString::from("hunter2")];
        let sink = lines.clone();
        let writer = Redact::new(&secrets, move || sink.clone());
        let subscriber = tracing_subscriber::registry().with(layer(level, format, writer, repeats));
        tracing::subscriber::with_default(subscriber, || say(&summaries));
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let timeless = |line: &str| match format {
            LogFormat::Text => line.split_once("Z ").unwrap().1.trim().to_owned(),
            LogFormat::Json => line.to_owned(),
        };
        text.lines().map(timeless).collect()
    }

    #[test]
    fn parts_that_are_not_ours_are_held_back_whatever_is_asked() {
        let lines = logged("trace", LogFormat::Text, |_| {
            tracing::info!(target: "twilight_http::client", "POST /interactions/1/secret/callback");
            tracing::warn!(target: "twilight_http::client", "retrying");
            tracing::trace!(target: "twilight_gateway::shard", "a member's words");
            tracing::trace!("ours");
        });
        assert_eq!(
            lines,
            [
                "WARN twilight_http::client: retrying",
                "TRACE majordome::logging::tests: ours"
            ]
        );
    }

    #[test]
    fn secrets_are_cut_out_in_both_forms() {
        let said = |format| {
            logged("info", format, |_| {
                tracing::info!(password = "hunter2", "login with hunter2");
                tracing::info!(
                    "PATCH /webhooks/197038439483310086/aW50ZXJhY3Rpb24/messages/@original"
                );
            })
        };
        for line in said(LogFormat::Text)
            .into_iter()
            .chain(said(LogFormat::Json))
        {
            assert!(
                !line.contains("hunter2") && !line.contains("aW50ZXJhY3Rpb24"),
                "{line}"
            );
            assert!(line.contains("***"), "{line}");
        }
        for line in said(LogFormat::Json) {
            serde_json::from_str::<serde_json::Value>(&line).unwrap();
        }
    }

    #[test]
    fn a_repeated_line_is_counted_and_summed_up() {
        let lines = logged("info", LogFormat::Text, |summaries| {
            for _ in 0..1000 {
                tracing::warn!(guild = 1, "the archive is full");
            }
            tracing::info!("something else");
            summaries.tell();
            // A new interval: the line is heard again.
            tracing::warn!(guild = 1, "the archive is full");
            summaries.tell();
        });
        let line = "WARN majordome::logging::tests: the archive is full guild=1";
        assert_eq!(lines[..5], [line; 5]);
        assert_eq!(lines[5], "INFO majordome::logging::tests: something else");
        assert_eq!(
            lines[6],
            "WARN majordome::logging::repeats: a line was repeated and held back line=\"the archive is full guild=1\" times=995 from=\"majordome::logging::tests\""
        );
        assert_eq!(lines[7..], [line]);
    }

    #[test]
    fn a_flood_that_differs_in_details_is_held_back_too() {
        let lines = logged("info", LogFormat::Text, |summaries| {
            for message in 0..1000 {
                tracing::warn!(message_id = message, "can not archive");
            }
            summaries.tell();
        });
        let heard = lines
            .iter()
            .filter(|line| line.starts_with("WARN majordome::logging::tests: can not archive"))
            .count();
        assert_eq!(heard, 100);
        assert!(lines.last().unwrap().contains("times=900"), "{lines:?}");
    }
}
