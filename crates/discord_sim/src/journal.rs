//! The REST calls that were made, and what was wrong with them.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value;

use crate::{clock::Millis, options::SimOptions, transcript::Names};

/// A REST call as it was made and answered.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path below `/api/v10`, without the query.
    pub path: String,
    /// The route's template, such as `/channels/{channel_id}/messages`; empty if there is none.
    pub route: &'static str,
    /// The query, in order.
    pub query: Vec<(String, String)>,
    /// The JSON body, or `null`.
    pub body: Value,
    /// The names of the uploaded files.
    pub files: Vec<String>,
    /// The decoded audit-log reason.
    pub reason: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Discord's JSON error code, 0 if there is none.
    pub code: u32,
    /// When it came in, on the simulator's clock.
    pub at: Timestamp,
}

impl RecordedCall {
    /// `METHOD path`, for filters.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The call as a line with names for ids: `POST /guilds/{Rust FR}/roles {"name":"Team"} → 200`.
    pub fn render(&self, names: &Names) -> String {
        let mut line = self.line();
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        if !query.is_empty() {
            line = format!("{line}?{}", query.join("&"));
        }
        if !self.body.is_null() {
            line = format!("{line} {}", self.body);
        }
        if !self.files.is_empty() {
            line = format!("{line} 📎 {}", self.files.join(", "));
        }
        line = format!("{} → {}", names.in_text(&line), self.status);
        if self.code != 0 {
            line = format!("{line} ({})", self.code);
        }
        match &self.reason {
            Some(reason) => format!("{line} because “{reason}”"),
            None => line,
        }
    }

    /// Whether method and route are these; `{}` in `pattern` stands for any one part of the path.
    pub fn is(&self, method: &str, pattern: &str) -> bool {
        self.method == method && path_matches(pattern, &self.path)
    }
}

/// Whether a path has the shape of a pattern, in which `{...}` is any one part and a final `*` any rest.
pub(crate) fn path_matches(pattern: &str, path: &str) -> bool {
    let mut pattern = pattern.trim_matches('/').split('/');
    let mut path = path.trim_matches('/').split('/');
    loop {
        match (pattern.next(), path.next()) {
            (None, None) | (Some("*"), _) => return true,
            (Some(wanted), Some(_)) if wanted.starts_with('{') => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

/// What Discord would hold against the bot.
#[derive(Clone, Debug, Default)]
pub struct Violations {
    /// Calls answered 401, 403 or 429 (other than shared limits): Discord bans an address for 10,000 of
    /// them in 10 minutes.
    pub invalid_requests: u64,
    /// Routes that do not exist, as `METHOD path`.
    pub unknown_routes: Vec<String>,
    /// Bodies that were no JSON or broke a rule, as `METHOD path: error`.
    pub bad_bodies: Vec<String>,
}

impl Violations {
    /// Whether nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.invalid_requests == 0 && self.unknown_routes.is_empty() && self.bad_bodies.is_empty()
    }
}

/// The log of calls, bounded.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) calls: VecDeque<RecordedCall>,
    pub(crate) violations: Violations,
    pub(crate) in_flight: u64,
    pub(crate) answered: u64,
    /// When each invalid request came, for the ten-minute window.
    pub(crate) invalid_at: VecDeque<Millis>,
    is_on: bool,
    limit: usize,
}

impl Journal {
    pub(crate) fn new(options: &SimOptions) -> Self {
        Self {
            calls: VecDeque::new(),
            violations: Violations::default(),
            in_flight: 0,
            answered: 0,
            invalid_at: VecDeque::new(),
            is_on: options.log_calls,
            limit: options.log_limit,
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    pub(crate) fn record(&mut self, call: RecordedCall) {
        if self.is_on {
            self.calls.push_back(call);
            while self.calls.len() > self.limit {
                self.calls.pop_front();
            }
        }
    }

    pub(crate) fn note_invalid(&mut self, now: Millis) {
        const WINDOW: Millis = 600_000;
        self.violations.invalid_requests += 1;
        self.invalid_at.push_back(now);
        while self.invalid_at.front().is_some_and(|at| at + WINDOW < now) {
            self.invalid_at.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_parts_of_a_path() {
        assert!(path_matches(
            "/channels/{}/messages",
            "/channels/12/messages"
        ));
        assert!(path_matches("/channels/{channel_id}", "/channels/12"));
        assert!(path_matches("/channels/*", "/channels/12/messages"));
        assert!(path_matches("*", "/users/@me"));
        assert!(!path_matches("/channels/{}", "/channels/12/messages"));
    }
}
