//! The token in the link that `seam serve` and `seam setup` print: it opens set-up for the browser that uses it first.
//! All processes of one database print the same, until it is used or a day old; what is stored is sealed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use super::vault::Vault;
use crate::store::{credential, db::Db, error::StoreError};

const ROW: &str = "setup-token";
const LASTS: TimeDelta = TimeDelta::hours(24);

#[derive(Serialize, Deserialize)]
struct Token {
    token: String,
    until: i64,
}

/// The token that is good at the moment; a new one when there is none.
///
/// # Errors
/// When the database fails.
pub async fn issue(db: &Db, vault: &Vault, now: DateTime<Utc>) -> Result<SecretString, StoreError> {
    if let Some(token) = good(db, vault, now).await? {
        return Ok(token.token.into());
    }
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).expect("the system has random numbers");
    let token = Token { token: URL_SAFE_NO_PAD.encode(bytes.as_slice()), until: (now + LASTS).timestamp_millis() };
    let plain = Zeroizing::new(serde_json::to_vec(&token).expect("a token is plain data"));
    credential::put(db, ROW, &vault.seal(ROW, &plain), now).await?;
    Ok(token.token.into())
}

/// Whether this is the token that is good; it is worth nothing afterwards.
///
/// # Errors
/// When the database fails.
pub async fn redeem(db: &Db, vault: &Vault, given: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let Some(token) = good(db, vault, now).await? else { return Ok(false) };
    let is_same: bool = token.token.as_bytes().ct_eq(given.as_bytes()).into();
    // Of two who come at once, one removes it.
    Ok(is_same && credential::remove(db, ROW).await?)
}

/// The link with the token in it.
pub fn link(public_url: &Url, token: &SecretString) -> String {
    format!("{}/setup?token={}", public_url.as_str().trim_end_matches('/'), token.expose_secret())
}

async fn good(db: &Db, vault: &Vault, now: DateTime<Utc>) -> Result<Option<Token>, StoreError> {
    let sealed = credential::get(db, ROW).await?;
    // Sealed under a key that is gone: as good as none.
    let token = sealed.and_then(|sealed| serde_json::from_slice::<Token>(&vault.open(ROW, &sealed).ok()?).ok());
    Ok(token.filter(|token| now.timestamp_millis() < token.until))
}
