//! `/archive search`: what is typed, and what it finds among what the asking member can read now.

use database::{ChannelId, GuildId, UserId};
use feature::{
    Card, Click, Colour, Ctx, Explain, Failure, Lang, Outcome, Reply, custom_id, first_id,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Archive, MANAGE, READ, channels,
    store::{self, reading::Search},
    text,
};

/// How many messages stand on a page.
const PAGE: usize = 10;
/// How long pages can be turned.
pub(crate) const OPEN: SignedDuration = SignedDuration::from_mins(15);
/// How many words and filters are looked at; the rest is left out.
const MOST: usize = 32;
/// What a message can have.
const HAS: [&str; 7] = [
    "link", "file", "image", "embed", "poll", "sticker", "forward",
];

custom_id! {
    /// Turns to the messages before one; to the newest when none is named.
    pub(crate) struct Turn: "archive" / "search" v1 { search: i64, before: Option<database::MessageId> }
    answer = Update;
    access = READ;
}

/// A word or a phrase.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) prefix: bool,
    pub(crate) not: bool,
    pub(crate) or: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Wanted {
    pub(crate) terms: Vec<Term>,
    pub(crate) from: Vec<UserId>,
    pub(crate) from_like: Option<String>,
    pub(crate) mentions: Vec<UserId>,
    pub(crate) within: Vec<ChannelId>,
    pub(crate) has: Vec<String>,
    /// The first and the last id.
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
}

/// How many authors of a guild are looked through for a name.
const AUTHORS: i64 = 50_000;

/// The authors that a search names, by id or by name; `None` when it names nobody.
pub(crate) async fn authors(
    db: &mut PgConnection,
    guild: GuildId,
    wanted: &Wanted,
) -> sqlx::Result<Option<Vec<UserId>>> {
    let mut found = wanted.from.clone();
    if let Some(typed) = &wanted.from_like {
        let typed = store::people::fold(db, typed).await?;
        let known = store::people::authors(db, guild, AUTHORS).await?;
        found.extend(named(&typed, &known));
    }
    let is_asked = wanted.from_like.is_some() || !wanted.from.is_empty();
    Ok(is_asked.then_some(found))
}

/// Who is called so: whose name has the typed part, or where nobody's has, whose name or a word of it is nearly that.
fn named(typed: &str, known: &[(UserId, String)]) -> Vec<UserId> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Vec::new();
    }
    let of = |fits: &dyn Fn(&str) -> bool| -> Vec<UserId> {
        known
            .iter()
            .filter(|(_, name)| fits(name))
            .map(|(author, _)| *author)
            .collect()
    };
    let found = of(&|name| name.contains(typed));
    if !found.is_empty() {
        return found;
    }
    // One letter wrong in a short name, two in a longer one.
    let slips = match typed.chars().count() {
        ..=2 => return found,
        3..=5 => 1,
        _ => 2,
    };
    let is_near = |word: &str| strsim::osa_distance(word, typed) <= slips;
    of(&|name| is_near(name) || name.split_whitespace().any(is_near))
}

/// Why a search is not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSearch {
    #[error("nothing is looked for")]
    Empty,
    #[error("`{0}` is no day")]
    Day(String),
    #[error("`{0}` is nothing that messages have")]
    Has(String),
    #[error("`{0}` is no channel")]
    Channel(String),
    #[error("the search is closed, or another's")]
    Closed,
}

impl Explain for BadSearch {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Empty => text::search_empty(lang),
            Self::Day(typed) => text::search_bad_day(lang, typed),
            Self::Has(typed) => text::search_bad_has(lang, typed, &HAS.join(", ")),
            Self::Channel(typed) => text::search_bad_channel(lang, typed),
            Self::Closed => text::search_closed(lang),
        })
    }
}

/// Splits at spaces, but not within quotes.
fn pieces(typed: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut is_quoted = false;
    for at in typed.chars() {
        match at {
            '"' | '«' | '»' | '“' | '”' => {
                is_quoted = !is_quoted;
                piece.push('"');
            }
            at if at.is_whitespace() && !is_quoted => pieces.push(std::mem::take(&mut piece)),
            at => piece.push(at),
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces.truncate(MOST);
    pieces
}

fn id<T: std::str::FromStr>(typed: &str) -> Option<T> {
    let digits = typed.trim_matches(|at: char| "<@!#>\"".contains(at));
    digits.parse().ok().filter(|_| digits.len() >= 15)
}

/// The first id of a day in a zone, and of the day after it.
fn day(typed: &str, zone: &TimeZone) -> Result<(i64, i64), BadSearch> {
    let date: Date = typed
        .parse()
        .map_err(|_| BadSearch::Day(typed.to_owned()))?;
    let first =
        |date: Date| -> Option<Timestamp> { Some(date.to_zoned(zone.clone()).ok()?.timestamp()) };
    let next = date.checked_add(1.day()).ok();
    match (first(date), next.and_then(first)) {
        (Some(from), Some(to)) => Ok((first_id(from), first_id(to))),
        _ => Err(BadSearch::Day(typed.to_owned())),
    }
}

/// Reads what is typed.
pub(crate) fn parse(typed: &str, zone: &TimeZone) -> Result<Wanted, BadSearch> {
    let mut wanted = Wanted::default();
    let mut is_or = false;
    for piece in pieces(typed) {
        let (key, value) = piece.split_once(':').unwrap_or(("", piece.as_str()));
        let value_plain = value.trim_matches('"');
        match key.to_lowercase().as_str() {
            "from" | "de" => match id(value) {
                Some(user) => wanted.from.push(user),
                None => wanted.from_like = Some(value_plain.trim_start_matches('@').to_owned()),
            },
            "mentions" => wanted.mentions.extend(id::<UserId>(value)),
            "in" | "dans" => wanted
                .within
                .push(id(value).ok_or_else(|| BadSearch::Channel(value.to_owned()))?),
            "has" | "avec" => {
                let has = value_plain.to_lowercase();
                if !HAS.contains(&has.as_str()) {
                    return Err(BadSearch::Has(value_plain.to_owned()));
                }
                wanted.has.push(has);
            }
            "after" | "après" => wanted.after = Some(day(value_plain, zone)?.1),
            "before" | "avant" => wanted.before = Some(day(value_plain, zone)?.0 - 1),
            "during" | "le" => {
                let (from, to) = day(value_plain, zone)?;
                (wanted.after, wanted.before) = (Some(from), Some(to - 1));
            }
            _ if piece == "OR" || piece == "OU" => is_or = !wanted.terms.is_empty(),
            _ => {
                let not = piece.starts_with('-') && piece.len() > 1;
                let said = piece.strip_prefix('-').filter(|_| not).unwrap_or(&piece);
                let stem = said.strip_suffix('*').unwrap_or(said);
                let prefix = stem.len() < said.len()
                    && !stem.is_empty()
                    && stem.chars().all(char::is_alphanumeric);
                let said = if prefix { stem } else { said };
                let text: String = said
                    .chars()
                    .filter(|at| *at != '"' && *at != '\0')
                    .collect();
                if text.chars().any(char::is_alphanumeric) {
                    wanted.terms.push(Term {
                        text,
                        prefix,
                        not,
                        or: std::mem::take(&mut is_or),
                    });
                }
            }
        }
    }
    if wanted == Wanted::default() {
        return Err(BadSearch::Empty);
    }
    Ok(wanted)
}

/// Begins a search.
pub(crate) async fn search(ctx: &Ctx<Archive>, typed: &str) -> Outcome<Reply> {
    let wanted = parse(typed, &ctx.scene.zone)?;
    let stored = serde_json::to_value(&wanted).map_err(Failure::fault)?;
    let now = ctx.clock.now();
    let mut db = ctx.database.acquire().await?;
    let guild = ctx.guild_id()?;
    let search = store::reading::open_search(&mut db, guild, ctx.user(), &stored, now).await?;
    drop(db);
    Ok(Reply::card(page(ctx, search, &wanted, None).await?))
}

pub(crate) async fn turn(ctx: Ctx<Archive>, turn: Click<Turn>) -> Outcome<Reply> {
    let since = ctx.clock.now() - OPEN;
    let mut db = ctx.database.acquire().await?;
    let guild = ctx.guild_id()?;
    let wanted = store::reading::open_one(&mut db, guild, ctx.user(), turn.search, since).await?;
    drop(db);
    let wanted = wanted
        .and_then(|wanted| serde_json::from_value::<Wanted>(wanted).ok())
        .ok_or(BadSearch::Closed)?;
    let before = turn.before;
    Ok(Reply::update(
        page(&ctx, turn.search, &wanted, before).await?,
    ))
}

/// The channels of the archive that whoever asks can read now.
pub(crate) async fn readable(ctx: &Ctx<Archive>) -> Outcome<Vec<ChannelId>> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let rows = store::channels::rows(&mut db, guild, None, i64::MAX).await?;
    drop(db);
    let member = &ctx.scene.member;
    Ok(channels::readable_for(
        ctx,
        guild,
        member.id,
        &member.roles,
        &rows,
    ))
}

async fn page(
    ctx: &Ctx<Archive>,
    search: i64,
    wanted: &Wanted,
    before: Option<database::MessageId>,
) -> Outcome<Card> {
    let lang = ctx.lang();
    let mut within = readable(ctx).await?;
    if !wanted.within.is_empty() {
        within.retain(|channel| wanted.within.contains(channel));
    }
    let terms = serde_json::to_value(&wanted.terms).map_err(Failure::fault)?;
    let mut db = ctx.database.begin().await?;
    let authors = authors(&mut db, ctx.guild_id()?, wanted).await?;
    let asked = Search {
        terms: &terms,
        authors: authors.as_deref(),
        mentions: &wanted.mentions,
        has: &wanted.has,
        channels: &within,
        between: (wanted.after.unwrap_or(0), wanted.before.unwrap_or(i64::MAX)),
        with_deleted: ctx.scene.may(&MANAGE),
    };
    let top = before
        .and_then(|id| i64::try_from(id).ok())
        .unwrap_or(i64::MAX);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = store::reading::search(&mut db, ctx.guild_id()?, &asked, top, limit).await?;
    drop(db);
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let newest = Turn {
        search,
        before: None,
    };
    let older = found.last().filter(|_| has_more).map(|last| Turn {
        search,
        before: Some(last.id),
    });
    let card = text::found(lang, &found).colour(Colour::Info);
    Ok(card.pages(lang, before.map(|_| &newest), older.as_ref()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> Result<Wanted, BadSearch> {
        parse(typed, &TimeZone::UTC)
    }

    #[test]
    fn words_phrases_and_filters_are_told_apart() {
        let wanted = read("crane \"tower crane\" found* -rain OR sun from:<@123456789012345678> has:link after:2026-03-01 in:<#123456789012345679>").unwrap();
        let said: Vec<_> = wanted
            .terms
            .iter()
            .map(|term| (term.text.as_str(), term.prefix, term.not, term.or))
            .collect();
        assert_eq!(
            said,
            [
                ("crane", false, false, false),
                ("tower crane", false, false, false),
                ("found", true, false, false),
                ("rain", false, true, false),
                ("sun", false, false, true),
            ]
        );
        assert_eq!(wanted.from.len(), 1);
        assert_eq!(wanted.within.len(), 1);
        assert_eq!(wanted.has, ["link"]);
        let next = feature::created_at(u64::try_from(wanted.after.unwrap()).unwrap());
        assert_eq!(next.to_string(), "2026-03-02T00:00:00Z");
    }

    #[test]
    fn people_are_found_though_their_name_is_mistyped() {
        let known: Vec<(UserId, String)> = ["alice martin", "bob", "benoit lefevre"]
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let id = (100_000_000_000_000_000 + index).to_string();
                (id.parse().unwrap(), (*name).to_owned())
            })
            .collect();
        let found = |typed: &str| -> Vec<&str> {
            let found = named(typed, &known);
            known
                .iter()
                .filter(|(id, _)| found.contains(id))
                .map(|(_, name)| name.as_str())
                .collect()
        };
        assert_eq!(found("alic"), ["alice martin"]);
        assert_eq!(found("alcie"), ["alice martin"]);
        assert_eq!(found("lefebvre"), ["benoit lefevre"]);
        assert_eq!(found("bob"), ["bob"]);
        assert_eq!(found("bb"), [""; 0]);
        assert_eq!(found("zoe"), [""; 0]);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        assert!(matches!(read("  "), Err(BadSearch::Empty)));
        assert!(matches!(read("has:cake"), Err(BadSearch::Has(_))));
        assert!(matches!(read("before:soon"), Err(BadSearch::Day(_))));
        assert!(matches!(read("in:here"), Err(BadSearch::Channel(_))));
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_the_reader(typed in ".{0,200}") {
            if let Ok(wanted) = read(&typed) {
                for term in wanted.terms {
                    prop_assert!(!term.prefix || term.text.chars().all(char::is_alphanumeric));
                }
            }
        }
    }
}
