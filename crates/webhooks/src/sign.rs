//! Keys and signatures, after Standard Webhooks 1.0, over id, timestamp and body: HMAC-SHA256 with a secret that both sides
//! share (`v1`), or Ed25519 with a key pair of which the receiver has the public part alone (`v1a`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use feature::{Failure, Outcome};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How many bytes a secret has.
const LENGTH: usize = 32;

/// How what is sent is signed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Scheme {
    /// With a secret that both sides share.
    #[default]
    Shared,
    /// With a key pair.
    KeyPair,
}

impl Scheme {
    /// As the standard calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Shared => "v1",
            Self::KeyPair => "v1a",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Shared, Self::KeyPair]
            .into_iter()
            .find(|scheme| scheme.word() == word)
    }
}

/// What signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Key {
    pub(crate) secret: Vec<u8>,
    /// What checks, of a key pair.
    pub(crate) public: Option<Vec<u8>>,
}

impl Key {
    /// A new one.
    pub(crate) fn new(scheme: Scheme) -> Outcome<Self> {
        let mut secret = [0; LENGTH];
        getrandom::fill(&mut secret).map_err(Failure::fault)?;
        let public = match scheme {
            Scheme::Shared => None,
            Scheme::KeyPair => {
                let public = SigningKey::from_bytes(&secret).verifying_key();
                Some(public.to_bytes().to_vec())
            }
        };
        let secret = secret.to_vec();
        Ok(Self { secret, public })
    }

    /// What the receiver is given: the secret, once, or the public key.
    pub(crate) fn told(&self) -> Told {
        match &self.public {
            Some(public) => Told::PublicKey(shown(public)),
            None => Told::Secret(format!("whsec_{}", STANDARD.encode(&self.secret))),
        }
    }

    fn sign(&self, text: &[u8]) -> Outcome<String> {
        if self.public.is_some() {
            let secret = <[u8; LENGTH]>::try_from(&*self.secret).map_err(Failure::fault)?;
            let signature = SigningKey::from_bytes(&secret).sign(text);
            return Ok(format!("v1a,{}", STANDARD.encode(signature.to_bytes())));
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).map_err(Failure::fault)?;
        mac.update(text);
        Ok(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    }
}

/// What a receiver is given to check signatures with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    /// To be kept from others, and shown once.
    Secret(String),
    /// For everybody.
    PublicKey(String),
}

/// A public key as it is shown.
pub(crate) fn shown(public: &[u8]) -> String {
    format!("whpk_{}", STANDARD.encode(public))
}

/// The value of the header `webhook-signature`: one signature for each key, with spaces between.
pub(crate) fn signatures<'a>(
    keys: impl IntoIterator<Item = &'a Key>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> Outcome<String> {
    let text = format!("{id}.{timestamp}.{body}");
    let all: Outcome<Vec<String>> = keys
        .into_iter()
        .map(|key| key.sign(text.as_bytes()))
        .collect();
    Ok(all?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(secret: Vec<u8>) -> Key {
        Key {
            secret,
            public: None,
        }
    }

    #[test]
    fn it_signs_as_the_standard_says() {
        // The example that the specification's own libraries are tested with.
        let key = shared(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signatures([&key], id, 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let pair = Key::new(Scheme::KeyPair).unwrap();
        let both = signatures([&key, &pair], id, 1_614_265_330, body).unwrap();
        assert!(both.starts_with(&format!("{signed} v1a,")), "{both}");
    }

    #[test]
    fn a_key_pair_signs_as_the_rfc_of_ed25519_says() {
        // RFC 8032, 7.1, test 3.
        let hex = |text: &str| -> Vec<u8> {
            let (pairs, _) = text.as_bytes().as_chunks::<2>();
            let digits = pairs.iter().map(|pair| std::str::from_utf8(pair).unwrap());
            digits
                .map(|digits| u8::from_str_radix(digits, 16).unwrap())
                .collect()
        };
        let key = Key {
            secret: hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
            public: Some(hex(
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            )),
        };
        let signature = hex(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        );
        let expected = format!("v1a,{}", STANDARD.encode(signature));
        assert_eq!(key.sign(&[0xaf, 0x82]).unwrap(), expected);
    }

    #[test]
    fn keys_are_long_and_differ_and_of_a_pair_the_secret_is_not_told() {
        let new = |scheme| Key::new(scheme).unwrap();
        assert_ne!(new(Scheme::Shared), new(Scheme::Shared));
        let Told::Secret(secret) = new(Scheme::Shared).told() else {
            panic!("a shared secret is told")
        };
        let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap());
        assert_eq!(secret.unwrap().len(), LENGTH);
        let pair = new(Scheme::KeyPair);
        let Told::PublicKey(public) = pair.told() else {
            panic!("the public key is told")
        };
        let public = STANDARD.decode(public.strip_prefix("whpk_").unwrap());
        assert_eq!(public.unwrap(), pair.public.clone().unwrap());
        assert_ne!(pair.public, Some(pair.secret));
    }
}
