//! Secrets and signatures, after Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use feature::{Failure, Outcome};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How many bytes a secret has.
const LENGTH: usize = 32;

/// A new secret.
pub(crate) fn secret() -> Outcome<Vec<u8>> {
    let mut secret = vec![0; LENGTH];
    getrandom::fill(&mut secret).map_err(Failure::fault)?;
    Ok(secret)
}

/// As it is shown, once.
pub(crate) fn shown(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// The value of the header `webhook-signature`: one signature for each secret, with spaces between.
pub(crate) fn signatures<'a>(
    secrets: impl IntoIterator<Item = &'a [u8]>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> Outcome<String> {
    let mut all = Vec::new();
    for secret in secrets {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(Failure::fault)?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        all.push(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ));
    }
    Ok(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_the_standard_says() {
        // The example that the specification's own libraries are tested with.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signatures([&*secret], id, 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = signatures([&*secret, b"another"], id, 1_614_265_330, body).unwrap();
        assert!(both.starts_with(&format!("{signed} v1,")), "{both}");
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert_ne!(one, other);
        let shown = shown(&one);
        assert_eq!(
            STANDARD
                .decode(shown.strip_prefix("whsec_").unwrap())
                .unwrap(),
            one
        );
    }
}
