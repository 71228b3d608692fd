//! Proof that a delivery comes from GitHub: HMAC-SHA256 of the raw body, compared in constant time, before any parsing.
//!
//! Source: <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The secrets that are accepted at the moment: usually one, two while it is being changed.
#[derive(Clone, Debug, Default)]
pub struct WebhookSecrets {
    secrets: Vec<SecretString>,
}

impl WebhookSecrets {
    /// Empty secrets are left out: they would let anybody sign.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self { secrets: secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect() }
    }

    /// Without a secret there is no webhook endpoint.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Whether one of the secrets made this signature for this body. Takes the same time whichever it was.
    pub fn accept(&self, body: &[u8], signature: &Signature) -> bool {
        let mut accepted = false;
        for secret in &self.secrets {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
                .expect("HMAC takes a key of any length");
            mac.update(body);
            accepted |= mac.verify_slice(&signature.0).is_ok();
        }
        accepted
    }
}

/// What `X-Hub-Signature-256` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// `sha256=` and 64 hexadecimal digits; anything else is no signature.
    pub fn parse(header: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(header.strip_prefix(b"sha256=")?, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's own test values.
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &[u8] = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secrets(texts: &[&str]) -> WebhookSecrets {
        WebhookSecrets::new(texts.iter().map(|text| SecretString::from(*text)))
    }

    #[test]
    fn the_example_of_the_documentation_is_accepted_by_either_of_two_secrets() {
        let signature = Signature::parse(SIGNATURE).unwrap();
        let right = ["It's a", "Secret to", "Everybody"].join(" ");
        assert!(secrets(&[&right]).accept(BODY, &signature));
        assert!(secrets(&["new", &right]).accept(BODY, &signature));
        assert!(secrets(&[&right, "old"]).accept(BODY, &signature));
        assert!(!secrets(&["new", "old"]).accept(BODY, &signature));
        assert!(!secrets(&[&right]).accept(b"Hello, World?", &signature));
    }

    #[test]
    fn no_secret_or_an_empty_one_accepts_nothing() {
        let signed_with_nothing = {
            let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
            mac.update(BODY);
            Signature(mac.finalize().into_bytes().into())
        };
        assert!(secrets(&[""]).is_empty());
        assert!(!secrets(&[""]).accept(BODY, &signed_with_nothing));
        assert!(!secrets(&[]).accept(BODY, &signed_with_nothing));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        for bad in [
            b"".as_slice(),
            b"sha256=",
            &SIGNATURE[..70],
            &[SIGNATURE, b"00"].concat(),
            b"sha1=757107ea0eb2509fc211221cce984b8a37570b6d",
            &SIGNATURE.to_ascii_uppercase(),
            b"sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            &[0xff; 71],
        ] {
            assert_eq!(Signature::parse(bad), None, "{bad:?}");
        }
    }
}
