//! Numbers on an axis.

/// Round steps from 0 to at least `most`, at most six of them; always at least one.
pub(crate) fn steps(most: f64) -> Vec<f64> {
    let most = if most.is_finite() && most > 0.0 {
        most
    } else {
        1.0
    };
    let rough = most / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        // Nobody writes half a message.
        .filter(|step| *step >= 1.0 || most < 1.0)
        .find(|step| *step >= rough)
        .unwrap_or(1.0);
    let count = (most / step).ceil().clamp(1.0, 6.0) as u32;
    (0..=count).map(|nth| f64::from(nth) * step).collect()
}

/// A number, short: `950`, `1.2k`, `34k`, `5M`.
pub(crate) fn short(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        large if large >= 999_950.0 => (value / 1e6, "M"),
        large if large >= 1_000.0 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{scaled:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (7.5, "7.5"),
            (950.0, "950"),
            (1_200.0, "1.2k"),
            (34_000.0, "34k"),
            (5_000_000.0, "5M"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    proptest! {
        #[test]
        fn steps_reach_what_is_there(most in 0.0..1e9_f64) {
            let steps = steps(most);
            prop_assert!(*steps.last().unwrap() >= most && (2..=7).contains(&steps.len()), "{steps:?}");
        }
    }
}
