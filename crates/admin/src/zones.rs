//! Time zones as people look for them.

/// The IANA names that match what was typed, cities that begin with it first, at most `limit`.
pub(crate) fn matching(typed: &str, limit: usize) -> Vec<String> {
    let typed = typed.trim().to_lowercase().replace(' ', "_");
    let mut found: Vec<(u8, String)> = jiff::tz::db()
        .available()
        .filter_map(|name| {
            let name = name.to_string();
            rank(&name, &typed).map(|rank| (rank, name))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(_, name)| name)
        .take(limit)
        .collect()
}

/// How well a zone matches: the lower the better; `None` for not at all, and for zones that no place is called by.
fn rank(name: &str, typed: &str) -> Option<u8> {
    let is_a_place =
        name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("SystemV/");
    if !is_a_place && name != "UTC" {
        return None;
    }
    let lower = name.to_lowercase();
    let city = lower.rsplit('/').next().unwrap_or(&lower);
    match () {
        () if lower == typed => Some(0),
        () if typed.is_empty() && lower.starts_with("europe/") => Some(1),
        () if typed.is_empty() => Some(2),
        () if city.starts_with(typed) => Some(1),
        () if lower.starts_with(typed) => Some(2),
        () if lower.contains(typed) => Some(3),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_find_their_city() {
        assert_eq!(matching("par", 1), ["America/Paramaribo"]);
        assert!(matching("pari", 3).contains(&"Europe/Paris".to_owned()));
        assert_eq!(matching("new york", 1), ["America/New_York"]);
        assert_eq!(matching("europe/paris", 1), ["Europe/Paris"]);
        assert!(matching("nowhere at all", 5).is_empty());
        assert_eq!(matching("", 25).len(), 25);
    }
}
