//! From text to meaning, one setting at a time. Every reason reads on from the setting's name.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use database::{ChannelId, GuildId};
use feature::Lang;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::LogFormat;

/// The shortest API key; a random one of base64 letters then has 144 bits.
const SHORTEST_KEY: usize = 24;
/// A key with fewer different characters was typed, not drawn.
const LEAST_VARIETY: usize = 8;
/// Parts of keys that stand in examples and documentation.
const KNOWN_KEYS: [&str; 8] = [
    "changeme",
    "replaceme",
    "yourapikey",
    "yoursecure",
    "yoursecret",
    "supersecret",
    "exampleapikey",
    "verysecure",
];

/// Longest stop that makes sense; service managers give up before.
const LONGEST_SHUTDOWN: u64 = 300;

pub(super) fn token(text: &str) -> Result<(), String> {
    let parts = text.split('.').count();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if text.starts_with("Bot ") {
        Err("begins with `Bot `: leave that out".to_owned())
    } else if parts != 3 || !text.bytes().all(allowed) {
        Err(
            "is no bot token: that is three words of letters and digits with dots between"
                .to_owned(),
        )
    } else {
        Ok(())
    }
}

pub(super) fn guild(text: &str) -> Result<GuildId, String> {
    text.parse()
        .map_err(|_| format!("is `{text}`, but must be a guild's id: switch on developer mode in Discord, then \"Copy Server ID\""))
}

/// Ids of channels with commas between.
pub(super) fn channels(text: &str) -> Result<Vec<ChannelId>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|channel| !channel.is_empty())
        .map(|channel| {
            let wrong = |_| format!("holds `{channel}`, but must be ids of channels: switch on developer mode in Discord, then \"Copy Channel ID\"");
            channel.parse().map_err(wrong)
        })
        .collect()
}

pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("is `{text}`, but must be true or false")),
    }
}

pub(super) fn locale(text: &str) -> Result<Lang, String> {
    Lang::from_code(&text.to_ascii_lowercase())
        .ok_or_else(|| format!("is `{text}`, but must be en or fr"))
}

pub(super) fn time_zone(text: &str) -> Result<TimeZone, String> {
    // An offset or a POSIX rule is no place: it knows nothing of clock changes to come.
    if let Ok(zone) = TimeZone::get(text)
        && (zone.iana_name().is_some() || text == "UTC")
    {
        return Ok(zone);
    }
    let wanted = text.to_lowercase();
    let near = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .map(|name| {
            let lower = name.to_lowercase();
            let last = lower.rsplit('/').next().unwrap_or(&lower);
            // "paris" is meant for Europe/Paris more than for any name of five letters.
            let distance = strsim::damerau_levenshtein(&wanted, &lower)
                .min(strsim::damerau_levenshtein(&wanted, last));
            (distance, name)
        })
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let hint = near.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
    Err(format!("is `{text}`, which is no IANA time zone{hint}"))
}

pub(super) fn log_level(text: &str) -> Result<String, String> {
    EnvFilter::builder()
        .parse(text)
        .map(|_| text.to_owned())
        .map_err(|_| format!("is `{text}`, but must be error, warn, info, debug or trace"))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("is `{text}`, but must be text or json")),
    }
}

pub(super) fn shutdown(text: &str) -> Result<Duration, String> {
    let seconds = text.strip_suffix('s').unwrap_or(text).trim().parse();
    match seconds {
        Ok(seconds @ 1..=LONGEST_SHUTDOWN) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!(
            "is `{text}`, but must be 1 to {LONGEST_SHUTDOWN} seconds"
        )),
    }
}

pub(super) fn connections(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(connections @ 3..=200) => Ok(connections),
        _ => Err(format!("is `{text}`, but must be 3 to 200")),
    }
}

pub(super) fn megabytes(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(megabytes @ 1..=1_000_000_000) => Ok(megabytes),
        _ => Err(format!("is `{text}`, but must be 1 to 1000000000")),
    }
}

/// Types of files: `image/*`, `application/pdf`, `.csv`, `*`.
pub(super) fn types(text: &str) -> Result<Vec<String>, String> {
    let types = text.split(',').map(|word| word.trim().to_lowercase());
    let types: Vec<String> = types.filter(|word| !word.is_empty()).collect();
    let is_one = |word: &String| word == "*" || word.contains('/') || word.starts_with('.');
    match types.iter().find(|word| !is_one(word)) {
        None => Ok(types),
        Some(wrong) => Err(format!(
            "holds `{wrong}`, but must be types like image/*, application/pdf or .csv"
        )),
    }
}

pub(super) fn global_limit(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(limit @ 1..) => Ok(limit),
        _ => Err(format!("is `{text}`, but must be 1 to 65535")),
    }
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port @ 1..) => Ok(port),
        _ => Err(format!("is `{text}`, but must be 1 to 65535")),
    }
}

/// An address to listen on, or `off`.
pub(super) fn listen(text: &str) -> Result<Option<SocketAddr>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let text = text.replace("localhost:", "127.0.0.1:");
    let text = if text.starts_with(':') {
        format!("0.0.0.0{text}")
    } else {
        text
    };
    text.parse()
        .map(Some)
        .map_err(|_| format!("is `{text}`, but must be an address and a port, or off"))
}

/// A key that is long, and that nobody has read in an example. The reason never holds it.
pub(super) fn api_key(text: &str) -> Result<SecretString, String> {
    let length = text.chars().count();
    if length < SHORTEST_KEY {
        return Err(format!(
            "has {length} characters, but must have at least {SHORTEST_KEY}"
        ));
    }
    if text.len() > 512 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("must be at most 512 characters of ASCII without spaces".to_owned());
    }
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let variety: BTreeSet<char> = text.chars().collect();
    if KNOWN_KEYS.iter().any(|known| plain.contains(known)) || variety.len() < LEAST_VARIETY {
        return Err("is a known default, or as easy to guess: choose a random one".to_owned());
    }
    Ok(text.into())
}

/// Origins with commas between.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|origin| !origin.is_empty())
        .map(|origin| {
            let url = Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            // What a browser sends as its origin: no path, not even a slash.
            let plain = url.map(|url| url.origin().ascii_serialization());
            plain.filter(|plain| plain == origin).ok_or_else(|| {
                format!("holds `{origin}`, but an origin is https://host or https://host:port, and never *")
            })
        })
        .collect()
}

/// A number of calls.
pub(super) fn calls(text: &str) -> Result<NonZeroU32, String> {
    let calls = text
        .parse()
        .ok()
        .filter(|calls| *calls <= NonZeroU32::new(1_000_000).unwrap_or(NonZeroU32::MIN));
    calls.ok_or_else(|| "must be a number from 1 to 1000000".to_owned())
}

/// Addresses with commas between.
pub(super) fn addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .map(|address| {
            let parsed = address.parse::<IpAddr>();
            parsed.map(|address| address.to_canonical()).map_err(|_| {
                format!("holds `{address}`, but an address is one such as 127.0.0.1 or ::1, without a port")
            })
        })
        .collect()
}

/// 32 bytes in hexadecimal digits.
pub(super) fn public_key(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "must be 64 hexadecimal digits, as the developer portal shows it".to_owned();
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(index * 2..index * 2 + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

pub(super) fn data_dir(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.exists() && !path.is_dir() {
        return Err(format!("is `{text}`, which exists and is no directory"));
    }
    Ok(path)
}

/// An address with one of `schemes` and no more than a path. It may hold no secret: it is shown.
pub(super) fn address(text: &str, schemes: [&str; 2]) -> Result<String, String> {
    let must = format!(
        "but must be {}://host:port or {}://host:port",
        schemes[0], schemes[1]
    );
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err(format!("holds a user or a password, {must}"))
        }
        Ok(url) if schemes.contains(&url.scheme()) && url.has_host() && url.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!("is `{text}`, {must}")),
    }
}
