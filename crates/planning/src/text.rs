//! Every sentence of the plan.

use database::UserId;
use feature::{
    Button, Card, Colour, Lang, Modal, Past, TextField,
    card::{cut, escape},
    duties::Duty,
    text::{date_time, relative},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};

use crate::{
    calendars::NotRead,
    components::{Ask, Decide, Refuse},
    ics::read::{MOST, NoCalendar},
    model::{DAYS, EXCEPTIONS, Entry, Kind, NOTE, PEOPLE, REASON, Span, State},
    settings::PlanSettings,
    store::{calendars::Calendar, feeds::Feed},
    week::{Part, Week},
    work::{Clash, Refused},
};

feature::words!("planning");

/// The most characters of a message of a week; the heading comes on top.
const PAGE: usize = 3_400;
/// The most characters of a picture in words.
const IN_WORDS: usize = 1_024;
/// Notes are cut in lists.
const SHORT: usize = 80;

fn user(user: UserId) -> String {
    format!("<@{user}>")
}

fn users(people: &[UserId]) -> String {
    let people: Vec<String> = people.iter().copied().map(user).collect();
    people.join(" ")
}

fn typed(text: &str) -> String {
    format!("`{}`", cut(text, 60).replace('`', "'"))
}

fn nth(words: &str, nth: i8) -> String {
    let nth = usize::try_from(nth).unwrap_or_default();
    words
        .split_whitespace()
        .nth(nth)
        .unwrap_or_default()
        .to_owned()
}

/// The names of the weekdays, Monday first.
fn weekday(lang: Lang, day: Date) -> String {
    nth(&t!(lang, "weekdays"), day.weekday().to_monday_zero_offset())
}

fn month(lang: Lang, day: Date) -> String {
    nth(&t!(lang, "months"), day.month() - 1)
}

/// The number of a day; in French the first is `1er`.
fn number(lang: Lang, day: Date) -> String {
    match (lang, day.day()) {
        (Lang::Fr, 1) => "1er".to_owned(),
        (_, number) => number.to_string(),
    }
}

/// `Monday 2 March`.
fn long_day(lang: Lang, day: Date) -> String {
    t!(
        lang,
        "long-day",
        weekday = weekday(lang, day),
        day = number(lang, day),
        month = month(lang, day)
    )
}

/// `Mon 2`.
pub(crate) fn short_day(lang: Lang, day: Date) -> String {
    let short = nth(
        &t!(lang, "weekdays-short"),
        day.weekday().to_monday_zero_offset(),
    );
    format!("{short} {}", day.day())
}

fn full_day(lang: Lang, day: Date) -> String {
    format!("{} {}", long_day(lang, day), day.year())
}

fn clock(at: DateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// From when to when, as people say it: the last day is named, not the moment after.
pub(crate) fn span(lang: Lang, span: &Span) -> String {
    let (first, last) = (span.start.date(), span.last_day());
    match (span.is_days, first == last) {
        (true, true) => full_day(lang, first),
        (true, false) => t!(
            lang,
            "from-to",
            from = full_day(lang, first),
            to = full_day(lang, last)
        ),
        (false, true) => format!(
            "{}, {}–{}",
            full_day(lang, first),
            clock(span.start),
            until(span.end, first)
        ),
        (false, false) => t!(
            lang,
            "from-to",
            from = format!("{} {}", full_day(lang, first), clock(span.start)),
            to = format!("{} {}", full_day(lang, last), until(span.end, last))
        ),
    }
}

/// The time at which something ends on a day; midnight is its end, not its beginning.
fn until(end: DateTime, day: Date) -> String {
    if end.date() > day {
        "24:00".to_owned()
    } else {
        clock(end)
    }
}

pub(crate) fn bad_time(lang: Lang) -> String {
    t!(lang, "bad-time")
}

fn clash_lines(lang: Lang, clashes: &[Clash]) -> Vec<String> {
    clashes
        .iter()
        .map(|clash| {
            format!(
                "⚠️ {} · #{} {} · {}",
                users(&clash.people),
                clash.entry.number,
                what(lang, clash.entry.kind, clash.entry.site.as_ref()),
                span(lang, &clash.at)
            )
        })
        .collect()
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::NoSuch => t!(lang, "no-such"),
        Refused::NotYours(number) => t!(lang, "not-yours", number = number.to_string()),
        Refused::Decided { number, state, by } => {
            let state = state_name(lang, *state);
            match by {
                Some((by, at)) => t!(
                    lang,
                    "decided-by",
                    number = number.to_string(),
                    state = state,
                    by = user(*by),
                    at = relative(*at)
                ),
                None => t!(
                    lang,
                    "decided-already",
                    number = number.to_string(),
                    state = state
                ),
            }
        }
        Refused::NotForYou => t!(lang, "not-for-you"),
        Refused::Dates(text) => t!(lang, "bad-dates", dates = typed(text)),
        Refused::Clock(text) => t!(lang, "bad-clock", time = typed(text)),
        Refused::Backwards => t!(lang, "backwards"),
        Refused::TooLong => t!(lang, "too-long", most = DAYS.to_string()),
        Refused::Far => t!(lang, "too-far"),
        Refused::Site(name) => t!(lang, "no-site", site = typed(name)),
        Refused::ClosedSite(name) => t!(lang, "closed-site", site = typed(name)),
        Refused::NoSite => t!(lang, "site-needed"),
        Refused::Nobody => t!(lang, "nobody"),
        Refused::People(count) => t!(
            lang,
            "too-many-people",
            count = count.to_string(),
            most = PEOPLE.to_string()
        ),
        Refused::Bot(who) => t!(lang, "a-bot", user = user(*who)),
        Refused::Stranger(who) => t!(lang, "a-stranger", user = user(*who)),
        Refused::Note(length) => t!(
            lang,
            "bad-note",
            length = length.to_string(),
            most = NOTE.to_string()
        ),
        Refused::Reason => t!(lang, "bad-reason", most = REASON.to_string()),
        Refused::Repeat(text) => t!(lang, "bad-repeat", repeat = typed(text)),
        Refused::RepeatOverlaps => t!(lang, "repeat-overlaps"),
        Refused::Exception(day) => t!(lang, "bad-exception", day = day.clone()),
        Refused::Exceptions => t!(lang, "too-many-exceptions", most = EXCEPTIONS.to_string()),
        Refused::Clash(clashes) => format!(
            "{}\n{}",
            t!(lang, "clash"),
            clash_lines(lang, clashes).join("\n")
        ),
        Refused::Nothing => t!(lang, "nothing-given"),
        Refused::Role(role) => t!(lang, "bad-role", role = format!("<@&{role}>")),
    }
}

fn state_name(lang: Lang, state: State) -> String {
    match state {
        State::Pending => t!(lang, "state-pending"),
        State::Approved => t!(lang, "state-approved"),
        State::Refused => t!(lang, "state-refused"),
    }
}

pub(crate) fn kind_name(lang: Lang, kind: Kind) -> String {
    match kind {
        Kind::Site => t!(lang, "kind-site"),
        Kind::Leave => t!(lang, "kind-leave"),
        Kind::Training => t!(lang, "kind-training"),
        Kind::Sick => t!(lang, "kind-sick"),
        Kind::Other => t!(lang, "kind-other"),
    }
}

const fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Site => "🏗️",
        Kind::Leave => "🏖️",
        Kind::Training => "🎓",
        Kind::Sick => "🤒",
        Kind::Other => "📌",
    }
}

/// What it is, in words without Markdown: the worksite, or what else somebody does.
fn plain(lang: Lang, kind: Kind, site: Option<&(i32, String)>) -> String {
    match (kind, site) {
        (Kind::Site, Some((_, name))) => name.clone(),
        (kind, Some((_, name))) => format!("{} ({name})", kind_name(lang, kind)),
        (kind, None) => kind_name(lang, kind),
    }
}

fn what(lang: Lang, kind: Kind, site: Option<&(i32, String)>) -> String {
    format!("{} {}", icon(kind), escape(&plain(lang, kind, site)))
}

/// What stands in a cell of a picture.
pub(crate) fn cell(lang: Lang, part: &Part) -> String {
    let what = match (part.kind, &part.site, &part.note) {
        (Kind::Other, None, Some(note)) => note.clone(),
        (kind, site, _) => plain(lang, kind, site.as_ref()),
    };
    match part.hours {
        Some((from, end)) => {
            let until = if end.time() == Time::midnight() {
                "24".to_owned()
            } else {
                short_clock(end.time())
            };
            format!("{}–{until} {what}", short_clock(from))
        }
        None => what,
    }
}

/// `8`, `8:30`.
fn short_clock(at: Time) -> String {
    match at.minute() {
        0 => at.hour().to_string(),
        minute => format!("{}:{minute:02}", at.hour()),
    }
}

/// What the colour of a cell means.
pub(crate) fn named(lang: Lang, part: &Part) -> String {
    match (part.kind, &part.site) {
        (Kind::Site, Some((_, name))) => name.clone(),
        (kind, _) => kind_name(lang, kind),
    }
}

fn part(lang: Lang, day: Date, part: &Part) -> String {
    let mut words = if part.number == 0 {
        format!("📅 {}", t!(lang, "elsewhere"))
    } else {
        what(lang, part.kind, part.site.as_ref())
    };
    if let Some((from, end)) = part.hours {
        words = format!("{words} {}–{}", from.strftime("%H:%M"), until(end, day));
    }
    if part.is_pending {
        words = format!("⏳ {words}");
    }
    if let Some(note) = &part.note {
        let note = note.lines().next().unwrap_or_default();
        words = format!("{words} · {}", escape(&cut(note, SHORT)));
    }
    words
}

fn parts(lang: Lang, day: Date, all: &[Part]) -> String {
    let words: Vec<String> = all.iter().map(|one| part(lang, day, one)).collect();
    words.join(" · ")
}

pub(crate) fn week_title(lang: Lang, monday: Date) -> String {
    let sunday = monday.checked_add(jiff::Span::new().days(6));
    t!(
        lang,
        "week-title",
        from = long_day(lang, monday),
        to = full_day(lang, sunday.unwrap_or(monday))
    )
}

pub(crate) fn week_subtitle(lang: Lang, people: usize) -> String {
    let people = i64::try_from(people).unwrap_or(i64::MAX);
    t!(lang, "people", count = people)
}

pub(crate) fn more_people(lang: Lang) -> String {
    t!(lang, "more-people")
}

/// Lines of days, cut into pages; a day that goes on repeats its heading. The last page takes what is left.
fn paged(days: Vec<(String, Vec<String>)>, most: usize) -> Vec<Vec<String>> {
    let mut pages: Vec<Vec<String>> = vec![Vec::new()];
    let mut taken = 0;
    for (heading, lines) in days {
        let mut is_begun = false;
        for line in lines {
            let length = line.chars().count() + heading.chars().count() + 2;
            let is_full = taken > 0 && taken + length > PAGE;
            if is_full && pages.len() < most {
                pages.push(Vec::new());
                (taken, is_begun) = (0, false);
            }
            if let Some(page) = pages.last_mut() {
                if !is_begun {
                    page.push(heading.clone());
                    is_begun = true;
                }
                page.push(line);
            }
            taken += length;
        }
    }
    pages
}

fn pages(
    lang: Lang,
    title: &str,
    week: &Week,
    lines: impl Fn(Date, &[crate::week::Line]) -> Vec<String>,
    most: usize,
) -> Vec<Card> {
    if week.days.is_empty() {
        let card = Card::new().title(title).colour(Colour::Info);
        return vec![card.text(t!(lang, "week-empty"))];
    }
    let days = week.days.iter().map(|(day, all)| {
        let heading = format!("**{}**", long_day(lang, *day));
        (heading, lines(*day, all))
    });
    let pages = paged(days.collect(), most);
    let count = pages.len();
    pages
        .into_iter()
        .enumerate()
        .map(|(nth, lines)| {
            let mut card = Card::new().colour(Colour::Info).lines(lines);
            if nth == 0 {
                card = card.title(title);
            }
            if nth + 1 == count && week.is_cut {
                card = card.footer(t!(lang, "week-cut"));
            }
            card
        })
        .collect()
}

/// The week of everybody, by day and then by person.
pub(crate) fn week_pages(lang: Lang, week: &Week, most: usize) -> Vec<Card> {
    let title = week_title(lang, week.monday);
    let lines = |day: Date, all: &[crate::week::Line]| {
        let lines = all.iter();
        lines
            .map(|line| format!("{} — {}", user(line.user), parts(lang, day, &line.parts)))
            .collect()
    };
    pages(lang, &title, week, lines, most)
}

/// The week of somebody.
pub(crate) fn own_pages(lang: Lang, week: &Week, person: UserId, most: usize) -> Vec<Card> {
    let title = week_title(lang, week.monday);
    let lines = |day: Date, all: &[crate::week::Line]| {
        let parts = all.iter().flat_map(|line| &line.parts);
        parts
            .map(|one| match one.number {
                0 => part(lang, day, one),
                number => format!("{} · #{number}", part(lang, day, one)),
            })
            .collect()
    };
    let mut cards = pages(lang, &title, week, lines, most);
    if let Some(first) = cards.first_mut() {
        *first = std::mem::take(first).footer(t!(lang, "week-of", user = name(week, person)));
    }
    cards
}

fn name(week: &Week, person: UserId) -> String {
    match week.name(person) {
        Some(name) => escape(name),
        None => user(person),
    }
}

/// A week in words, for who can not see its picture.
pub(crate) fn in_words(lang: Lang, week: &Week) -> String {
    let days = week.days.iter().map(|(day, lines)| {
        let lines = lines.iter().map(|line| {
            let parts: Vec<String> = line.parts.iter().map(|part| cell(lang, part)).collect();
            let name = week.name(line.user).unwrap_or("?");
            format!("{name}: {}", parts.join(", "))
        });
        let lines: Vec<String> = lines.collect();
        format!("{}. {}.", short_day(lang, *day), lines.join("; "))
    });
    let days: Vec<String> = days.collect();
    let title = week_title(lang, week.monday);
    cut(&format!("{title}. {}", days.join(" ")), IN_WORDS)
}

fn fields(lang: Lang, entry: &Entry) -> Card {
    let colour = match (entry.state, entry.deleted) {
        (_, Some(_)) | (State::Refused, _) => Colour::Bad,
        (State::Pending, _) => Colour::Warn,
        (State::Approved, _) => Colour::Good,
    };
    let mut lines = vec![
        format!("**{}** {}", t!(lang, "who"), users(&entry.people)),
        format!("**{}** {}", t!(lang, "when"), span(lang, &entry.span)),
    ];
    if entry.repeat.is_some() {
        lines.push(match (entry.last_end(), entry.times().last()) {
            (Some(_), Some(last)) => {
                t!(lang, "comes-until", day = full_day(lang, last.start.date()))
            }
            _ => t!(lang, "comes-again"),
        });
    }
    if !entry.except.is_empty() {
        let days = entry.except.iter().take(10);
        let days: Vec<String> = days.map(|day| full_day(lang, *day)).collect();
        lines.push(t!(lang, "except-days", days = days.join(", ")));
    }
    if let Some(note) = &entry.note {
        lines.push(format!("**{}** {}", t!(lang, "note"), escape(note)));
    }
    let state = match entry.decided {
        Some((by, at)) => format!(
            "{} · {} · {}",
            state_name(lang, entry.state),
            user(by),
            relative(at)
        ),
        None => state_name(lang, entry.state),
    };
    lines.push(format!("**{}** {state}", t!(lang, "is")));
    if let Some(reason) = &entry.reason {
        lines.push(format!("**{}** {}", t!(lang, "why"), escape(reason)));
    }
    Card::new()
        .title(format!(
            "#{} {}",
            entry.number,
            what(lang, entry.kind, entry.site.as_ref())
        ))
        .colour(colour)
        .lines(lines)
}

/// What is to be decided, and how.
pub(crate) fn request(lang: Lang, entry: &Entry, clashes: &[Clash]) -> Card {
    let mut card = fields(lang, entry).footer(t!(
        lang,
        "asked-by",
        by = user(entry.created_by),
        at = relative(entry.created_at)
    ));
    if entry.deleted.is_some() {
        return card.text(t!(lang, "withdrawn"));
    }
    if entry.state != State::Pending {
        return card;
    }
    if !clashes.is_empty() {
        card = card
            .text(t!(lang, "overlaps"))
            .lines(clash_lines(lang, clashes));
    }
    let (guild, number) = (entry.guild, entry.number);
    let yes = if clashes.is_empty() {
        t!(lang, "do-approve")
    } else {
        t!(lang, "do-plan-anyway")
    };
    card.button(Button::new(yes, &Decide { guild, number }).success())
        .button(Button::new(t!(lang, "do-refuse"), &Ask { guild, number }).danger())
}

pub(crate) fn made(lang: Lang, entry: &Entry, clashes: &[Clash]) -> Card {
    let number = entry.number.to_string();
    let mut card = fields(lang, entry);
    card = match entry.state {
        State::Pending => card.text(t!(lang, "made-pending", number = number)),
        _ => card.text(t!(lang, "made", number = number)),
    };
    if clashes.is_empty() {
        return card;
    }
    card.text(t!(lang, "overlaps"))
        .lines(clash_lines(lang, clashes))
}

pub(crate) fn removed(lang: Lang, entry: &Entry) -> String {
    let number = entry.number.to_string();
    if entry.deleted.is_some() {
        t!(lang, "removed", number = number)
    } else {
        t!(lang, "removed-day", number = number)
    }
}

pub(crate) fn erased(lang: Lang, who: UserId, entries: u64) -> String {
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    t!(lang, "erased", user = user(who), count = entries)
}

pub(crate) fn decided(lang: Lang, entry: &Entry) -> Card {
    let number = entry.number.to_string();
    let said = match entry.state {
        State::Refused => t!(lang, "told-refused", number = number),
        _ => t!(lang, "told-approved", number = number),
    };
    fields(lang, entry).text(said)
}

pub(crate) fn decided_look(lang: Lang, who: UserId, number: i32) -> String {
    t!(
        lang,
        "told-look",
        user = user(who),
        number = number.to_string()
    )
}

pub(crate) fn refuse_form(lang: Lang, id: &Refuse, number: i32) -> Modal {
    let most = u16::try_from(REASON).unwrap_or(500);
    Modal::new(id, t!(lang, "refuse-title", number = number.to_string())).text(
        t!(lang, "refuse-reason"),
        TextField::paragraph("reason").length(1, most),
    )
}

pub(crate) fn choice(lang: Lang, entry: &Entry) -> String {
    format!(
        "#{} {} · {}",
        entry.number,
        plain(lang, entry.kind, entry.site.as_ref()),
        span(lang, &entry.span)
    )
}

/// What waits, the oldest first.
pub(crate) fn waiting(lang: Lang, waiting: &[Entry]) -> Card {
    const SHOWN: usize = 10;
    let card = Card::new()
        .title(t!(lang, "waiting-title"))
        .colour(Colour::Warn);
    if waiting.is_empty() {
        return card.text(t!(lang, "waiting-none"));
    }
    let mut card = card.lines(waiting.iter().take(SHOWN).map(|entry| {
        format!(
            "**#{}** {} · {} · {}",
            entry.number,
            users(&entry.people),
            what(lang, entry.kind, entry.site.as_ref()),
            span(lang, &entry.span)
        )
    }));
    for entry in waiting.iter().take(SHOWN) {
        let (guild, number) = (entry.guild, entry.number);
        let yes = format!("{} #{number}", t!(lang, "do-approve"));
        let no = format!("{} #{number}", t!(lang, "do-refuse"));
        // Two rows of four and one of two: of 25 controls twenty.
        card = card
            .button(Button::new(yes, &Decide { guild, number }).success())
            .button(Button::new(no, &Ask { guild, number }).danger());
    }
    if waiting.len() > SHOWN {
        card = card.footer(t!(lang, "waiting-more"));
    }
    card
}

/// An entry, and what became of it.
pub(crate) fn entry(lang: Lang, entry: &Entry, history: &[Past]) -> Card {
    let card = fields(lang, entry).footer(t!(
        lang,
        "asked-by",
        by = user(entry.created_by),
        at = relative(entry.created_at)
    ));
    if history.is_empty() {
        return card;
    }
    let value = |what: &str, value: Option<&str>| {
        let Some(value) = value else {
            return "–".to_owned();
        };
        let state = State::of(value).filter(|_| what == "state");
        let kind = Kind::of(value).filter(|_| matches!(what, "kind" | "created"));
        if let Some(state) = state {
            state_name(lang, state)
        } else if let Some(kind) = kind {
            kind_name(lang, kind)
        } else if let Ok(at) = value.parse::<Timestamp>() {
            date_time(at)
        } else if what == "people" {
            let people = value.split(' ').map(|id| match id {
                "?" => "?".to_owned(),
                id => format!("<@{id}>"),
            });
            people.collect::<Vec<_>>().join(" ")
        } else if what == "dates" {
            past_span(lang, value).unwrap_or_else(|| typed(value))
        } else if what == "repeat" {
            "🔁".to_owned()
        } else {
            typed(&value.replace('\n', " · "))
        }
    };
    let lines: Vec<String> = history
        .iter()
        .map(|past| {
            let what = match past.what.as_str() {
                "created" => t!(lang, "past-created"),
                "kind" => t!(lang, "past-kind"),
                "state" => t!(lang, "is"),
                "people" => t!(lang, "who"),
                "site" => t!(lang, "past-site"),
                "dates" => t!(lang, "when"),
                "note" => t!(lang, "note"),
                "repeat" => t!(lang, "past-repeat"),
                "except" => t!(lang, "past-except"),
                "reason" => t!(lang, "why"),
                _ => t!(lang, "past-deleted"),
            };
            format!(
                "{} {} **{what}** {} → {}",
                relative(past.at),
                user(past.by),
                value(&past.what, past.old.as_deref()),
                value(&past.what, past.new.as_deref())
            )
        })
        .collect();
    card.field(t!(lang, "history"), lines.join("\n"))
}

/// Times as the history keeps them, in words.
fn past_span(lang: Lang, kept: &str) -> Option<String> {
    let (start, end) = kept.split_once('/')?;
    let (start, end): (DateTime, DateTime) = (start.parse().ok()?, end.parse().ok()?);
    let midnight = Time::midnight();
    let is_days = start.time() == midnight && end.time() == midnight;
    Some(span(
        lang,
        &Span {
            start,
            end,
            is_days,
        },
    ))
}

pub(crate) fn bad_address(lang: Lang) -> String {
    t!(lang, "bad-address")
}

pub(crate) fn too_many_calendars(lang: Lang, (most, own): (i64, i64)) -> String {
    t!(
        lang,
        "too-many-calendars",
        most = most.to_string(),
        own = own.to_string()
    )
}

pub(crate) fn no_such_calendar(lang: Lang, number: i64) -> String {
    t!(lang, "no-such-calendar", number = number.to_string())
}

pub(crate) fn bad_calendar_name(lang: Lang, most: usize) -> String {
    t!(lang, "bad-calendar-name", most = most.to_string())
}

/// Why a calendar could not be read; nothing of what a server said is repeated.
pub(crate) fn unread(lang: Lang, why: &NotRead) -> String {
    match why {
        NotRead::Away(outgoing::Error::Redirect(_)) => t!(lang, "unread-elsewhere"),
        NotRead::Away(outgoing::Error::TooLarge(_)) | NotRead::Text(NoCalendar::TooMany) => {
            t!(lang, "unread-large", events = MOST.to_string())
        }
        NotRead::Text(NoCalendar::NotOne) => t!(lang, "unread-no-calendar"),
        NotRead::Status(status) => t!(lang, "unread-status", status = status.as_u16().to_string()),
        _ => t!(lang, "unread-away"),
    }
}

pub(crate) fn calendar_added(lang: Lang, number: i32, name: &str, host: &str) -> String {
    t!(
        lang,
        "calendar-added",
        number = number.to_string(),
        name = escape(name),
        host = escape(host)
    )
}

pub(crate) fn calendar_removed(lang: Lang, number: i32) -> String {
    t!(lang, "calendar-removed", number = number.to_string())
}

pub(crate) fn calendar_broken(lang: Lang, calendar: &Calendar, why: &NotRead) -> Card {
    Card::new()
        .title(t!(
            lang,
            "calendar-broken",
            number = calendar.number.to_string(),
            name = escape(&calendar.name)
        ))
        .text(unread(lang, why))
        .text(t!(lang, "calendar-kept"))
        .colour(Colour::Warn)
}

pub(crate) fn calendars(lang: Lang, calendars: &[Calendar]) -> Card {
    let card = Card::new()
        .title(t!(lang, "calendars-title"))
        .colour(Colour::Info);
    if calendars.is_empty() {
        return card.text(t!(lang, "calendars-none"));
    }
    card.lines(calendars.iter().map(|calendar| {
        let state = match (calendar.failures, calendar.read_at) {
            (0, Some(at)) => relative(at),
            (0, None) => "…".to_owned(),
            _ => format!("⚠️ {}", t!(lang, "calendar-unread")),
        };
        format!(
            "**{}** {} · {} · {state}",
            calendar.number,
            escape(&calendar.name),
            user(calendar.user)
        )
    }))
}

pub(crate) fn too_many_feeds(lang: Lang, most: i64) -> String {
    t!(
        lang,
        "too-many-feeds",
        most = most.to_string(),
        own = (most / 10).to_string()
    )
}

pub(crate) fn no_such_feed(lang: Lang, number: i64) -> String {
    t!(lang, "no-such-feed", number = number.to_string())
}

pub(crate) fn feed_revoked(lang: Lang, number: i32) -> String {
    t!(lang, "feed-revoked", number = number.to_string())
}

/// The address of a calendar, which is shown this once.
pub(crate) fn feed_made(lang: Lang, number: i32, public: Option<&str>, address: &str) -> Card {
    let card = Card::new()
        .title(t!(lang, "feed-made", number = number.to_string()))
        .colour(Colour::Good);
    let card = match public {
        Some(public) => card.text(format!("`{public}{address}`")),
        None => card
            .text(format!("`{address}`"))
            .text(t!(lang, "feed-nowhere")),
    };
    card.text(t!(lang, "feed-secret", number = number.to_string()))
}

pub(crate) fn feeds(lang: Lang, feeds: &[Feed]) -> Card {
    let card = Card::new()
        .title(t!(lang, "feeds-title"))
        .colour(Colour::Info);
    if feeds.is_empty() {
        return card.text(t!(lang, "feeds-none"));
    }
    card.lines(feeds.iter().map(|feed| {
        let of = match (feed.user, feed.site) {
            _ if let Some(role) = feed.role => format!("<@&{role}>"),
            (Some(who), _) => user(who),
            (None, Some(site)) => format!("{} #{site}", t!(lang, "kind-site")),
            (None, None) => t!(lang, "feed-of-all"),
        };
        format!(
            "**{}** {of} · {} {}",
            feed.number,
            user(feed.made_by),
            relative(feed.made_at)
        )
    }))
}

pub(crate) fn feed_of_both(lang: Lang) -> String {
    t!(lang, "feed-of-both")
}

pub(crate) fn feed_without_members(lang: Lang) -> String {
    t!(lang, "feed-without-members")
}

/// What is to be done, as a calendar says it.
pub(crate) fn duty(lang: Lang, duty: &Duty) -> String {
    let title = cut(&duty.title, 200);
    if duty.is_done {
        t!(lang, "duty-done", title = title)
    } else {
        t!(lang, "duty", title = title)
    }
}

pub(crate) fn feed_name(lang: Lang, of: Option<&str>) -> String {
    match of {
        Some(of) => t!(lang, "feed-name", of = of),
        None => t!(lang, "feed-name-alone"),
    }
}

/// What a calendar says somebody does. That somebody is ill stands in their own alone.
pub(crate) fn in_calendar(lang: Lang, entry: &Entry, is_own: bool) -> String {
    if entry.kind.is_away() && !is_own {
        return t!(lang, "absent");
    }
    plain(lang, entry.kind, entry.site.as_ref())
}

pub(crate) fn exported(lang: Lang, count: u64, is_whole: bool) -> String {
    let said = t!(lang, "exported", count = count);
    if is_whole {
        said
    } else {
        format!("{said} {}", t!(lang, "exported-part"))
    }
}

pub(crate) fn settings(lang: Lang, settings: &PlanSettings, is_new: bool) -> Card {
    let mut card = Card::new().title(t!(lang, "settings-title"));
    if is_new {
        card = card.text(t!(lang, "saved")).colour(Colour::Good);
    }
    let channel = |channel: Option<database::ChannelId>| channel.map(|id| format!("<#{id}>"));
    let day = nth(
        &t!(lang, "weekdays"),
        i8::try_from(settings.weekday).unwrap_or_default(),
    );
    let picture = if settings.picture {
        t!(lang, "yes")
    } else {
        t!(lang, "no")
    };
    let none = || t!(lang, "none");
    card.field(
        t!(lang, "settings-channel"),
        channel(settings.channel).unwrap_or_else(none),
    )
    .field(
        t!(lang, "settings-when"),
        format!("{day}, {:02}:{:02}", settings.hour, settings.minute),
    )
    .field(t!(lang, "settings-picture"), picture)
    .field(
        t!(lang, "settings-leave-channel"),
        channel(settings.leave_channel).unwrap_or_else(|| t!(lang, "settings-owner")),
    )
    .field(
        t!(lang, "settings-leave-role"),
        settings
            .leave_role
            .map_or_else(none, |role| format!("<@&{role}>")),
    )
}
