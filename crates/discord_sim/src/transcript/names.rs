//! What ids are called, so that no reader meets a bare number.

use std::collections::HashMap;

use crate::{clock::timestamp, ids::Id};

/// What a thing is and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    User(String),
    Role(String),
    Text(String),
    Voice(String),
    Category(String),
    Dm(String),
    Guild(String),
    Command(String),
    Other(String),
}

/// The names of all things that exist or existed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: HashMap<Id, Name>,
}

impl Names {
    pub(crate) fn set(&mut self, id: Id, name: Name) {
        self.names.insert(id, name);
    }

    pub(crate) fn user(&self, id: Id) -> String {
        match self.names.get(&id) {
            Some(Name::User(name)) => name.clone(),
            _ => "somebody".to_owned(),
        }
    }

    pub(crate) fn channel(&self, id: Id) -> String {
        match self.names.get(&id) {
            Some(Name::Text(name)) => format!("#{name}"),
            Some(Name::Voice(name)) => format!("🔊 {name}"),
            Some(Name::Category(name)) => name.clone(),
            Some(Name::Dm(name)) => format!("direct messages of {name}"),
            _ => "#unknown".to_owned(),
        }
    }

    /// The name of whatever has this id, as a reader of Discord would see it.
    pub fn of(&self, id: Id) -> Option<String> {
        Some(match self.names.get(&id)? {
            Name::User(name) => format!("@{name}"),
            Name::Role(name) => format!("@{}", name.trim_start_matches('@')),
            Name::Command(name) => format!("/{name}"),
            Name::Guild(name) | Name::Other(name) => name.clone(),
            Name::Text(_) | Name::Voice(_) | Name::Category(_) | Name::Dm(_) => self.channel(id),
        })
    }

    /// Replaces mentions and timestamps in a text by what a reader sees.
    pub fn render(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            let (before, tail) = rest.split_at(start);
            out.push_str(before);
            let shown = tail
                .find('>')
                .and_then(|end| Some((self.mention(tail.get(1..end)?)?, end)));
            if let Some((shown, end)) = shown {
                out.push_str(&shown);
                rest = tail.get(end + 1..).unwrap_or_default();
            } else {
                out.push('<');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        out
    }

    /// What stands for the inside of `<...>`; `None` if it is no mention.
    fn mention(&self, inner: &str) -> Option<String> {
        if let Some(role) = inner.strip_prefix("@&") {
            return Some(
                self.of(role.parse().ok()?)
                    .unwrap_or_else(|| "@deleted-role".to_owned()),
            );
        }
        if let Some(user) = inner.strip_prefix('@') {
            let id = user.trim_start_matches('!').parse().ok()?;
            return Some(self.of(id).unwrap_or_else(|| "@unknown-user".to_owned()));
        }
        if let Some(channel) = inner.strip_prefix('#') {
            return Some(self.channel(channel.parse().ok()?));
        }
        if let Some(command) = inner.strip_prefix('/') {
            let (name, id) = command.rsplit_once(':')?;
            let _: Id = id.parse().ok()?;
            return Some(format!("/{name}"));
        }
        if let Some(time) = inner.strip_prefix("t:") {
            return instant(time);
        }
        let emoji = inner
            .strip_prefix("a:")
            .or_else(|| inner.strip_prefix(':'))?;
        let (name, id) = emoji.split_once(':')?;
        let _: Id = id.parse().ok()?;
        Some(format!(":{name}:"))
    }

    /// Replaces every id in a path or JSON text by `{name}`, and unknown ones by `{id}`.
    pub fn in_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut digits = String::new();
        for c in text.chars().chain(std::iter::once('\0')) {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            // Snowflakes of this decade have 16 digits at least; shorter numbers are just numbers.
            if digits.len() >= 16 {
                let name = digits.parse().ok().and_then(|id| self.plain(id));
                out.push_str(&name.map_or_else(|| "{id}".to_owned(), |name| format!("{{{name}}}")));
            } else {
                out.push_str(&digits);
            }
            digits.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        out
    }

    fn plain(&self, id: Id) -> Option<String> {
        match self.names.get(&id)? {
            Name::User(name)
            | Name::Role(name)
            | Name::Text(name)
            | Name::Voice(name)
            | Name::Category(name)
            | Name::Dm(name)
            | Name::Guild(name)
            | Name::Command(name)
            | Name::Other(name) => Some(name.clone()),
        }
    }
}

/// A Discord timestamp (`unix` or `unix:style`) as UTC text.
fn instant(inner: &str) -> Option<String> {
    let (seconds, style) = inner.split_once(':').unwrap_or((inner, "f"));
    let seconds: u64 = seconds.parse().ok()?;
    let at = timestamp(seconds.checked_mul(1000)?);
    let format = match style {
        "t" => "%H:%M",
        "T" => "%H:%M:%S",
        "d" => "%Y-%m-%d",
        "D" => "%-d %B %Y",
        "F" => "%A %-d %B %Y %H:%M",
        _ => "%-d %B %Y %H:%M",
    };
    Some(at.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_and_times_read_like_in_discord() {
        let mut names = Names::default();
        names.set(Id::new(1), Name::User("alice".to_owned()));
        names.set(Id::new(2), Name::Text("général".to_owned()));
        names.set(Id::new(3), Name::Role("Staff".to_owned()));
        let text = "<@1>, see <#2> of <@&3>: </hub create:9>, <t:1767323045:t>, a < b, <:ok:77>";
        assert_eq!(
            names.render(text),
            "@alice, see #général of @Staff: /hub create, 03:04, a < b, :ok:"
        );
    }

    #[test]
    fn ids_in_paths_become_names() {
        let mut names = Names::default();
        names.set(
            Id::new(1_316_400_000_000_000_001),
            Name::Guild("Rust FR".to_owned()),
        );
        assert_eq!(
            names.in_text("/guilds/1316400000000000001/members/1316400000000000002?limit=10"),
            "/guilds/{Rust FR}/members/{id}?limit=10"
        );
    }
}
