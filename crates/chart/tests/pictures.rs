//! Pictures of busy data, of nothing, and of nonsense. With `CHARTS=directory` they are written there, to be looked at.

use std::time::{Duration, Instant};

use chart::{Bar, Bars, Heat, Line, Series, Theme};

fn keep(name: &str, png: &[u8]) {
    assert_eq!(&png[1..4], b"PNG", "{name}");
    assert!(png.len() < 100_000, "{name}: {} bytes", png.len());
    if let Some(directory) = std::env::var_os("CHARTS") {
        let file = std::path::Path::new(&directory).join(format!("{name}.png"));
        std::fs::write(file, png).expect("the directory is there");
    }
}

fn line(days: u32) -> Line {
    let wave = |day: u32, high: f64| {
        let weekend = if day % 7 > 4 { 0.3 } else { 1.0 };
        (high * weekend * (1.2 + f64::from(day * 37 % 17) / 9.0)).round()
    };
    let labels = (0..days).map(|day| format!("{:02}/{:02}", 1 + day % 28, 1 + day / 28 % 12));
    Line {
        title: "Activité de « Bâtisseurs d’Église »".to_owned(),
        subtitle: "30 jours, du 1er au 30 novembre".to_owned(),
        labels: labels.collect(),
        series: vec![
            Series {
                name: "Messages".to_owned(),
                values: (0..days).map(|day| wave(day, 420.0)).collect(),
            },
            Series {
                name: "Heures de vocal".to_owned(),
                values: (0..days).map(|day| wave(day + 3, 90.0)).collect(),
            },
        ],
    }
}

fn bars() -> Bars {
    let names = [
        "Élodie 🎨",
        "Jean-François de la Tour-d’Auvergne",
        "𝓐𝓵𝓲𝓬𝓮",
        "日本の人",
        "😀😂 Łukasz",
        "👩‍👩‍👧‍👦 family",
        "Ægir Þórsson",
        "naïve_ñandú",
        "Мария",
        "zero",
    ];
    let bars = names.into_iter().enumerate().map(|(nth, name)| {
        let value = if nth == 9 { 0 } else { 12_480 / (nth + 1) };
        Bar {
            label: format!("{}. {name}", nth + 1),
            value: f64::from(u32::try_from(value).expect("it is small")),
            shown: value.to_string(),
        }
    });
    Bars {
        title: "Most messages".to_owned(),
        subtitle: "Last 30 days".to_owned(),
        bars: bars.collect(),
        empty: "Nothing yet".to_owned(),
    }
}

fn heat() -> Heat {
    let value = |day: u32, hour: u32| {
        let day_share = if day > 4 { 0.4 } else { 1.0 };
        let awake = if (8..23).contains(&hour) { 1.0 } else { 0.05 };
        (day_share * awake * f64::from(hour * 7 % 23 + day * 3 % 5) * 4.0).round()
    };
    Heat {
        title: "Quand on écrit".to_owned(),
        subtitle: "Heure et jour, Europe/Paris".to_owned(),
        rows: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]
            .map(str::to_owned)
            .to_vec(),
        columns: (0..24).map(|hour| format!("{hour}h")).collect(),
        values: (0..7)
            .map(|day| (0..24).map(|hour| value(day, hour)).collect())
            .collect(),
    }
}

#[test]
fn busy_data_is_drawn_on_light_and_on_dark() {
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        keep(&format!("line-{name}"), &line(30).png(theme).unwrap());
        keep(&format!("bars-{name}"), &bars().png(theme).unwrap());
        keep(&format!("heat-{name}"), &heat().png(theme).unwrap());
    }
    keep("line-year", &line(365).png(Theme::Dark).unwrap());
    keep("line-two", &line(2).png(Theme::Dark).unwrap());
}

#[test]
fn nothing_and_nonsense_are_drawn_too() {
    keep("line-empty", &Line::default().png(Theme::Dark).unwrap());
    keep(
        "bars-empty",
        &Bars {
            empty: "Nothing yet".to_owned(),
            bars: vec![],
            ..bars()
        }
        .png(Theme::Dark)
        .unwrap(),
    );
    keep(
        "heat-empty",
        &Heat {
            values: vec![],
            ..heat()
        }
        .png(Theme::Dark)
        .unwrap(),
    );
    Heat::default().png(Theme::Light).unwrap();
    let mut zeros = line(30);
    for series in &mut zeros.series {
        series.values = vec![0.0; 30];
    }
    keep("line-zeros", &zeros.png(Theme::Dark).unwrap());
    for value in [f64::NAN, f64::INFINITY, -5.0, 1e300] {
        for series in &mut zeros.series {
            series.values = vec![value, 1.0];
        }
        zeros.png(Theme::Dark).unwrap();
        let mut bars = bars();
        bars.bars.iter_mut().for_each(|bar| bar.value = value);
        bars.png(Theme::Dark).unwrap();
        Heat {
            values: vec![vec![value; 30]; 9],
            ..heat()
        }
        .png(Theme::Dark)
        .unwrap();
    }
}

#[test]
fn a_picture_takes_no_time() {
    let begun = Instant::now();
    line(365).png(Theme::Dark).unwrap();
    bars().png(Theme::Dark).unwrap();
    heat().png(Theme::Dark).unwrap();
    // Optimised each takes less than 20 ms; unoptimised, beside other tests, they may take a hundred times that.
    assert!(begun.elapsed() < Duration::from_secs(20));
}
