//! Planning and changing: the one way in, for commands, buttons, forms and HTTP.

use std::collections::{BTreeSet, HashSet};

use database::{GuildId, UserId};
use dates::rule::Rule;
use feature::{Ctx, Explain, Failure, Kit, Lang, Outcome};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date};
use jobs::{Job, NewJob};
use sqlx::PgConnection;

use crate::{
    MANAGE, Planning, card,
    import::Ready,
    leave,
    model::{self, Change, EXCEPTIONS, Entry, Kind, PEOPLE, Span, State, changes, clash},
    posts,
    store::{self, entries::Filter},
    text, told,
};

/// The years in which something can be planned.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
/// For how many days of what comes again overlaps are looked for.
const LOOK: i32 = 366;
/// Entries that are looked at for overlaps.
const LOOKED_AT: i64 = 1_000;
/// Overlaps that are told.
const TOLD: usize = 5;

/// Why something is not planned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("no such entry")]
    NoSuch,
    #[error("somebody else's entry")]
    NotYours(i32),
    #[error("decided already")]
    Decided {
        number: i32,
        state: State,
        by: Option<(UserId, Timestamp)>,
    },
    #[error("only for who may manage the plan")]
    NotForYou,
    #[error("not dates")]
    Dates(String),
    #[error("not a time")]
    Clock(String),
    #[error("it ends before it starts")]
    Backwards,
    #[error("longer than may be")]
    TooLong,
    #[error("too far away")]
    Far,
    #[error("no such worksite")]
    Site(String),
    #[error("a closed worksite")]
    ClosedSite(String),
    #[error("work without a worksite")]
    NoSite,
    #[error("nobody is named")]
    Nobody,
    #[error("too many people")]
    People(usize),
    #[error("a bot")]
    Bot(UserId),
    #[error("not a member")]
    Stranger(UserId),
    #[error("a note that is too long")]
    Note(usize),
    #[error("a reason that is too long, or none")]
    Reason,
    #[error("not a repetition")]
    Repeat(String),
    #[error("a repetition that overlaps itself")]
    RepeatOverlaps,
    #[error("no day on which it comes")]
    Exception(String),
    #[error("too many exceptions")]
    Exceptions,
    #[error("somebody is planned elsewhere")]
    Clash(Vec<Clash>),
    #[error("nothing to change")]
    Nothing,
    #[error("a role that can not be handed out")]
    Role(database::RoleId),
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

/// Who does something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    pub(crate) id: UserId,
    /// Whether they may change everybody's plan.
    pub(crate) manages: bool,
}

impl Who {
    /// Who asks about a guild. In direct messages nobody's rights are known: there only the guild's owner manages.
    pub(crate) fn asks(ctx: &Ctx<Planning>, guild: GuildId) -> Self {
        let id = ctx.user();
        let is_here = ctx.scene.guild == Some(guild);
        Self {
            id,
            manages: (is_here && ctx.scene.may(&MANAGE)) || owner(ctx, guild) == Some(id),
        }
    }

    /// Somebody who may do everything.
    pub(crate) const fn everything(id: UserId) -> Self {
        Self { id, manages: true }
    }

    /// Refuses who may not change an entry: what somebody planned for themselves is theirs, all else is for who manages.
    pub(crate) fn require_own(&self, entry: &Entry) -> Outcome<()> {
        let is_own = entry.created_by == self.id && entry.people == [self.id];
        if self.manages || is_own {
            Ok(())
        } else {
            Err(Refused::NotYours(entry.number).into())
        }
    }

    pub(crate) fn require_managing(&self) -> Outcome<()> {
        if self.manages {
            Ok(())
        } else {
            Err(Refused::NotForYou.into())
        }
    }
}

/// The owner of a guild, as far as it is known.
pub(crate) fn owner(kit: &Kit<Planning>, guild: GuildId) -> Option<UserId> {
    let known = kit.cache.guild(guild.into())?;
    Some(known.owner_id().into())
}

/// An entry to be made.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) kind: Kind,
    pub(crate) people: Vec<UserId>,
    pub(crate) site: Option<(i32, String)>,
    pub(crate) span: Span,
    pub(crate) note: Option<String>,
    pub(crate) repeat: Option<Rule>,
}

/// What to do when somebody is planned elsewhere at that time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OnClash {
    /// It waits until somebody who manages the plan says yes.
    Ask,
    /// It was asked and answered.
    Allow,
    /// Nothing is stored.
    Refuse,
}

/// An entry that somebody is in already, and the first time that overlaps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clash {
    pub(crate) entry: Entry,
    pub(crate) at: Span,
    /// Who is in both.
    pub(crate) people: Vec<UserId>,
}

/// What somebody typed as a span.
pub(crate) fn span(typed: &str, now: &Zoned) -> Outcome<Span> {
    let read = match dates::span(typed, now) {
        Ok(read) => read,
        Err(dates::Misread::Backwards) => return Err(Refused::Backwards.into()),
        Err(_) => return Err(Refused::Dates(typed.to_owned()).into()),
    };
    let is_instant = read.start == read.end && read.start.time.is_some();
    if is_instant {
        return Err(Refused::Dates(typed.to_owned()).into());
    }
    Ok(Span::of(read).ok_or(Refused::Backwards)?)
}

/// A day that somebody typed.
pub(crate) fn day(typed: &str, now: &Zoned) -> Outcome<Date> {
    let read = dates::moment(typed, now).map_err(|_| Refused::Dates(typed.to_owned()))?;
    Ok(read.date)
}

/// How an entry comes again.
pub(crate) fn again(typed: &str, span: &Span, now: &Zoned) -> Outcome<Rule> {
    let rule = dates::rule::rule(typed, span.start.date(), now);
    Ok(rule.map_err(|_| Refused::Repeat(typed.to_owned()))?)
}

/// A note that somebody typed.
pub(crate) fn note(typed: &str) -> Outcome<Option<String>> {
    Ok(model::text(typed, model::NOTE).map_err(Refused::Note)?)
}

/// An open worksite that somebody typed.
pub(crate) async fn site(
    db: &mut PgConnection,
    guild: GuildId,
    typed: &str,
) -> Outcome<(i32, String)> {
    let found = worksites::sites::find(db, guild, typed).await?;
    let found = found.ok_or_else(|| Refused::Site(typed.to_owned()))?;
    if found.is_open {
        Ok((found.number, found.name))
    } else {
        Err(Refused::ClosedSite(found.name).into())
    }
}

/// Refuses what can be no entry.
pub(crate) fn check(entry: &Entry) -> Result<(), Refused> {
    let refused = if entry.people.is_empty() {
        Refused::Nobody
    } else if entry.people.len() > PEOPLE {
        Refused::People(entry.people.len())
    } else if entry.kind == Kind::Site && entry.site.is_none() {
        Refused::NoSite
    } else if entry.span.end <= entry.span.start {
        Refused::Backwards
    } else if entry.span.is_too_long() {
        Refused::TooLong
    } else if !YEARS.contains(&entry.span.start.year()) {
        Refused::Far
    } else if entry.except.len() > EXCEPTIONS {
        Refused::Exceptions
    } else if entry.overlaps_itself() {
        Refused::RepeatOverlaps
    } else {
        return Ok(());
    };
    Err(refused)
}

/// What people of an entry are planned for at the same time.
pub(crate) async fn clashes(db: &mut PgConnection, entry: &Entry) -> Outcome<Vec<Clash>> {
    let start = entry.span.start;
    let most = start.checked_add(LOOK.days()).unwrap_or(start);
    let end = entry.last_end().map_or(most, |end| end.min(most));
    let window = Span {
        start,
        end,
        is_days: false,
    };
    let filter = Filter {
        people: entry.people.clone(),
        state: Some(State::Approved),
        from: Some(window.start),
        to: Some(window.end),
        ..Filter::default()
    };
    let others = store::entries::list(db, entry.guild, &filter, 0, LOOKED_AT).await?;
    let mut clashes = Vec::new();
    for other in others
        .into_iter()
        .filter(|other| other.number != entry.number)
    {
        if let Some(at) = clash(entry, &other, &window) {
            let people = entry.people.iter().copied();
            let people = people.filter(|user| other.people.contains(user)).collect();
            clashes.push(Clash {
                entry: other,
                at,
                people,
            });
        }
    }
    clashes.sort_by_key(|clash| (clash.at.start, clash.entry.number));
    clashes.truncate(TOLD);
    Ok(clashes)
}

/// Plans something. Leave that a member asks for waits for who manages the plan, as does what overlaps.
pub(crate) async fn make(
    kit: &Kit<Planning>,
    guild: GuildId,
    who: Who,
    new: New,
    on_clash: OnClash,
) -> Outcome<(Entry, Vec<Clash>)> {
    let now = kit.clock.now();
    let mut entry = Entry {
        guild,
        number: 0,
        kind: new.kind,
        state: State::Approved,
        people: new.people,
        site: new.site,
        span: new.span,
        note: new.note,
        repeat: new.repeat,
        except: Vec::new(),
        reason: None,
        version: 0,
        created_by: who.id,
        created_at: now,
        changed_at: now,
        decided: None,
        deleted: None,
        channel: None,
        message: None,
    };
    check(&entry)?;
    let mut db = kit.database.begin().await?;
    store::entries::lock_plan(&mut db, guild).await?;
    let clashes = clashes(&mut db, &entry).await?;
    if !clashes.is_empty() && on_clash == OnClash::Refuse {
        return Err(Refused::Clash(clashes).into());
    }
    let must_wait = entry.kind == Kind::Leave && !who.manages;
    if must_wait || (!clashes.is_empty() && on_clash == OnClash::Ask) {
        entry.state = State::Pending;
    }
    entry.number = store::entries::next_number(&mut db, guild).await?;
    store::entries::save(&mut db, &entry).await?;
    let made = Change {
        what: "created",
        old: None,
        new: Some(entry.kind.word().to_owned()),
    };
    store::entries::note(&mut db, &entry, who.id, now, &[made]).await?;
    told::tell(kit, &mut db, None, &entry).await?;
    // Who plans it themselves sees at once what it waits for.
    follow(kit, &mut db, None, &entry, !who.manages).await?;
    db.commit().await?;
    Ok((entry, clashes))
}

/// Plans the lines of a file, all or none, save those that are known, for people of these names. Answers how many were new.
pub(crate) async fn import(
    kit: &Kit<Planning>,
    guild: GuildId,
    by: UserId,
    mut lines: Vec<Ready>,
    names: &[(UserId, String)],
) -> Outcome<usize> {
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::entries::lock_plan(&mut db, guild).await?;
    let known = store::read_in::known(&mut db, guild, &lines).await?;
    let mut known: HashSet<String> = known.into_iter().collect();
    lines.retain(|line| known.insert(line.key.clone()));
    let count = i32::try_from(lines.len()).map_err(Failure::fault)?;
    let last = store::entries::take_numbers(&mut db, guild, count).await?;
    let entries: Vec<(String, Entry)> = (last - count + 1..)
        .zip(lines)
        .map(|(number, line)| {
            let entry = Entry {
                number,
                ..line.entry
            };
            (line.key, entry)
        })
        .collect();
    store::read_in::save(&mut db, guild, by, now, &entries).await?;
    store::people::name(&mut db, guild, names).await?;
    let mut on_leave = BTreeSet::new();
    for (_, entry) in &entries {
        told::tell(kit, &mut db, None, entry).await?;
        if entry.kind == Kind::Leave {
            on_leave.extend(entry.people.iter().copied());
        }
    }
    leave::later(kit, &mut db, guild, on_leave).await?;
    posts::later(kit, &mut db, guild).await?;
    db.commit().await?;
    Ok(entries.len())
}

/// What follows from how an entry is now: the card for who decides, roles of leave, and posted weeks.
async fn follow(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    before: Option<&Entry>,
    entry: &Entry,
    asks: bool,
) -> Outcome<()> {
    let is_asked = entry.state == State::Pending && entry.deleted.is_none() && asks;
    if is_asked || entry.message.is_some() {
        card::later(kit, db, entry).await?;
    }
    let is_leave = |entry: &&Entry| entry.kind == Kind::Leave;
    let people: BTreeSet<UserId> = before
        .into_iter()
        .chain([entry])
        .filter(is_leave)
        .flat_map(|entry| entry.people.iter().copied())
        .collect();
    leave::later(kit, db, entry.guild, people).await?;
    posts::later(kit, db, entry.guild).await
}

/// Enqueues a job that replaces one of the same key.
pub(crate) async fn enqueue<J: Job>(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    job: &J,
    key: String,
    at: Option<Timestamp>,
) -> Outcome<()> {
    let mut job = NewJob::new(job).map_err(Failure::fault)?.key(key);
    if let Some(at) = at {
        job = job.at(at);
    }
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

/// Changes an entry, and writes down what differs. Nobody else changes the plan meanwhile.
///
/// # Errors
///
/// Fails with what `act` says, and changes nothing then. A deleted entry is none.
pub(crate) async fn change(
    kit: &Kit<Planning>,
    guild: GuildId,
    number: i32,
    who: Who,
    on_clash: OnClash,
    act: impl FnOnce(&mut Entry) -> Outcome<()> + Send,
) -> Outcome<Entry> {
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::entries::lock_plan(&mut db, guild).await?;
    let before = store::entries::get(&mut db, guild, number).await?;
    let before = before
        .filter(|entry| entry.deleted.is_none())
        .ok_or(Refused::NoSuch)?;
    let mut entry = before.clone();
    act(&mut entry)?;
    check(&entry)?;
    let is_moved = (&entry.span, &entry.people, &entry.repeat, entry.kind)
        != (&before.span, &before.people, &before.repeat, before.kind);
    if is_moved && entry.deleted.is_none() {
        let clashes = clashes(&mut db, &entry).await?;
        if !clashes.is_empty() && on_clash == OnClash::Refuse {
            return Err(Refused::Clash(clashes).into());
        }
        let must_wait = entry.kind == Kind::Leave || !clashes.is_empty();
        if must_wait && !who.manages {
            entry.state = State::Pending;
            entry.reason = None;
            entry.decided = None;
        }
    }
    let changed = changes(&before, &entry);
    if changed.is_empty() {
        return Ok(entry);
    }
    entry.version = entry.version.saturating_add(1);
    entry.changed_at = now;
    store::entries::save(&mut db, &entry).await?;
    store::entries::note(&mut db, &entry, who.id, now, &changed).await?;
    told::tell(kit, &mut db, Some(&before), &entry).await?;
    if before.people != entry.people {
        store::entries::part_with(&mut db, guild, number, &before.people).await?;
    }
    follow(kit, &mut db, Some(&before), &entry, !who.manages).await?;
    if entry.state != before.state && entry.decided.is_some() {
        card::tell_later(kit, &mut db, &entry).await?;
    }
    db.commit().await?;
    Ok(entry)
}

/// Says yes or no to what waits. Of two who do so at once one is told that the other was first.
pub(crate) async fn decide(
    kit: &Kit<Planning>,
    guild: GuildId,
    number: i32,
    who: Who,
    yes: bool,
    reason: Option<String>,
) -> Outcome<Entry> {
    let now = kit.clock.now();
    change(kit, guild, number, who, OnClash::Allow, |entry| {
        who.require_managing()?;
        if entry.state != State::Pending {
            return Err(Refused::Decided {
                number,
                state: entry.state,
                by: entry.decided,
            }
            .into());
        }
        entry.state = if yes { State::Approved } else { State::Refused };
        entry.reason = if yes { None } else { reason };
        entry.decided = Some((who.id, now));
        Ok(())
    })
    .await
}

/// Takes an entry out of the plan, or one of its days.
pub(crate) async fn remove(
    kit: &Kit<Planning>,
    guild: GuildId,
    number: i32,
    who: Who,
    day: Option<Date>,
) -> Outcome<Entry> {
    let now = kit.clock.now();
    change(kit, guild, number, who, OnClash::Allow, |entry| {
        who.require_own(entry)?;
        let Some(day) = day.filter(|_| entry.repeat.is_some()) else {
            entry.deleted = Some((who.id, now));
            return Ok(());
        };
        let whole = Span::days(day, day).ok_or(Refused::Far)?;
        let time = entry.within(&whole).into_iter().next();
        let time = time.ok_or_else(|| Refused::Exception(day.to_string()))?;
        entry.except.push(time.start.date());
        entry.except.sort_unstable();
        if entry.times().next().is_none() {
            entry.deleted = Some((who.id, now));
        }
        Ok(())
    })
    .await
}
