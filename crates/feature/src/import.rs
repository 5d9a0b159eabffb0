//! A file back in: what [`sheet`](crate::sheet) wrote, read line by line and checked before anything is stored.
//!
//! A table and lines of JSON come to the same objects; in those of a table every value is a text, or absent. A feature says
//! how a line looks as it is written, makes of it what it can ([`Found::read`]), checks what a line alone can not tell
//! ([`Found::check`]), and shows what came of the file ([`Found::card`]).

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, UserId};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    Card, Colour, Explain, House, Lang, Outcome, Refusal,
    sheet::{SheetRow, text_of},
    text,
};

/// The largest file, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The most lines of a file.
pub const LINES: usize = 500;
/// The most people that are looked up for a file.
pub const PEOPLE: usize = 100;
/// Lines that are named as bad.
const SHOWN: usize = 15;

/// Why a file, or a line of it, is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Bad {
    /// It is none that an export wrote.
    #[error("no table and no lines of JSON")]
    File,
    /// It has too many lines.
    #[error("too many lines")]
    Lines,
    /// It names too many people.
    #[error("too many people")]
    People,
    /// A line does not have the columns or the values that it should.
    #[error("a line that does not fit: {0}")]
    Line(String),
    /// A value is missing, too long, or unknown here.
    #[error("an unknown value in {0}")]
    Field(&'static str),
}

impl Explain for Bad {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_import(lang, self))
    }
}

/// A value as it is, or as the JSON that stands for it in a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Cell<T> {
    /// As it is.
    Value(T),
    /// In a table.
    Text(String),
}

impl<T: DeserializeOwned> Cell<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// Fails with the name of the field where the text stands for none.
    pub fn read(self, field: &'static str) -> Result<T, Bad> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Text(text) => serde_json::from_str(&text).map_err(|_| Bad::Field(field)),
        }
    }
}

/// Words, as a list or with spaces between.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// A list.
    List(Vec<String>),
    /// In a table.
    Text(String),
}

impl Default for Words {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Words {
    /// All of them with spaces between.
    pub fn text(self) -> String {
        match self {
            Self::List(words) => words.join(" "),
            Self::Text(words) => words,
        }
    }

    /// What each of them stands for.
    ///
    /// # Errors
    ///
    /// Fails with the name of the field where one stands for nothing.
    pub fn read<T: std::str::FromStr>(self, field: &'static str) -> Result<Vec<T>, Bad> {
        let text = self.text();
        let words = text.split_whitespace().map(str::parse);
        words
            .collect::<Result<_, _>>()
            .map_err(|_| Bad::Field(field))
    }
}

/// What a single value stands for, if there is one.
///
/// # Errors
///
/// Fails with the name of the field where it stands for nothing.
pub fn value<T: std::str::FromStr>(
    field: &'static str,
    written: Option<&str>,
) -> Result<Option<T>, Bad> {
    let read = written.map(str::parse).transpose();
    read.map_err(|_| Bad::Field(field))
}

/// By what a line is known that is read again: a hash of all that tells it from others.
pub fn key(of: &str) -> String {
    let digest = Sha256::digest(of);
    let (halves, _) = digest.as_chunks::<16>();
    let half = |half: &[u8; 16]| format!("{:032x}", u128::from_be_bytes(*half));
    halves.iter().map(half).collect()
}

/// What a file says: lines that can be taken so far, each by its number, and those that can not.
#[derive(Clone, Debug)]
pub struct Found<R> {
    /// What the good lines are.
    pub ready: Vec<(usize, R)>,
    /// Why the others are none.
    pub bad: BTreeMap<usize, Bad>,
}

/// What came of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Lines that were new.
    pub made: usize,
    /// Lines that were here already.
    pub known: usize,
    /// Whether the new ones are stored.
    pub is_stored: bool,
}

impl<R> Found<R> {
    /// Reads a file as [`SheetRow`] of type `S` writes it, each of whose lines `make` turns into what it stands for.
    ///
    /// # Errors
    ///
    /// Refuses what is no such file, and one with too many lines.
    pub fn read<S: SheetRow, T: DeserializeOwned>(
        bytes: &[u8],
        make: impl Fn(T) -> Result<R, Bad>,
    ) -> Result<Self, Bad> {
        let file = std::str::from_utf8(bytes).map_err(|_| Bad::File)?;
        let file = file.trim_start_matches('\u{feff}').trim_start();
        let objects = if file.starts_with('{') {
            lines(file)
        } else {
            table(file, S::HEAD).ok_or(Bad::File)?
        };
        if objects.is_empty() {
            return Err(Bad::File);
        }
        if objects.len() > LINES {
            return Err(Bad::Lines);
        }
        let mut found = Self {
            ready: Vec::new(),
            bad: BTreeMap::new(),
        };
        for (line, object) in objects {
            let written = object.and_then(|object| {
                serde_json::from_value(object).map_err(|error| Bad::Line(error.to_string()))
            });
            match written.and_then(&make) {
                Ok(ready) => found.ready.push((line, ready)),
                Err(bad) => {
                    found.bad.insert(line, bad);
                }
            }
        }
        Ok(found)
    }

    /// Leaves out the lines that `fits` refuses.
    pub fn check(&mut self, mut fits: impl FnMut(&mut R) -> Result<(), Bad>) {
        let bad = &mut self.bad;
        self.ready.retain_mut(|(line, ready)| match fits(ready) {
            Ok(()) => true,
            Err(why) => {
                bad.insert(*line, why);
                false
            }
        });
    }

    /// What came of the file, with the first of its bad lines.
    pub fn card(&self, lang: Lang, taken: Taken) -> Card {
        let colour = if self.bad.is_empty() {
            Colour::Good
        } else {
            Colour::Warn
        };
        let mut said = text::imported(lang, taken);
        let shown = self.bad.iter().take(SHOWN);
        said.extend(shown.map(|(line, why)| text::bad_line(lang, *line, why)));
        if self.bad.len() > SHOWN {
            said.push(text::more_bad_lines(lang, self.bad.len() - SHOWN));
        }
        if !self.bad.is_empty() && !taken.is_stored {
            said.push(text::mend_or_skip(lang));
        }
        Card::new().lines(said).colour(colour)
    }
}

type Objects = Vec<(usize, Result<Value, Bad>)>;

fn lines(file: &str) -> Objects {
    let lines = file.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let read = serde_json::from_str(line);
            (at + 1, read.map_err(|error| Bad::Line(error.to_string())))
        })
        .collect()
}

/// The rows of a table with at least one of the columns; texts that are empty are left out.
fn table(file: &str, columns: &str) -> Option<Objects> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_reader(file.as_bytes());
    let head: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
    let known: BTreeSet<&str> = columns.split(',').collect();
    if !head.iter().any(|column| known.contains(column.as_str())) {
        return None;
    }
    let rows = reader.records().enumerate().map(|(nth, record)| {
        let object = record.map_err(|error| Bad::Line(error.to_string()));
        let object = object.map(|record| {
            let cells = head.iter().zip(record.iter());
            let cells = cells.filter(|(_, cell)| !cell.is_empty());
            let cells = cells.map(|(name, cell)| (name.clone(), Value::from(text_of(cell))));
            Value::Object(cells.collect::<Map<_, _>>())
        });
        // As spreadsheets number their rows: the first is the head.
        (nth + 2, object)
    });
    Some(rows.collect())
}

/// Somebody who was named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Named {
    /// A member, and what they are called.
    Member(String),
    /// A bot.
    Bot,
    /// Nobody of the guild.
    Stranger,
}

impl House {
    /// Whether somebody is a member of a guild. Discord is asked.
    ///
    /// # Errors
    ///
    /// Fails when Discord does not answer.
    pub async fn named(&self, guild: GuildId, user: UserId) -> Outcome<Named> {
        let asked = self.discord.http().guild_member(guild.into(), user.into());
        match self.discord.one(asked).await {
            Ok(member) if member.user.bot => Ok(Named::Bot),
            Ok(member) => {
                let name = member.nick.or(member.user.global_name);
                Ok(Named::Member(name.unwrap_or(member.user.name)))
            }
            Err(Refusal::Gone(_)) => Ok(Named::Stranger),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What the members among these people of a file are called.
    ///
    /// # Errors
    ///
    /// Refuses more than are looked up, and fails when Discord does not answer.
    pub async fn members_among(
        &self,
        guild: GuildId,
        users: impl IntoIterator<Item = UserId>,
    ) -> Outcome<BTreeMap<UserId, String>> {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        if users.len() > PEOPLE {
            return Err(Bad::People.into());
        }
        let mut members = BTreeMap::new();
        for user in users {
            if let Named::Member(name) = self.named(guild, user).await? {
                members.insert(user, name);
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row with a text and a number.
    struct Line;

    impl SheetRow for Line {
        const HEAD: &'static str = "name,count";

        fn cells(&self) -> String {
            String::new()
        }

        fn object(&self) -> Value {
            Value::Null
        }
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Written {
        name: String,
        count: Option<Cell<i64>>,
        people: Words,
    }

    fn read(bytes: &[u8]) -> Result<Found<(String, i64, Vec<u64>)>, Bad> {
        Found::read::<Line, Written>(bytes, |written| {
            let count = written.count.ok_or(Bad::Field("count"))?.read("count")?;
            Ok((written.name, count, written.people.read("people")?))
        })
    }

    #[test]
    fn both_kinds_of_files_read_alike_and_say_what_is_wrong() {
        let table = read(
            b"\xef\xbb\xbfname,count,people\r\n\"'=1\",7,\"1 2\"\r\nx,many,\r\nx,1\r\nx,2,z\r\n",
        );
        let json = read(
            b"{\"name\":\"=1\",\"count\":7,\"people\":[\"1\",\"2\"]}\n\n{\"name\":\"x\",\"count\":\"many\"}\n{broken",
        );
        let [table, json] = [table.unwrap(), json.unwrap()];
        assert_eq!(table.ready, [(2, ("=1".to_owned(), 7, vec![1, 2]))]);
        assert_eq!(json.ready, [(1, ("=1".to_owned(), 7, vec![1, 2]))]);
        assert_eq!(table.bad[&3], Bad::Field("count"));
        assert_eq!(table.bad[&5], Bad::Field("people"));
        assert_eq!(json.bad[&3], Bad::Field("count"));
        for (found, line) in [(table, 4), (json, 4)] {
            assert!(matches!(found.bad[&line], Bad::Line(_)), "{found:?}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused_whole() {
        let long = "name,count\n".to_owned() + &"x,1\n".repeat(LINES + 1);
        for (wrong, bad) in [
            (&b""[..], Bad::File),
            (b"\xff\xfe", Bad::File),
            (b"a,b\n1,2\n", Bad::File),
            (b"name,count\n", Bad::File),
            (long.as_bytes(), Bad::Lines),
        ] {
            assert_eq!(read(wrong).unwrap_err(), bad);
        }
    }
}
