//! `/stats`: who, where and when, over days, as a picture and in words.

use std::collections::BTreeMap;

use chart::{Bar, Bars, Heat, Line, Series, Theme};
use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Access, Answer, Card, Click, Ctx, Explain, Failure, Lang, Outcome, Reply, SlashCommand,
    card::cut, custom_id, permissions,
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::guild::Permissions;

use crate::{
    Activity, READ,
    model::{LONGEST, Range, hours},
    settings::ActivitySettings,
    store::{
        self,
        reading::{Day, Top},
    },
    sums, text,
};

/// Lines on a page.
const PAGE: i64 = 10;
/// How many pages can be turned.
const PAGES: u16 = 100;
/// A range of more days is drawn by weeks.
const BY_DAY: i64 = 92;
/// The most characters of a picture in words.
const IN_WORDS: usize = 1_024;

/// Who writes and speaks how much, where and when
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "stats")]
pub(crate) struct StatsCommand {
    /// How many days, today among them: 1 to 365, 7 if none are given
    days: Option<i64>,
}

impl SlashCommand for StatsCommand {
    const ANSWER: Answer = Answer::Public;
    const ACCESS: Access = Access::needs(&READ);
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    Members,
    Voice,
    Channels,
    Days,
    Hours,
}

impl View {
    pub(crate) const ALL: [Self; 5] = [
        Self::Members,
        Self::Voice,
        Self::Channels,
        Self::Days,
        Self::Hours,
    ];

    fn of(number: u8) -> Self {
        *Self::ALL.get(usize::from(number)).unwrap_or(&Self::Members)
    }

    fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|view| *view == self);
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or_default()
    }
}

custom_id! {
    /// Shows another view or page.
    pub(crate) struct Show: "activity" / "stats" v1 { days: u16, view: u8, page: u16 }
    answer = Update;
    access = READ;
}

impl Show {
    pub(crate) fn new(days: i64, view: View, page: u16) -> Self {
        Self {
            days: u16::try_from(days).unwrap_or(7),
            view: view.number(),
            page,
        }
    }
}

/// A number of days that is not allowed.
#[derive(Debug, thiserror::Error)]
#[error("{0} days")]
struct BadDays(i64);

impl Explain for BadDays {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_days(lang, self.0))
    }
}

pub(crate) async fn stats(ctx: Ctx<Activity>, command: StatsCommand) -> Outcome<Reply> {
    let days = command.days.unwrap_or(7);
    show(&ctx, days, View::Members, 0).await.map(Reply::card)
}

pub(crate) async fn turn(ctx: Ctx<Activity>, click: Click<Show>) -> Outcome<Reply> {
    let view = View::of(click.view);
    show(&ctx, i64::from(click.days), view, click.page.min(PAGES))
        .await
        .map(Reply::update)
}

/// A channel with the name that everybody may see; none for one that not everybody sees.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: ChannelId,
    pub(crate) name: Option<String>,
    pub(crate) messages: i64,
    pub(crate) voice: i64,
}

/// Names channels, without telling of those that are hidden from some: everybody reads the answer.
pub(crate) fn named_channels(
    ctx: &Ctx<Activity>,
    guild: GuildId,
    tops: Vec<Top<ChannelId>>,
) -> Vec<Place> {
    let everyone = ctx
        .cache
        .role(RoleId::from(guild.id().cast()).into())
        .map_or(Permissions::empty(), |role| role.permissions);
    let sees = |channel: ChannelId| -> Option<String> {
        let known = ctx.cache.channel(channel.into())?;
        let name = known.name.clone()?;
        let parent = known.kind.is_thread().then_some(known.parent_id).flatten();
        let overwrites = known.permission_overwrites.clone();
        drop(known);
        let overwrites = match parent {
            Some(parent) => ctx.cache.channel(parent)?.permission_overwrites.clone(),
            None => overwrites,
        };
        // Nobody's id: what is left to who has no role.
        let nobody = UserId::from(guild.id().cast());
        let left = permissions::in_channel(
            everyone,
            guild,
            nobody,
            &[],
            &overwrites.unwrap_or_default(),
        );
        left.contains(Permissions::VIEW_CHANNEL).then_some(name)
    };
    tops.into_iter()
        .map(|top| Place {
            id: top.who,
            name: sees(top.who),
            messages: top.messages,
            voice: top.voice,
        })
        .collect()
}

async fn show(ctx: &Ctx<Activity>, days: i64, view: View, page: u16) -> Outcome<Card> {
    if !(1..=LONGEST).contains(&days) {
        return Err(BadDays(days).into());
    }
    let guild = ctx.guild_id()?;
    let lang = ctx.lang();
    let standing = sums::fresh(ctx, guild).await?;
    let zone = ctx.manners(guild).await?.zone;
    let range = Range::last(days, ctx.clock.now(), &zone);
    let settings = ctx.settings.get::<ActivitySettings>(guild).await?;
    let theme = if settings.light {
        Theme::Light
    } else {
        Theme::Dark
    };
    let mut db = ctx.database.acquire().await?;
    let totals = store::reading::totals(&mut db, guild, range).await?;
    let skip = i64::from(page) * PAGE;
    let mut has_more = false;
    let (lines, picture) = match view {
        View::Members | View::Voice => {
            let by_voice = view == View::Voice;
            let found =
                store::reading::members(&mut db, guild, range, by_voice, skip, PAGE + 1).await?;
            drop(db);
            let (tops, more) = cut_page(found);
            has_more = more;
            members(lang, days, by_voice, skip, &tops, theme)?
        }
        View::Channels => {
            let found =
                store::reading::channels(&mut db, guild, range, None, skip, PAGE + 1).await?;
            drop(db);
            let (tops, more) = cut_page(found);
            has_more = more;
            let places = named_channels(ctx, guild, tops);
            channels(lang, days, skip, &places, theme)?
        }
        View::Days => {
            let found = store::reading::days(&mut db, guild, range).await?;
            drop(db);
            by_day(lang, days, range, &found, theme)?
        }
        View::Hours => {
            let (begin, end) = range.between(&zone);
            let found = store::reading::slots(&mut db, guild, begin, end).await?;
            drop(db);
            by_hour(lang, days, &found, &zone, theme)?
        }
    };
    let turn = |page: Option<u16>| page.map(|page| Show::new(days, view, page));
    let before = turn(page.checked_sub(1));
    let after = turn(Some(page + 1).filter(|page| has_more && *page <= PAGES));
    let words = cut(&text::in_words(lang, view, days, &totals, &lines), IN_WORDS);
    let card = text::stats(lang, view, days, &totals, &lines, standing.as_ref());
    Ok(card
        .image("attachment://stats.png", words)
        .file("stats.png", picture)
        .pages(lang, before.as_ref(), after.as_ref()))
}

fn cut_page<T>(mut tops: Vec<Top<T>>) -> (Vec<Top<T>>, bool) {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = tops.len() > most;
    tops.truncate(most);
    (tops, has_more)
}

/// The lines below a picture, and the picture.
type Drawn = (Vec<String>, Vec<u8>);

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "what is drawn needs no more than 53 bits"
)]
fn number(value: i64) -> f64 {
    value as f64
}

fn members(
    lang: Lang,
    days: i64,
    by_voice: bool,
    skip: i64,
    tops: &[Top<UserId>],
    theme: Theme,
) -> Outcome<Drawn> {
    let view = if by_voice { View::Voice } else { View::Members };
    let name = |top: &Top<UserId>| top.name.clone().unwrap_or_else(|| top.who.to_string());
    let bars = tops.iter().zip(skip + 1..).map(|(top, rank)| Bar {
        label: format!("{rank}. {}", name(top)),
        value: number(if by_voice { top.voice } else { top.messages }),
        shown: if by_voice {
            hours(top.voice)
        } else {
            text::count(lang, top.messages)
        },
    });
    let lines = tops.iter().zip(skip + 1..).map(|(top, rank)| {
        text::line(
            lang,
            rank,
            &text::person(&name(top)),
            top.messages,
            top.voice,
        )
    });
    bar_picture(lang, view, days, bars.collect(), lines.collect(), theme)
}

fn channels(lang: Lang, days: i64, skip: i64, places: &[Place], theme: Theme) -> Outcome<Drawn> {
    let bars = places.iter().zip(skip + 1..).map(|(place, rank)| Bar {
        label: format!("{rank}. {}", text::place_name(lang, place)),
        value: number(place.messages),
        shown: text::count(lang, place.messages),
    });
    let lines = places.iter().zip(skip + 1..).map(|(place, rank)| {
        text::line(
            lang,
            rank,
            &text::place(lang, place),
            place.messages,
            place.voice,
        )
    });
    bar_picture(
        lang,
        View::Channels,
        days,
        bars.collect(),
        lines.collect(),
        theme,
    )
}

fn bar_picture(
    lang: Lang,
    view: View,
    days: i64,
    bars: Vec<Bar>,
    lines: Vec<String>,
    theme: Theme,
) -> Outcome<Drawn> {
    let picture = Bars {
        title: text::view_title(lang, view),
        subtitle: text::last_days(lang, days),
        bars,
        empty: text::nothing(lang),
    };
    let png = picture.png(theme).map_err(Failure::fault)?;
    Ok((lines, png))
}

fn by_day(lang: Lang, days: i64, range: Range, found: &[Day], theme: Theme) -> Outcome<Drawn> {
    let known: BTreeMap<Date, &Day> = found.iter().map(|day| (day.date, day)).collect();
    // Each week begins on the weekday of the range's first day, so that all but the last are whole.
    let step = if days > BY_DAY { 7 } else { 1 };
    let mut labels = Vec::new();
    let (mut messages, mut voice) = (Vec::new(), Vec::new());
    let mut first = range.first;
    while first <= range.last {
        let last = first.saturating_add((step - 1).days());
        let sums = known
            .range(first..=last)
            .fold((0, 0), |(messages, voice), (_, day)| {
                (messages + day.messages, voice + day.voice)
            });
        labels.push(text::short_day(lang, first));
        messages.push(number(sums.0));
        voice.push(number(sums.1) / 3_600.0);
        let Ok(next) = last.tomorrow() else { break };
        first = next;
    }
    let picture = Line {
        title: text::view_title(lang, View::Days),
        subtitle: text::by_days_or_weeks(lang, days, step == 7),
        labels,
        series: vec![
            Series {
                name: text::messages_axis(lang),
                values: messages,
            },
            Series {
                name: text::voice_axis(lang),
                values: voice,
            },
        ],
    };
    let png = picture.png(theme).map_err(Failure::fault)?;
    let mut best: Vec<&Day> = found.iter().collect();
    best.sort_by_key(|day| (std::cmp::Reverse((day.messages, day.voice)), day.date));
    let lines = best
        .iter()
        .take(3)
        .map(|day| text::best_day(lang, day.date, day.messages, day.people));
    Ok((lines.collect(), png))
}

fn by_hour(
    lang: Lang,
    days: i64,
    found: &[store::reading::Slot],
    zone: &TimeZone,
    theme: Theme,
) -> Outcome<Drawn> {
    let mut values = vec![vec![0_i64; 24]; 7];
    for slot in found {
        let local = slot.at.to_zoned(zone.clone());
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
        let hour = usize::try_from(local.hour()).unwrap_or_default();
        if let Some(field) = values.get_mut(day).and_then(|row| row.get_mut(hour)) {
            *field += i64::from(slot.messages);
        }
    }
    let weekdays = text::weekdays(lang);
    let mut best: Vec<(i64, usize, usize)> = values
        .iter()
        .enumerate()
        .flat_map(|(day, row)| {
            row.iter()
                .enumerate()
                .map(move |(hour, messages)| (*messages, day, hour))
        })
        .filter(|(messages, _, _)| *messages > 0)
        .collect();
    best.sort_by_key(|(messages, day, hour)| (std::cmp::Reverse(*messages), *day, *hour));
    let lines = best.iter().take(3).map(|(messages, day, hour)| {
        let name = weekdays.get(*day).map_or("", String::as_str);
        text::best_hour(lang, name, *hour, *messages)
    });
    let lines = lines.collect();
    let picture = Heat {
        title: text::view_title(lang, View::Hours),
        subtitle: text::in_zone(lang, days, zone.iana_name().unwrap_or("UTC")),
        rows: weekdays,
        columns: (0..24).map(|hour| text::hour(lang, hour)).collect(),
        values: values
            .into_iter()
            .map(|row| row.into_iter().map(number).collect())
            .collect(),
    };
    let png = picture.png(theme).map_err(Failure::fault)?;
    Ok((lines, png))
}
