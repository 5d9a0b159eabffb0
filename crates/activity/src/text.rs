//! Every sentence of the statistics.

use database::UserId;
use feature::{
    Button, Card, Colour, Lang,
    card::{cut, escape},
    text::relative,
};
use jiff::civil::Date;

use crate::{
    model::{LONGEST, Totals, hours},
    presence::{Approximately, Present, Show as ShowPresent, Unknown},
    settings::{ActivitySettings, BadSettings, MOST},
    stats::{Place, Show, View},
    store::days::Standing,
};

feature::words!("activity");

/// A number as people write it: `12,480`, `12 480`.
pub(crate) fn count(lang: Lang, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(match lang {
                Lang::En => ',',
                Lang::Fr => '\u{a0}',
            });
        }
        text.push(digit);
    }
    if number < 0 {
        text.insert(0, '-');
    }
    text
}

pub(crate) fn bad_settings(lang: Lang, bad: &BadSettings) -> String {
    match bad {
        BadSettings::TooMany => t!(lang, "too-many", most = MOST.to_string()),
        BadSettings::Days(days) => t!(lang, "bad-retention", days = days.to_string()),
    }
}

pub(crate) fn bad_days(lang: Lang, days: i64) -> String {
    t!(
        lang,
        "bad-days",
        days = days.to_string(),
        most = LONGEST.to_string()
    )
}

pub(crate) fn opted_out(lang: Lang) -> String {
    t!(lang, "opted-out")
}

pub(crate) fn opted_in(lang: Lang) -> String {
    t!(lang, "opted-in")
}

pub(crate) fn settings(lang: Lang, settings: &ActivitySettings, is_new: bool) -> Card {
    let list = |items: Vec<String>| {
        if items.is_empty() {
            t!(lang, "none")
        } else {
            items.join(" ")
        }
    };
    let channels = settings.channels.iter().map(|id| format!("<#{id}>"));
    let roles = settings.roles.iter().map(|id| format!("<@&{id}>"));
    let mut card = Card::new().title(t!(lang, "settings-title"));
    if is_new {
        card = card.text(t!(lang, "saved")).colour(Colour::Good);
    }
    card.field(t!(lang, "left-out-channels"), list(channels.collect()))
        .field(t!(lang, "left-out-roles"), list(roles.collect()))
        .field(
            t!(lang, "kept"),
            t!(lang, "kept-days", days = i64::from(settings.days)),
        )
        .field(
            t!(lang, "pictures"),
            if settings.light {
                t!(lang, "light")
            } else {
                t!(lang, "dark")
            },
        )
        .footer(t!(lang, "settings-hint"))
}

/// Who is there cannot be told.
pub(crate) fn presence_unknown(lang: Lang, unknown: Unknown, about: Approximately) -> Card {
    let shown = |number: Option<u64>| {
        number
            .and_then(|number| i64::try_from(number).ok())
            .map_or_else(|| "?".to_owned(), |number| count(lang, number))
    };
    let why = match unknown {
        Unknown::Off => t!(lang, "presence-not-configured"),
        Unknown::Forbidden => t!(lang, "presence-not-allowed"),
        Unknown::Untold => t!(lang, "presence-not-told"),
    };
    Card::new()
        .title(t!(lang, "presence-title"))
        .text(t!(
            lang,
            "presence-about",
            online = shown(about.online),
            members = shown(about.members)
        ))
        .text(why)
        .colour(Colour::Warn)
}

fn group_name(lang: Lang, group: u8) -> String {
    match group {
        0 => t!(lang, "online"),
        1 => t!(lang, "idle"),
        2 => t!(lang, "busy"),
        _ => t!(lang, "bots"),
    }
}

/// Who is there, a group of them by name.
pub(crate) fn presence(
    lang: Lang,
    present: &Present,
    group: u8,
    shown: &[UserId],
    (before, after): (Option<&ShowPresent>, Option<&ShowPresent>),
) -> Card {
    let size = |group: usize| i64::try_from(present.groups[group].len()).unwrap_or_default();
    let icons = ["🟢", "🌙", "⛔", "🤖"];
    let mut lines: Vec<String> = (0..4_u8)
        .map(|nth| {
            let nth_size = count(lang, size(usize::from(nth)));
            format!(
                "{} {} : **{nth_size}**",
                icons[usize::from(nth)],
                group_name(lang, nth)
            )
        })
        .collect();
    let offline = count(lang, i64::try_from(present.offline).unwrap_or_default());
    lines.insert(3, format!("⚫ {} : **{offline}**", t!(lang, "offline")));
    let people = if shown.is_empty() {
        t!(lang, "nobody")
    } else {
        let people: Vec<String> = shown.iter().map(|user| format!("<@{user}>")).collect();
        people.join(" ")
    };
    let mut card = Card::new()
        .title(t!(lang, "presence-title"))
        .lines(lines)
        .field(group_name(lang, group), people)
        .colour(Colour::Info);
    for nth in 0..4_u8 {
        let id = ShowPresent {
            group: nth,
            page: 0,
        };
        let button = Button::new(group_name(lang, nth), &id).emoji(icons[usize::from(nth)]);
        card = card.button(if nth == group {
            button.primary()
        } else {
            button
        });
    }
    card.pages(lang, before, after)
}

fn messages(lang: Lang, number: i64) -> String {
    t!(
        lang,
        "messages",
        number = number,
        shown = count(lang, number)
    )
}

fn people(lang: Lang, number: i64) -> String {
    t!(lang, "people", number = number, shown = count(lang, number))
}

fn totals_line(lang: Lang, totals: &Totals) -> String {
    t!(
        lang,
        "totals",
        messages = messages(lang, totals.messages),
        people = people(lang, totals.people),
        voice = hours(totals.voice)
    )
}

fn voice_states(lang: Lang, totals: &Totals) -> Option<String> {
    let parts: Vec<String> = [
        (totals.muted, t!(lang, "muted")),
        (totals.deafened, t!(lang, "deafened")),
        (totals.streaming, t!(lang, "streaming")),
        (totals.filming, t!(lang, "filming")),
        (totals.afk, t!(lang, "afk")),
        (totals.alone, t!(lang, "alone")),
    ]
    .into_iter()
    .filter(|(seconds, _)| *seconds >= 60)
    .map(|(seconds, name)| format!("{name} {}", hours(seconds)))
    .collect();
    (!parts.is_empty()).then(|| t!(lang, "of-which", parts = parts.join(" · ")))
}

fn since(lang: Lang, standing: Option<&Standing>) -> String {
    match standing {
        Some(standing) => t!(
            lang,
            "since",
            since = relative(standing.since),
            summed = relative(standing.summed_at)
        ),
        None => nothing(lang),
    }
}

fn view_name(lang: Lang, view: View) -> String {
    match view {
        View::Members => t!(lang, "view-members"),
        View::Voice => t!(lang, "view-voice"),
        View::Channels => t!(lang, "view-channels"),
        View::Days => t!(lang, "view-days"),
        View::Hours => t!(lang, "view-hours"),
    }
}

pub(crate) fn view_title(lang: Lang, view: View) -> String {
    match view {
        View::Members => t!(lang, "title-members"),
        View::Voice => t!(lang, "title-voice"),
        View::Channels => t!(lang, "title-channels"),
        View::Days => t!(lang, "title-days"),
        View::Hours => t!(lang, "title-hours"),
    }
}

pub(crate) fn last_days(lang: Lang, days: i64) -> String {
    t!(lang, "last-days", days = days)
}

pub(crate) fn by_days_or_weeks(lang: Lang, days: i64, is_weeks: bool) -> String {
    if is_weeks {
        t!(lang, "by-weeks", days = days)
    } else {
        last_days(lang, days)
    }
}

pub(crate) fn in_zone(lang: Lang, days: i64, zone: &str) -> String {
    format!("{} · {zone}", last_days(lang, days))
}

pub(crate) fn nothing(lang: Lang) -> String {
    t!(lang, "nothing")
}

pub(crate) fn messages_axis(lang: Lang) -> String {
    t!(lang, "messages-axis")
}

pub(crate) fn voice_axis(lang: Lang) -> String {
    t!(lang, "voice-axis")
}

/// A day without its year, below an axis.
pub(crate) fn short_day(lang: Lang, day: Date) -> String {
    match lang {
        Lang::En => day.strftime("%m-%d").to_string(),
        Lang::Fr => day.strftime("%d/%m").to_string(),
    }
}

fn long_day(lang: Lang, day: Date) -> String {
    match lang {
        Lang::En => day.to_string(),
        Lang::Fr => day.strftime("%d/%m/%Y").to_string(),
    }
}

pub(crate) fn hour(lang: Lang, hour: usize) -> String {
    match lang {
        Lang::En => format!("{hour}:00"),
        Lang::Fr => format!("{hour} h"),
    }
}

/// The names of the weekdays, Monday first.
pub(crate) fn weekdays(lang: Lang) -> Vec<String> {
    t!(lang, "weekdays")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// Somebody's name in a text.
pub(crate) fn person(name: &str) -> String {
    escape(&cut(name, 40))
}

/// A channel in a picture.
pub(crate) fn place_name(lang: Lang, place: &Place) -> String {
    match &place.name {
        Some(name) => format!("#{name}"),
        None => t!(lang, "hidden-channel"),
    }
}

/// A channel in a text.
pub(crate) fn place(lang: Lang, place: &Place) -> String {
    match &place.name {
        Some(_) => format!("<#{}>", place.id),
        None => t!(lang, "hidden-channel"),
    }
}

pub(crate) fn line(lang: Lang, rank: i64, who: &str, messages: i64, voice: i64) -> String {
    t!(
        lang,
        "line",
        rank = rank.to_string(),
        who = who,
        messages = count(lang, messages),
        voice = hours(voice)
    )
}

pub(crate) fn best_day(lang: Lang, day: Date, messages: i64, people: i64) -> String {
    t!(
        lang,
        "best-day",
        day = long_day(lang, day),
        messages = self::messages(lang, messages),
        people = self::people(lang, people)
    )
}

pub(crate) fn best_hour(lang: Lang, weekday: &str, at: usize, messages: i64) -> String {
    t!(
        lang,
        "best-hour",
        weekday = weekday,
        hour = hour(lang, at),
        messages = self::messages(lang, messages)
    )
}

/// What a picture shows, for who does not see it.
pub(crate) fn in_words(
    lang: Lang,
    view: View,
    days: i64,
    totals: &Totals,
    lines: &[String],
) -> String {
    let plain = lines.join("; ").replace(['*', '\\', '`'], "");
    format!(
        "{}, {}. {} {plain}",
        view_title(lang, view),
        last_days(lang, days),
        totals_line(lang, totals).replace('*', "")
    )
}

pub(crate) fn stats(
    lang: Lang,
    view: View,
    days: i64,
    totals: &Totals,
    lines: &[String],
    standing: Option<&Standing>,
) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "stats-title", range = last_days(lang, days)))
        .text(totals_line(lang, totals));
    if totals.bot_messages > 0 {
        card = card.text(t!(
            lang,
            "bot-messages",
            messages = messages(lang, totals.bot_messages)
        ));
    }
    if view == View::Voice {
        card = match voice_states(lang, totals) {
            Some(states) => card.text(states),
            None => card,
        };
    }
    card = if lines.is_empty() {
        card.text(nothing(lang))
    } else {
        card.lines(lines)
    };
    card = card.footer(since(lang, standing)).colour(Colour::Info);
    for other in View::ALL {
        let button = Button::new(view_name(lang, other), &Show::new(days, other, 0));
        card = card.button(if other == view {
            button.primary()
        } else {
            button
        });
    }
    card
}

/// What happened today.
pub(crate) fn summary(
    lang: Lang,
    day: Date,
    totals: &Totals,
    channels: &[Place],
    moves: Option<(i64, i64)>,
    tasks: i64,
    standing: Option<&Standing>,
) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "summary-title", day = long_day(lang, day)))
        .lines([
            t!(
                lang,
                "summary-messages",
                messages = count(lang, totals.messages)
            ),
            t!(lang, "summary-people", people = count(lang, totals.people)),
            t!(lang, "summary-voice", voice = hours(totals.voice)),
            match moves {
                Some((joined, left)) => t!(
                    lang,
                    "summary-moves",
                    joined = count(lang, joined),
                    left = count(lang, left)
                ),
                None => t!(lang, "summary-no-moves"),
            },
            t!(lang, "summary-tasks", tasks = count(lang, tasks)),
        ]);
    card = card.field(
        t!(lang, "summary-channels"),
        if channels.is_empty() {
            nothing(lang)
        } else {
            let lines = channels.iter().zip(1..).map(|(channel, rank)| {
                line(
                    lang,
                    rank,
                    &place(lang, channel),
                    channel.messages,
                    channel.voice,
                )
            });
            lines.collect::<Vec<_>>().join("\n")
        },
    );
    card.footer(since(lang, standing)).colour(Colour::Info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(count(Lang::Fr, 12_480), "12\u{a0}480");
        assert_eq!(count(Lang::En, -999), "-999");
    }

    #[test]
    fn there_are_seven_weekdays() {
        for lang in Lang::ALL {
            assert_eq!(weekdays(lang).len(), 7);
        }
    }
}
