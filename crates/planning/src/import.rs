//! The plan out of a file, as `/planning export` writes it.
//!
//! Every line is read and checked before anything is stored, and each that can not be an entry is named. A line that became
//! an entry before makes none again, nor does one of an entry that is here: both are known by number, instant and time.
//! Entries count or wait as they did where they come from, so nobody is asked about overlaps.

use database::{GuildId, UserId};
use dates::rule::Rule;
use feature::{
    Ctx, Outcome, Reply,
    import::{Bad, Cell, Found, LARGEST, Taken, Words, key, value},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use serde::Deserialize;
use twilight_model::channel::Attachment;

use crate::{
    Planning,
    model::{self, Entry, Kind, Span, State},
    store,
    work::{self, Refused},
};

/// A line as it is written; what is not named here is told by nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    number: Option<Cell<i32>>,
    kind: Option<String>,
    state: Option<String>,
    people: Words,
    site: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
    whole_days: Option<Cell<bool>>,
    note: Option<String>,
    repeat: Option<Cell<Rule>>,
    except: Words,
    created_at: Option<String>,
}

/// A line that can be an entry.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) key: String,
    /// Number and instant of the entry that it tells of.
    pub(crate) of: Option<(i32, Timestamp)>,
    /// Under no number yet.
    pub(crate) entry: Entry,
    site: Option<String>,
}

fn ready(written: Written, guild: GuildId, by: UserId, now: Timestamp) -> Result<Ready, Bad> {
    let kind = written.kind.as_deref().and_then(Kind::of);
    let kind = kind.ok_or(Bad::Field("kind"))?;
    let state = match written.state.as_deref() {
        None => State::Approved,
        Some(word) => State::of(word).ok_or(Bad::Field("state"))?,
    };
    let start: Option<DateTime> = value("starts", written.starts.as_deref())?;
    let end: Option<DateTime> = value("ends", written.ends.as_deref())?;
    let span = Span {
        start: start.ok_or(Bad::Field("starts"))?,
        end: end.ok_or(Bad::Field("ends"))?,
        is_days: match written.whole_days {
            Some(whole) => whole.read("whole_days")?,
            None => false,
        },
    };
    let is_midnight = |at: DateTime| at.time() == Time::midnight();
    if span.is_days && !(is_midnight(span.start) && is_midnight(span.end)) {
        return Err(Bad::Field("whole_days"));
    }
    let repeat = match written.repeat {
        Some(rule) => Some(rule.read("repeat")?),
        None => None,
    };
    if repeat.as_ref().is_some_and(|rule| !rule.is_sound()) {
        return Err(Bad::Field("repeat"));
    }
    let mut except: Vec<Date> = written.except.read("except")?;
    except.sort_unstable();
    except.dedup();
    let mut people: Vec<UserId> = written.people.read("people")?;
    people.sort_unstable();
    people.dedup();
    let note = written.note.as_deref().unwrap_or_default();
    let note = model::text(note, model::NOTE).map_err(|_| Bad::Field("note"))?;
    let created_at: Option<Timestamp> = value("created_at", written.created_at.as_deref())?;
    let number = match written.number {
        Some(number) => Some(number.read("number")?),
        None => None,
    };
    let who: Vec<String> = people.iter().map(ToString::to_string).collect();
    let known = format!(
        "{number:?} {created_at:?} {} {} {} {}",
        kind.word(),
        span.start,
        span.end,
        who.join(" ")
    );
    Ok(Ready {
        key: key(&known),
        of: number.zip(created_at),
        entry: Entry {
            guild,
            number: 0,
            kind,
            state,
            people,
            site: None,
            span,
            note,
            repeat,
            except,
            reason: None,
            version: 0,
            created_by: by,
            created_at: now,
            changed_at: now,
            decided: None,
            deleted: None,
            channel: None,
            message: None,
        },
        site: written.site,
    })
}

/// Which field of a line makes an entry that can be none.
fn field(refused: &Refused) -> &'static str {
    match refused {
        Refused::Nobody | Refused::People(_) => "people",
        Refused::NoSite => "site",
        Refused::Far => "starts",
        Refused::Exceptions => "except",
        Refused::RepeatOverlaps => "repeat",
        _ => "ends",
    }
}

/// Checks what a line alone can not tell: people and worksites. Answers what people are called.
async fn check(
    ctx: &Ctx<Planning>,
    guild: GuildId,
    found: &mut Found<Ready>,
) -> Outcome<Vec<(UserId, String)>> {
    let lines = found.ready.iter().map(|(_, ready)| ready);
    let users = lines
        .clone()
        .flat_map(|ready| ready.entry.people.iter().copied());
    let members = ctx.members_among(guild, users).await?;
    let names = lines.filter_map(|ready| ready.site.as_deref());
    let mut db = ctx.database.acquire().await?;
    let sites = worksites::sites::find_all(&mut db, guild, names).await?;
    drop(db);
    found.check(|ready| {
        let mut users = ready.entry.people.iter();
        if !users.all(|user| members.contains_key(user)) {
            return Err(Bad::Field("people"));
        }
        if let Some(name) = &ready.site {
            let site = sites.get(name.as_str()).ok_or(Bad::Field("site"))?;
            ready.entry.site = Some((site.number, site.name.clone()));
        }
        work::check(&ready.entry).map_err(|refused| Bad::Field(field(&refused)))
    });
    Ok(members.into_iter().collect())
}

pub(crate) async fn reply(
    ctx: &Ctx<Planning>,
    file: &Attachment,
    is_dry: bool,
    skips: bool,
) -> Outcome<Reply> {
    let (guild, by, now) = (ctx.guild_id()?, ctx.user(), ctx.clock.now());
    let bytes = ctx.discord.file(&file.url, LARGEST).await?;
    let mut found =
        Found::read::<Entry, Written>(&bytes, |written| ready(written, guild, by, now))?;
    let names = check(ctx, guild, &mut found).await?;
    let is_stored = !is_dry && (found.bad.is_empty() || skips);
    let lines = std::mem::take(&mut found.ready);
    let lines: Vec<Ready> = lines.into_iter().map(|(_, ready)| ready).collect();
    let all = lines.len();
    let made = if is_stored {
        work::import(ctx, guild, by, lines, &names).await?
    } else {
        let mut db = ctx.database.acquire().await?;
        all - store::read_in::known(&mut db, guild, &lines).await?.len()
    };
    let taken = Taken {
        made,
        known: all - made,
        is_stored,
    };
    Ok(Reply::card(found.card(ctx.lang(), taken)))
}
