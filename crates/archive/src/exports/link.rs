//! Links that need no key but their signature: whoever has one may fetch what it names until it ends.

use std::fmt::Write as _;

use database::GuildId;
use feature::Kit;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use crate::{Archive, store};

/// What a link leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Link {
    pub(crate) guild: GuildId,
    pub(crate) export: i64,
    pub(crate) part: i32,
    /// The second in which it ends.
    pub(crate) until: i64,
}

impl Link {
    /// What is signed.
    fn said(self) -> String {
        let Self {
            guild,
            export,
            part,
            until,
        } = self;
        format!("{guild}-{export}-{part}-{until}")
    }

    fn mac(self, key: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(b"archive export ");
        mac.update(self.said().as_bytes());
        Some(mac)
    }

    /// The last part of the address.
    pub(crate) fn sign(self, key: &[u8]) -> Option<String> {
        let signature = self.mac(key)?.finalize().into_bytes();
        let mut signed = self.said() + "-";
        for byte in signature {
            // Writing to a text can not fail.
            let _ = write!(signed, "{byte:02x}");
        }
        Some(signed)
    }

    /// What the last part of an address leads to, when it is signed with the key and not over.
    pub(crate) fn read(text: &str, key: &[u8], now: Timestamp) -> Option<Self> {
        let mut parts = text.split('-');
        let link = Self {
            guild: parts.next()?.parse().ok()?,
            export: parts.next()?.parse().ok()?,
            part: parts.next()?.parse().ok()?,
            until: parts.next()?.parse().ok()?,
        };
        let signature = bytes(parts.next()?)?;
        // What was written otherwise is another text than what was signed.
        let is_whole = parts.next().is_none() && text.starts_with(&format!("{}-", link.said()));
        // In constant time.
        let is_ours = link.mac(key)?.verify_slice(&signature).is_ok();
        (is_whole && is_ours && now.as_second() < link.until).then_some(link)
    }
}

/// The bytes that small hexadecimal digits tell.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let digit = |at: u8| {
        char::from(at)
            .to_digit(16)
            .filter(|_| !at.is_ascii_uppercase())
    };
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    (digits.len() == 64).then(|| digits.chunks(2).map(byte).collect())?
}

/// What links are signed with.
pub(crate) async fn key(kit: &Kit<Archive>) -> sqlx::Result<Vec<u8>> {
    store::exports::link_key(&mut *kit.database.acquire().await?).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link() -> Link {
        Link {
            guild: "197038439483310086".parse().unwrap(),
            export: 12,
            part: 3,
            until: 1_800_000_000,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_link_leads_where_it_was_made_for_until_it_ends() {
        let signed = link().sign(b"key").unwrap();
        let early = at(1_799_999_999);
        assert_eq!(Link::read(&signed, b"key", early), Some(link()));
        assert_eq!(Link::read(&signed, b"another", early), None);
        assert_eq!(Link::read(&signed, b"key", at(1_800_000_000)), None);
        for other in [
            signed.replacen("-12-", "-13-", 1),
            signed.replacen("-12-", "-012-", 1),
            signed.replacen("-1800000000-", "-1900000000-", 1),
            format!("{signed}-"),
            signed.to_uppercase(),
            signed
                .trim_end_matches(|at: char| at.is_ascii_hexdigit())
                .to_owned(),
        ] {
            assert_eq!(Link::read(&other, b"key", early), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn nothing_made_up_is_a_link(text in "[0-9a-f-]{0,120}") {
            prop_assert_eq!(Link::read(&text, b"key", at(0)), None);
        }
    }
}
