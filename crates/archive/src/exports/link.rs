//! Links that need no key but their signature: whoever has one may fetch what it names until it ends, or until who was
//! shown it may not any more.

use std::fmt::Write as _;

use database::GuildId;
use feature::Kit;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use crate::{Archive, store};

/// Stands in the place of a key's number in the links of members.
const MEMBER: &str = "m";

/// What a link leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Link {
    pub(crate) guild: GuildId,
    pub(crate) export: i64,
    pub(crate) part: i32,
    /// The second in which it ends.
    pub(crate) until: i64,
    /// The key that was shown it; none for a member, who asked for the export.
    pub(crate) key: Option<i64>,
}

/// A link as it was asked for, of which nobody has looked yet whether it is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimed {
    pub(crate) link: Link,
    signature: [u8; 32],
}

impl Claimed {
    /// What the last part of an address claims to lead to.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let link = Link {
            guild: parts.next()?.parse().ok()?,
            export: parts.next()?.parse().ok()?,
            part: parts.next()?.parse().ok()?,
            until: parts.next()?.parse().ok()?,
            key: match parts.next()? {
                MEMBER => None,
                key => Some(key.parse().ok()?),
            },
        };
        let signature = bytes(parts.next()?)?;
        // What was written otherwise is another text than what was signed.
        let is_whole = parts.next().is_none() && text.starts_with(&format!("{}-", link.said()));
        is_whole.then_some(Self { link, signature })
    }

    /// The link, when it is signed with the secret for this mark, and not over.
    pub(crate) fn proven(self, secret: &[u8], mark: u64, now: Timestamp) -> Option<Link> {
        let Self { link, signature } = self;
        // In constant time.
        let is_ours = link.mac(secret, mark)?.verify_slice(&signature).is_ok();
        (is_ours && now.as_second() < link.until).then_some(link)
    }
}

impl Link {
    /// What is signed.
    fn said(self) -> String {
        let Self {
            guild,
            export,
            part,
            until,
            key,
        } = self;
        let key = key.map_or_else(|| MEMBER.to_owned(), |key| key.to_string());
        format!("{guild}-{export}-{part}-{until}-{key}")
    }

    fn mac(self, secret: &[u8], mark: u64) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(b"archive export ");
        mac.update(&mark.to_be_bytes());
        mac.update(self.said().as_bytes());
        Some(mac)
    }

    /// The last part of the address. The mark is the key's ([`Caller::mark`](feature::http::Caller::mark)), 0 for a
    /// member.
    pub(crate) fn sign(self, secret: &[u8], mark: u64) -> Option<String> {
        let signature = self.mac(secret, mark)?.finalize().into_bytes();
        let mut signed = self.said() + "-";
        for byte in signature {
            // Writing to a text can not fail.
            let _ = write!(signed, "{byte:02x}");
        }
        Some(signed)
    }
}

/// The bytes that small hexadecimal digits tell.
fn bytes(hex: &str) -> Option<[u8; 32]> {
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
    let told: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    told?.try_into().ok()
}

/// What links are signed with.
pub(crate) async fn secret(kit: &Kit<Archive>) -> sqlx::Result<Vec<u8>> {
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
            key: Some(7),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn read(text: &str, secret: &[u8], mark: u64, now: Timestamp) -> Option<Link> {
        Claimed::read(text)?.proven(secret, mark, now)
    }

    #[test]
    fn a_link_leads_where_it_was_made_for_until_it_ends() {
        let signed = link().sign(b"secret", 5).unwrap();
        let early = at(1_799_999_999);
        assert_eq!(read(&signed, b"secret", 5, early), Some(link()));
        assert_eq!(read(&signed, b"another", 5, early), None);
        assert_eq!(read(&signed, b"secret", 6, early), None, "another token");
        assert_eq!(read(&signed, b"secret", 5, at(1_800_000_000)), None);
        for other in [
            signed.replacen("-12-", "-13-", 1),
            signed.replacen("-12-", "-012-", 1),
            signed.replacen("-1800000000-", "-1900000000-", 1),
            signed.replacen("-7-", "-8-", 1),
            signed.replacen("-7-", "-m-", 1),
            format!("{signed}-"),
            signed.to_uppercase(),
            signed
                .trim_end_matches(|at: char| at.is_ascii_hexdigit())
                .to_owned(),
        ] {
            assert_eq!(read(&other, b"secret", 5, early), None, "{other}");
        }
        let own = Link {
            key: None,
            ..link()
        };
        let signed = own.sign(b"secret", 0).unwrap();
        assert_eq!(read(&signed, b"secret", 0, early), Some(own));
    }

    proptest! {
        #[test]
        fn nothing_made_up_is_a_link(text in "[0-9a-fm-]{0,120}") {
            prop_assert_eq!(read(&text, b"secret", 0, at(0)), None);
        }
    }
}
