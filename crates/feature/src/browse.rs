//! Tables that may be looked at: what a feature shows of what it stores, read-only and guild by guild.
//!
//! A feature hands its [`Browsable`] to [`Scope::browse`](crate::Scope::browse). Everything about it is known when the
//! program is compiled, so no identifier that a person typed ever gets near SQL. The table must have row security with
//! a policy on the session variable `majordome.guild_id`:
//!
//! ```sql
//! alter table rooms.room enable row level security;
//! create policy room_browse on rooms.room for select
//!     using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
//! ```

use crate::{Capability, Lang};

/// A few words in every language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Label {
    /// In English.
    pub en: &'static str,
    /// In French.
    pub fr: &'static str,
}

impl Label {
    /// The words in a language.
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Fr => self.fr,
        }
    }
}

/// What a column holds, and so how it is shown and filtered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ColumnKind {
    /// The id of a user.
    User,
    /// The id of a role.
    Role,
    /// The id of a channel.
    Channel,
    /// Ids of users.
    Users,
    /// Ids of roles.
    Roles,
    /// Ids of channels.
    Channels,
    /// A whole number.
    Number,
    /// Words.
    Text,
    /// Yes or no.
    Flag,
    /// An instant.
    Time,
    /// A document. What its keys call a secret is masked, so it can not be searched.
    Json,
}

/// A column that may be looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Column {
    /// Its name in Postgres.
    pub name: &'static str,
    /// What people call it.
    pub label: Label,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether its values are a secret: they are never read, only that there is such a column is told.
    pub is_secret: bool,
}

impl Column {
    /// A column, with what people call it in English and in French.
    pub const fn new(
        name: &'static str,
        kind: ColumnKind,
        en: &'static str,
        fr: &'static str,
    ) -> Self {
        Self {
            name,
            label: Label { en, fr },
            kind,
            is_secret: false,
        }
    }

    /// Makes its values a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

/// A table that may be looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Browsable {
    /// `schema.table` in Postgres. It is stored with what people filtered: never reuse a name.
    pub table: &'static str,
    /// What people call it.
    pub label: Label,
    /// The column with the guild's id. Never shown.
    pub guild: &'static str,
    /// The columns that, with the guild, name one row; the order of rows where people choose none. Best the rest of a
    /// key that begins with the guild.
    pub key: &'static [&'static str],
    /// What is shown, the most telling first: a list of rows has room for some of them.
    pub columns: &'static [Column],
    /// What a member must be allowed to do, besides browsing at all.
    pub capability: &'static Capability,
}

/// The most columns of a table: as many as a select of Discord's offers.
pub const MAX_COLUMNS: usize = 25;

impl Browsable {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What is wrong with it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let table = self.table;
        let mut problems = Vec::new();
        let is_pair = table.split('.').count() == 2 && table.split('.').all(is_identifier);
        if !is_pair {
            problems.push(format!(
                "the table to browse `{table}` is no `schema.table`"
            ));
        }
        let names = self.columns.iter().map(|column| column.name);
        for name in names.clone().chain([self.guild]) {
            if !is_identifier(name) {
                problems.push(format!("`{name}` of `{table}` is no name of a column"));
            }
        }
        if self.columns.is_empty() || self.columns.len() > MAX_COLUMNS {
            problems.push(format!(
                "`{table}` shows {} columns, 1 to {MAX_COLUMNS} fit",
                self.columns.len()
            ));
        }
        for (index, name) in names.enumerate() {
            if self
                .columns
                .iter()
                .skip(index + 1)
                .any(|other| other.name == name)
            {
                problems.push(format!("`{table}` shows `{name}` twice"));
            }
        }
        if self.key.is_empty() || self.key.len() > 3 {
            problems.push(format!("`{table}` needs a key of one to three columns"));
        }
        for key in self.key {
            let is_plain = self.column(key).is_some_and(|column| {
                !column.is_secret
                    && !matches!(
                        column.kind,
                        ColumnKind::Json
                            | ColumnKind::Users
                            | ColumnKind::Roles
                            | ColumnKind::Channels
                    )
            });
            if !is_plain {
                problems.push(format!(
                    "the key `{key}` of `{table}` is no plain column that it shows"
                ));
            }
        }
        problems
    }
}

/// Small letters, digits and `_`, which need no quotes and no trust.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && name.len() <= 63
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use twilight_model::guild::Permissions;

    use super::*;

    const READ: Capability = Capability {
        name: "rooms.read",
        by_default: Permissions::MANAGE_GUILD,
        staff: false,
    };
    const ROOM: Browsable = Browsable {
        table: "rooms.room",
        label: Label {
            en: "Rooms",
            fr: "Salons",
        },
        guild: "guild_id",
        key: &["id"],
        columns: &[
            Column::new("id", ColumnKind::Number, "Number", "Numéro"),
            Column::new("token", ColumnKind::Text, "Token", "Jeton").secret(),
        ],
        capability: &READ,
    };

    #[test]
    fn a_table_in_order_is_taken() {
        assert_eq!(ROOM.problems(), Vec::<String>::new());
        assert_eq!(ROOM.label.of(Lang::Fr), "Salons");
    }

    #[test]
    fn what_is_no_name_or_no_key_is_named() {
        let injected = Browsable {
            table: "rooms.room; drop table rooms.room",
            key: &["token"],
            guild: "guild_id = 0 or true",
            ..ROOM
        };
        let problems = injected.problems().join("\n");
        assert!(problems.contains("is no `schema.table`"), "{problems}");
        assert!(problems.contains("no name of a column"), "{problems}");
        assert!(problems.contains("the key `token`"), "{problems}");
    }
}
