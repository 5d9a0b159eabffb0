//! The week as a picture: people by days, coloured by worksite. Whoever can not see it reads the same in words.

use std::collections::BTreeMap;

use chart::{Cell, Colour, Column, Roster, Row, Theme};
use feature::{Card, Lang};

use crate::{
    model::Kind,
    text,
    week::{Part, Week},
};

/// The colours of what is no worksite.
const fn of_kind(kind: Kind) -> Colour {
    Colour(match kind {
        Kind::Site | Kind::Other => 0x008D_99AE,
        Kind::Leave => 0x004E_5058,
        Kind::Training => 0x00C9_CDD6,
        Kind::Sick => 0x009E_4256,
    })
}

/// Colours for worksites of which another has the same; they differ in brightness too.
const PALETTE: [u32; 12] = [
    0x006C_9BFF,
    0x00FF_B454,
    0x0057_D9A3,
    0x00F2_8AB2,
    0x00C7_D64A,
    0x0037_A3B8,
    0x00E0_6C4F,
    0x00A7_8BEF,
    0x00D9_C7A0,
    0x003F_8F5B,
    0x00B0_5FA8,
    0x005A_78A8,
];

/// A colour for each worksite: its own, unless another of the week has it.
fn sites(week: &Week, own: &BTreeMap<i32, u32>) -> BTreeMap<i32, Colour> {
    let mut taken = Vec::new();
    let mut colours = BTreeMap::new();
    for number in week.sites() {
        let known = own.get(&number).copied().filter(|rgb| *rgb != 0);
        let free = PALETTE.into_iter().find(|rgb| !taken.contains(rgb));
        let rgb = known
            .filter(|rgb| !taken.contains(rgb))
            .or(free)
            .unwrap_or(PALETTE[0]);
        taken.push(rgb);
        colours.insert(number, Colour(rgb));
    }
    colours
}

/// A text without emoji, which the font has not; as it is where nothing else would be left.
fn plain(name: &str) -> String {
    let is_picture = |letter: char| {
        matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{200d}' | '\u{20e3}'
            | '\u{2b00}'..='\u{2bff}' | '\u{e0020}'..='\u{e007f}')
    };
    let words: String = name.chars().filter(|letter| !is_picture(*letter)).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        name.to_owned()
    } else {
        words
    }
}

/// The week as it is drawn.
pub(crate) fn roster(lang: Lang, week: &Week, own: &BTreeMap<i32, u32>) -> Roster {
    let colours = sites(week, own);
    let colour = |part: &Part| match &part.site {
        Some((number, _)) if part.kind == Kind::Site => {
            colours.get(number).copied().unwrap_or(of_kind(Kind::Site))
        }
        _ => of_kind(part.kind),
    };
    let days: Vec<jiff::civil::Date> =
        std::iter::successors(Some(week.monday), |day| day.tomorrow().ok())
            .take(7)
            .collect();
    let people = week.people();
    let rows: Vec<Row> = people
        .iter()
        .map(|user| Row {
            label: plain(week.name(*user).unwrap_or("?")),
            cells: days
                .iter()
                .map(|day| {
                    let parts = week.on(*day, *user).iter().map(|part| Cell {
                        label: plain(&text::cell(lang, part)),
                        colour: colour(part),
                    });
                    parts.collect()
                })
                .collect(),
        })
        .collect();
    let mut legend: Vec<(String, Colour)> = Vec::new();
    let parts = week.days.iter().flat_map(|(_, lines)| lines);
    for part in parts.flat_map(|line| &line.parts) {
        let named = (plain(&text::named(lang, part)), colour(part));
        if !legend.contains(&named) {
            legend.push(named);
        }
    }
    legend.sort_by_key(|(label, _)| label.to_lowercase());
    Roster {
        title: text::week_title(lang, week.monday),
        subtitle: text::week_subtitle(lang, people.len()),
        columns: days
            .iter()
            .map(|day| Column {
                label: text::short_day(lang, *day),
                is_faint: day.weekday().to_monday_zero_offset() >= 5,
            })
            .collect(),
        rows,
        legend,
        more: text::more_people(lang),
    }
}

/// A card with the week as a picture; as it was where nothing can be drawn.
pub(crate) fn card(
    lang: Lang,
    week: &Week,
    colours: &BTreeMap<i32, u32>,
    card: Card,
) -> Option<Card> {
    match roster(lang, week, colours).png(Theme::Dark) {
        Ok(png) => Some(
            card.image("attachment://week.png", text::in_words(lang, week))
                .file("week.png", png),
        ),
        Err(error) => {
            tracing::error!(error = feature::chain(&error), "a week can not be drawn");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan as _, civil::date};

    use super::*;
    use crate::{
        model::{Span, tests::entry},
        week,
    };

    /// A busy week: 20 people, 12 worksites, leave, long names, accents and emoji.
    fn busy() -> (Week, BTreeMap<i32, u32>) {
        let names = [
            "Élodie 🎨",
            "Jean-François de la Tour-d’Auvergne",
            "alice",
            "Bob",
            "Łukasz",
            "Ægir Þórsson",
            "naïve_ñandú",
            "Мария",
            "👷 Karim",
            "Zoé",
            "Chloé Lefèbvre",
            "Inès",
            "Hugo",
            "Léa",
            "Nathan",
            "Manon",
            "Théo",
            "Jules",
            "Camille Dubois-Lacroix",
            "😀😂",
        ];
        let sites = [
            "Église Saint-Jean",
            "Port",
            "Tour Est",
            "École Jules-Ferry",
            "Pont neuf",
            "Halle",
            "Gare du Nord 🚉",
            "Mairie",
            "Résidence Les Tilleuls",
            "Stade",
            "Moulin",
            "Hôpital Saint-Antoine bâtiment B",
        ];
        let monday = date(2026, 3, 2);
        let day = |ahead: usize| {
            monday
                .checked_add(i32::try_from(ahead).unwrap().days())
                .unwrap()
        };
        let user = |nth: usize| (nth + 1).to_string().parse().unwrap();
        let mut entries = Vec::new();
        for nth in 0..names.len() {
            let (from, until) = match nth % 5 {
                0 => (0, 4),
                1 => (0, 2),
                2 => (1, 1),
                3 => (2, 4),
                _ => (0, 6),
            };
            let mut one = entry(day(from), day(until), None);
            one.people = vec![user(nth)];
            one.kind = if nth == 4 || nth == 19 {
                Kind::Leave
            } else {
                Kind::Site
            };
            let site = nth % sites.len();
            one.site = (one.kind == Kind::Site)
                .then(|| (i32::try_from(site).unwrap(), sites[site].to_owned()));
            entries.push(one);
            if nth % 5 == 1 {
                let mut two = entry(day(3), day(4), None);
                two.people = vec![user(nth)];
                two.kind = [Kind::Training, Kind::Sick][nth / 5 % 2];
                entries.push(two);
            }
            if nth % 5 == 2 {
                for (at, kind) in [(8, Kind::Training), (13, Kind::Site)] {
                    let mut part = entry(day(3), day(3), None);
                    part.span = Span {
                        start: day(3).at(at, 0, 0, 0),
                        end: day(3).at(at + 4, 0, 0, 0),
                        is_days: false,
                    };
                    part.people = vec![user(nth)];
                    part.kind = kind;
                    part.site = (kind == Kind::Site).then(|| (1, sites[1].to_owned()));
                    entries.push(part);
                }
            }
        }
        let names = names.into_iter().enumerate();
        let names = names
            .map(|(nth, name)| (user(nth), name.to_owned()))
            .collect();
        let own = [(0, 0x00E7_4C3C), (1, 0x0034_98DB), (2, 0x0034_98DB)];
        (
            week::of(monday, &entries, &[], None, names),
            own.into_iter().collect(),
        )
    }

    /// With `CHARTS=directory` the pictures are written there, to be looked at.
    #[test]
    fn a_busy_week_can_be_drawn_and_said() {
        let (week, own) = busy();
        for lang in [Lang::En, Lang::Fr] {
            let drawn = roster(lang, &week, &own);
            assert_eq!((drawn.rows.len(), drawn.columns.len()), (20, 7));
            let png = drawn.png(Theme::Dark).unwrap();
            assert!(png.len() < 150_000, "{}", png.len());
            if let Some(directory) = std::env::var_os("CHARTS") {
                let file = std::path::Path::new(&directory).join(format!("week_{lang:?}.png"));
                std::fs::write(file, png).unwrap();
            }
            insta::assert_snapshot!(format!("in_words_{lang:?}"), text::in_words(lang, &week));
        }
        let colours = sites(&week, &own);
        let kinds: std::collections::BTreeSet<u32> =
            colours.values().map(|colour| colour.0).collect();
        assert_eq!(kinds.len(), 12, "each worksite has a colour of its own");
    }

    #[test]
    fn emoji_are_left_out_unless_nothing_else_is_there() {
        assert_eq!(plain("👷 Karim"), "Karim");
        assert_eq!(plain("Élodie 🎨"), "Élodie");
        assert_eq!(plain("😀😂"), "😀😂");
    }
}
