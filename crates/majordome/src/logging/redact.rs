//! Cuts secrets out of finished log lines.

use std::io::{self, Write};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::fmt::MakeWriter;

/// What stands where a secret stood.
const CUT: &str = "***";

/// A secret shorter than this is not looked for: cutting every `a` would leave no log.
const SHORTEST: usize = 4;

/// Paths of Discord's API in which a token follows the id.
const TOKEN_PATHS: [&str; 2] = ["/webhooks/", "/interactions/"];

/// A writer of lines without secrets.
pub(super) struct Redact<M> {
    secrets: Arc<[String]>,
    inner: M,
}

impl<M> Redact<M> {
    pub(super) fn new(secrets: &[SecretString], inner: M) -> Self {
        let mut secrets: Vec<String> = secrets
            .iter()
            .map(|secret| secret.expose_secret().to_owned())
            .filter(|secret| secret.len() >= SHORTEST)
            .collect();
        // The longest first: a URL is cut as a whole before the password in it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self {
            secrets: secrets.into(),
            inner,
        }
    }
}

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for Redact<M> {
    type Writer = Redacting<M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Redacting {
            secrets: Arc::clone(&self.secrets),
            inner: self.inner.make_writer(),
        }
    }
}

/// Gets each line in one piece: that is how the formatter writes.
pub(super) struct Redacting<W> {
    secrets: Arc<[String]>,
    inner: W,
}

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        match redacted(&line, &self.secrets) {
            Some(clean) => self.inner.write_all(clean.as_bytes())?,
            None => self.inner.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The line without secrets; `None` when it holds none.
fn redacted(line: &str, secrets: &[String]) -> Option<String> {
    let mut clean: Option<String> = None;
    for secret in secrets {
        let text = clean.as_deref().unwrap_or(line);
        if text.contains(secret.as_str()) {
            clean = Some(text.replace(secret.as_str(), CUT));
        }
    }
    for path in TOKEN_PATHS {
        let text = clean.as_deref().unwrap_or(line);
        if let Some(cut) = without_token(text, path) {
            clean = Some(cut);
        }
    }
    clean
}

/// Replaces what follows `path`, digits and a slash, up to the next end of a word.
fn without_token(text: &str, path: &str) -> Option<String> {
    let mut clean = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find(path) {
        let (before, after) = rest.split_at(at + path.len());
        clean.push_str(before);
        let id = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let (id, after) = after.split_at(id);
        clean.push_str(id);
        rest = after;
        if !id.is_empty()
            && let Some(token) = after.strip_prefix('/')
        {
            let end = token
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=%".contains(c)))
                .unwrap_or(token.len());
            if end > 0 {
                clean.push('/');
                clean.push_str(CUT);
                rest = &token[end..];
                found = true;
            }
        }
    }
    found.then(|| clean + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_paths_are_cut_and_ids_kept() {
        let cut = |line| redacted(line, &[]);
        assert_eq!(
            cut("POST /webhooks/12/ab-C_d.9/messages/7 ok").unwrap(),
            "POST /webhooks/12/***/messages/7 ok"
        );
        assert_eq!(
            cut("\"/interactions/1/x/callback\" and /webhooks/2/y").unwrap(),
            "\"/interactions/1/***/callback\" and /webhooks/2/***"
        );
        assert_eq!(cut("GET /webhooks/12"), None);
        assert_eq!(cut("GET /channels/1/webhooks/"), None);
    }

    #[test]
    fn a_secret_within_another_goes_with_it() {
        let redact = Redact::new(
            &[
                SecretString::from("pass"),
                SecretString::from("db://me:pass@host"),
                SecretString::from("abc"),
            ],
            io::sink,
        );
        let line = redacted("at db://me:pass@host with pass, abc", &redact.secrets);
        assert_eq!(line.unwrap(), "at *** with ***, abc");
    }
}
