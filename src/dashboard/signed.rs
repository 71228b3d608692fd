//! Small values that are given to a browser and must come back unchanged: a cookie, the `state` of a registration.
//! Signed, not sealed: who holds one may read it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Longer than anything that was ever signed here.
const LONGEST: usize = 4096;

/// Signs under one key; a value signed for one purpose is worth nothing for another.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
}

/// Why a value is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// It was not made here, or for something else.
    Forged,
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Signed<T> {
    until: i64,
    value: T,
}

impl Signer {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A text that is safe in a URL and in a cookie.
    pub fn sign<T: Serialize>(&self, purpose: &str, value: &T, until: DateTime<Utc>) -> String {
        let signed = Signed { until: until.timestamp_millis(), value };
        let body = serde_json::to_vec(&signed).expect("what is signed here is plain data");
        let mac = self.mac(purpose, &body).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(body), URL_SAFE_NO_PAD.encode(mac))
    }

    /// # Errors
    /// When it was not signed with this key for this purpose, or its time is over.
    pub fn accept<T: DeserializeOwned>(&self, purpose: &str, text: &str, now: DateTime<Utc>) -> Result<T, NotAccepted> {
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| NotAccepted::Forged);
        let (body, mac) = text.split_once('.').filter(|_| text.len() <= LONGEST).ok_or(NotAccepted::Forged)?;
        let (body, mac) = (decode(body)?, decode(mac)?);
        // In constant time.
        self.mac(purpose, &body).verify_slice(&mac).map_err(|_| NotAccepted::Forged)?;
        let signed: Signed<T> = serde_json::from_slice(&body).map_err(|_| NotAccepted::Forged)?;
        if now.timestamp_millis() < signed.until { Ok(signed.value) } else { Err(NotAccepted::Expired) }
    }

    fn mac(&self, purpose: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        mac
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn only_what_was_signed_for_the_purpose_comes_back_until_its_time_is_over() {
        let signer = Signer::new([1; 32]);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = signer.sign("cookie", &"value", now + TimeDelta::hours(1));
        let accept = |purpose: &str, text: &str, now| signer.accept::<String>(purpose, text, now);
        assert_eq!(accept("cookie", &text, now), Ok("value".to_owned()));
        assert_eq!(accept("cookie", &text, now + TimeDelta::hours(1)), Err(NotAccepted::Expired));
        assert_eq!(accept("state", &text, now), Err(NotAccepted::Forged));
        assert_eq!(Signer::new([2; 32]).accept::<String>("cookie", &text, now), Err(NotAccepted::Forged));
        for spoilt in ["", ".", "a.b", &text[1..], &text[..text.len() - 1], &text.replace('.', ""), &"a.".repeat(5000)]
        {
            assert_eq!(accept("cookie", spoilt, now), Err(NotAccepted::Forged), "{spoilt:?}");
        }
    }
}
