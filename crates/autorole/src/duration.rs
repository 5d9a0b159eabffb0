//! Durations as people type them: `30m`, `2 h`, `1d12h`, `7 jours`.

use jiff::SignedDuration;

/// Reads a duration of minutes and more; `None` when it is none.
pub(crate) fn read(text: &str) -> Option<SignedDuration> {
    let text: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let mut rest = text.as_str();
    let mut minutes = 0_i64;
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let unit_length = behind
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, after) = behind.split_at(unit_length);
        let in_minutes = match unit {
            "m" | "min" | "mn" | "minute" | "minutes" => 1,
            "h" | "hour" | "hours" | "heure" | "heures" => 60,
            "d" | "day" | "days" | "j" | "jour" | "jours" => 24 * 60,
            "w" | "week" | "weeks" | "semaine" | "semaines" => 7 * 24 * 60,
            "y" | "year" | "years" | "an" | "ans" => 365 * 24 * 60,
            _ => return None,
        };
        let number: i64 = number.parse().ok()?;
        minutes = minutes.checked_add(number.checked_mul(in_minutes)?)?;
        rest = after;
    }
    (!text.is_empty() && minutes <= i64::MAX / 60).then(|| SignedDuration::from_secs(minutes * 60))
}

/// Writes a duration so that [`read`] reads it.
pub(crate) fn write(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    let parts = [
        (minutes / (24 * 60), "d"),
        (minutes / 60 % 24, "h"),
        (minutes % 60, "m"),
    ];
    let text: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() {
        "0m".to_owned()
    } else {
        text.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_in_both_languages() {
        let minutes = |text| read(text).map(|duration| duration.as_mins());
        assert_eq!(minutes("30m"), Some(30));
        assert_eq!(minutes("1d 12h"), Some(36 * 60));
        assert_eq!(minutes("7 jours"), Some(7 * 24 * 60));
        assert_eq!(minutes("2 Semaines"), Some(14 * 24 * 60));
        assert_eq!(minutes("0m"), Some(0));
        for text in [
            "",
            "m",
            "5",
            "5x",
            "-5m",
            "5m5",
            "99999999999999999999d",
            "9223372036854775807m",
        ] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minutes in 0..1_000_000_i64) {
            let duration = SignedDuration::from_mins(minutes);
            prop_assert_eq!(read(&write(duration)), Some(duration));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}") {
            let _ = read(&text);
        }
    }
}
