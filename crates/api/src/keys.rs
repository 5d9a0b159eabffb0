//! Keys: tokens, and what is kept of them.
//!
//! A token is `mj_`, eight open characters by which people and the engine recognise it, and 32 random bytes. Only its
//! SHA-256 is stored: what is that long and random can not be guessed, so the slow hashes that passwords need would
//! cost every request a tenth of a second and protect nothing. The token is shown once, when it is made.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use database::{ChannelId, GuildId, UserId};
use feature::{Explain, Lang};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use subtle::ConstantTimeEq as _;

use crate::{store, text};

/// What every token begins with, so that scanners of source code find one that slipped into it.
const MARK: &str = "mj_";
/// The letters of the open part.
const PREFIX: usize = 8;
/// The letters of a whole token: mark, open part, `_`, 32 bytes in base64.
const LENGTH: usize = MARK.len() + PREFIX + 1 + 43;
/// The most keys that one guild may have at work.
pub const MOST: i64 = 50;
/// The longest name, in characters.
pub const LONGEST_NAME: usize = 80;

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// A token as it is shown once.
#[derive(Debug)]
pub struct Token(SecretString);

impl Token {
    /// The token itself.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    fn make() -> Result<Self, getrandom::Error> {
        let mut open = [0; 6];
        let mut secret = [0; 32];
        getrandom::fill(&mut open)?;
        getrandom::fill(&mut secret)?;
        let (open, secret) = (URL_SAFE_NO_PAD.encode(open), URL_SAFE_NO_PAD.encode(secret));
        Ok(Self(format!("{MARK}{open}_{secret}").into()))
    }
}

/// The open part of what looks like a token.
pub(crate) fn prefix(token: &str) -> Option<&str> {
    let is_whole = token.len() == LENGTH && token.is_ascii() && token.starts_with(MARK);
    is_whole.then(|| &token[MARK.len()..MARK.len() + PREFIX])
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> Hash {
    hash_of(token.as_bytes())
}

pub(crate) fn hash_of(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Compares in a time that tells nothing.
pub(crate) fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// What a key is to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<String>,
    /// The guilds that it covers; `None` covers all.
    pub guilds: Option<Vec<GuildId>>,
    /// The channels that it covers; `None` covers all.
    pub channels: Option<Vec<ChannelId>>,
    /// Whether it may read the content of messages.
    pub content: bool,
    /// Whether it may read what was deleted.
    pub deleted: bool,
    /// Who makes it; `None` on the command line.
    pub by: Option<UserId>,
    /// Until when it works.
    pub expires_at: Option<Timestamp>,
}

/// A key as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    /// Its number.
    pub id: i64,
    /// The open part of its token.
    pub prefix: String,
    pub(crate) hash: Vec<u8>,
    /// What it is.
    pub is: NewKey,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Key {
    /// Whether it works.
    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.is.expires_at.is_none_or(|until| now < until)
    }
}

/// Why a key is not made.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// The name is empty or too long.
    #[error("a name of {0} characters")]
    Name(usize),
    /// No scope was named.
    #[error("no scope")]
    NoScope,
    /// A scope that no route asks for.
    #[error("no scope `{0}`")]
    UnknownScope(String),
    /// Only an administrator may hand this out.
    #[error("`{0}` is for administrators to hand out")]
    ForAdministrators(String),
    /// The guild has as many as it may.
    #[error("{0} keys")]
    TooMany(i64),
    /// There is no such key.
    #[error("no key `{0}`")]
    NoKey(String),
    /// The database failed.
    #[error("the keys can not be read or written")]
    Database(#[from] sqlx::Error),
    /// The system gives no random bytes.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
}

impl Explain for BadKey {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Name(length) => text::bad_name(lang, *length, LONGEST_NAME),
            Self::NoScope => text::no_scope(lang),
            Self::UnknownScope(scope) => text::unknown_scope(lang, scope),
            Self::ForAdministrators(scope) => text::for_administrators(lang, scope),
            Self::TooMany(most) => text::too_many(lang, *most),
            Self::NoKey(asked) => text::no_key(lang, asked),
            Self::Database(_) | Self::Random(_) => return None,
        })
    }

    fn class(&self) -> feature::Class {
        match self {
            Self::Database(error) => error.class(),
            _ => feature::Class::Permanent,
        }
    }
}

/// Reads scopes as they are typed, with spaces or commas between.
///
/// # Errors
///
/// Names the first that is not among `known`, or says that there is none.
pub fn scopes(typed: &str, known: &BTreeSet<String>) -> Result<BTreeSet<String>, BadKey> {
    let words = typed.split([' ', ',', ';']).filter(|word| !word.is_empty());
    let scopes: BTreeSet<String> = words.map(str::to_lowercase).collect();
    let is_known = |scope: &String| scope == "*" || scope == "*.read" || known.contains(scope);
    if let Some(unknown) = scopes.iter().find(|scope| !is_known(scope)) {
        return Err(BadKey::UnknownScope(unknown.clone()));
    }
    if scopes.is_empty() {
        return Err(BadKey::NoScope);
    }
    Ok(scopes)
}

/// Makes a key. Its token is only in what is returned.
///
/// # Errors
///
/// Refuses a bad name, and more than [`MOST`] keys of one guild.
pub async fn create(
    db: &mut PgConnection,
    new: NewKey,
    now: Timestamp,
) -> Result<(Key, Token), BadKey> {
    let length = new.name.trim().chars().count();
    if length == 0 || length > LONGEST_NAME || new.name.contains('\0') {
        return Err(BadKey::Name(length));
    }
    if let Some([guild]) = new.guilds.as_deref()
        && store::count(db, *guild, now).await? >= MOST
    {
        return Err(BadKey::TooMany(MOST));
    }
    let token = Token::make()?;
    let (prefix, hash) = (
        prefix(token.reveal()).unwrap_or_default(),
        hash(token.reveal()),
    );
    let key = store::create(db, prefix, &hash, &new, now).await?;
    tracing::info!(prefix = key.prefix, scopes = ?key.is.scopes, guilds = ?key.is.guilds, "a key was made");
    Ok((key, token))
}

/// The keys at work, the newest first: those that cover this guild and no other, or all.
///
/// # Errors
///
/// Fails when the database does.
pub async fn list(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    now: Timestamp,
) -> Result<Vec<Key>, BadKey> {
    Ok(store::list(db, guild, now).await?)
}

/// Ends a key at once.
///
/// # Errors
///
/// Says when there is no such key at work; in a guild, when it is not that guild's alone.
pub async fn revoke(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    prefix: &str,
    now: Timestamp,
) -> Result<Key, BadKey> {
    let key = store::revoke(db, guild, prefix, now).await?;
    let key = key.ok_or_else(|| BadKey::NoKey(prefix.to_owned()))?;
    tracing::info!(prefix = key.prefix, "a key was revoked");
    Ok(key)
}

/// Makes a key like another, which works on for `overlap` so that nothing stands still while the new one is handed
/// out.
///
/// # Errors
///
/// As [`revoke`].
pub async fn rotate(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    old: &str,
    by: Option<UserId>,
    overlap: SignedDuration,
    now: Timestamp,
) -> Result<(Key, Token), BadKey> {
    let key = store::expire(db, guild, old, now + overlap, now).await?;
    let key = key.ok_or_else(|| BadKey::NoKey(old.to_owned()))?;
    let token = Token::make()?;
    let (prefix, hash) = (
        prefix(token.reveal()).unwrap_or_default(),
        hash(token.reveal()),
    );
    // A key that was made for a month is replaced by one for a month.
    let lasts = key
        .is
        .expires_at
        .map(|until| until.duration_since(key.made_at));
    let new = NewKey {
        by,
        expires_at: lasts.map(|lasts| now + lasts),
        ..key.is
    };
    let key = store::create(db, prefix, &hash, &new, now).await?;
    tracing::info!(old, prefix = key.prefix, "a key was replaced");
    Ok((key, token))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_differ_and_show_their_open_part() {
        let (one, other) = (Token::make().unwrap(), Token::make().unwrap());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), LENGTH);
        assert_eq!(prefix(one.reveal()), Some(&one.reveal()[3..11]));
        assert!(!format!("{one:?}").contains(one.reveal()));
        assert!(is_same(&hash(one.reveal()), &hash(one.reveal())));
        assert!(!is_same(&hash(one.reveal()), &hash(other.reveal())));
    }

    #[test]
    fn scopes_are_read_as_people_type_them() {
        let known = BTreeSet::from(["hubs.read".to_owned(), "hubs.write".to_owned()]);
        let read = |typed| {
            scopes(typed, &known).map(|scopes| scopes.into_iter().collect::<Vec<_>>().join("+"))
        };
        assert_eq!(
            read("hubs.read, HUBS.write").unwrap(),
            "hubs.read+hubs.write"
        );
        assert_eq!(read("*").unwrap(), "*");
        assert!(
            matches!(read("hubs.raed"), Err(BadKey::UnknownScope(scope)) if scope == "hubs.raed")
        );
        assert!(matches!(read(" , "), Err(BadKey::NoScope)));
    }

    proptest! {
        #[test]
        fn nothing_but_a_token_has_an_open_part(text in ".{0,70}") {
            prop_assert!(prefix(&text).is_none_or(|open| open.len() == PREFIX && text.starts_with(MARK)));
        }
    }
}
