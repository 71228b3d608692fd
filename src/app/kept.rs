//! What set-up was given by GitHub, as it is kept: sealed, in one row of the database.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::vault::{CannotOpen, Vault};
use crate::github::manifest::RegisteredApp;

/// The row's name.
pub(super) const ROW: &str = "github-app";

/// A webhook secret that was replaced is accepted for this long: deliveries may be late, or be sent again.
const PREVIOUS_LASTS: TimeDelta = TimeDelta::days(1);

#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) html_url: String,
    client_id: String,
    client_secret: String,
    webhook_secret: Option<String>,
    pub(super) private_key: String,
    pub(super) address: Url,
    #[serde(default)]
    pub(super) registered_at: Option<DateTime<Utc>>,
    #[serde(default)]
    rotation: Rotation,
}

/// How the webhook secret is being changed.
#[derive(Default, Serialize, Deserialize)]
struct Rotation {
    /// GitHub may know it already: accepted until it is known to be the one.
    next: Option<String>,
    previous: Option<Previous>,
    /// When the secret in force became that.
    rotated_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct Previous {
    secret: String,
    until: DateTime<Utc>,
}

impl Kept {
    pub(super) fn of(app: &RegisteredApp, address: &Url, now: DateTime<Utc>) -> Self {
        Self {
            id: app.id,
            slug: app.slug.clone(),
            name: app.name.clone(),
            html_url: app.html_url.clone(),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.expose_secret().to_owned(),
            webhook_secret: app.webhook_secret.as_ref().map(|secret| secret.expose_secret().to_owned()),
            private_key: app.private_key.expose_secret().to_owned(),
            address: address.clone(),
            registered_at: Some(now),
            rotation: Rotation::default(),
        }
    }

    pub(super) fn open(vault: &Vault, sealed: &[u8]) -> Result<Self, CannotOpen> {
        serde_json::from_slice(&vault.open(ROW, sealed)?).map_err(|_| CannotOpen)
    }

    pub(super) fn seal(&self, vault: &Vault) -> Vec<u8> {
        vault.seal(ROW, &Zeroizing::new(serde_json::to_vec(self).expect("credentials are plain data")))
    }

    /// All that are accepted now: one, or two while it is being changed.
    pub(super) fn webhook_secrets(&self, now: DateTime<Utc>) -> Vec<SecretString> {
        let previous = self.rotation.previous.as_ref().filter(|previous| now < previous.until);
        let all = [self.webhook_secret.as_ref(), self.rotation.next.as_ref(), previous.map(|one| &one.secret)];
        all.into_iter().flatten().map(|secret| SecretString::from(secret.as_str())).collect()
    }

    /// When one of the webhook secrets is accepted no longer.
    pub(super) fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.rotation.previous.as_ref().map(|previous| previous.until)
    }

    /// The secret that GitHub is to be told; one that an earlier attempt left is taken up.
    pub(super) fn begin_rotation(&mut self, new: impl FnOnce() -> String) -> SecretString {
        self.rotation.next.get_or_insert_with(new).as_str().into()
    }

    /// GitHub signs with the new one now. Nothing to do where another process has said so already.
    pub(super) fn finish_rotation(&mut self, now: DateTime<Utc>) {
        let Some(next) = self.rotation.next.take() else { return };
        let previous = self.webhook_secret.replace(next);
        self.rotation.previous = previous.map(|secret| Previous { secret, until: now + PREVIOUS_LASTS });
        self.rotation.rotated_at = Some(now);
    }

    /// The secrets by what they are, each with its age.
    pub(super) fn inventory(&self, now: DateTime<Utc>) -> Vec<(&'static str, Option<DateTime<Utc>>)> {
        let Rotation { next, previous, rotated_at } = &self.rotation;
        let mut all = vec![("private key", self.registered_at), ("client secret", self.registered_at)];
        if self.webhook_secret.is_some() {
            all.push(("webhook secret", rotated_at.or(self.registered_at)));
        }
        if next.is_some() {
            all.push(("webhook secret, next", None));
        }
        if previous.as_ref().is_some_and(|previous| now < previous.until) {
            all.push(("webhook secret, previous", self.registered_at));
        }
        all
    }
}
