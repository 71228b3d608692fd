//! The end of the manifest flow: a one-time code becomes an App with its secrets.
//! Source: <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    answer::{optional_secret, secret},
    client::GitHub,
    error::GitHubError,
    request::Request,
    send::Identity,
    users::User,
};

/// A newly registered App. GitHub tells these secrets only this once.
#[derive(Clone, Debug, Deserialize)]
pub struct RegisteredApp {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub html_url: String,
    pub owner: Option<User>,
    pub client_id: String,
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
    /// `None` for an App without a webhook.
    #[serde(default, deserialize_with = "optional_secret")]
    pub webhook_secret: Option<SecretString>,
    #[serde(rename = "pem", deserialize_with = "secret")]
    pub private_key: SecretString,
}

impl GitHub {
    /// Works once for a code, within an hour. No credentials are needed.
    ///
    /// # Errors
    /// `NotFound` for a wrong, used or expired code.
    pub async fn convert_manifest(&self, code: &SecretString) -> Result<RegisteredApp, GitHubError> {
        let request = Request::new("POST /app-manifests/{code}/conversions", &[code.expose_secret()]);
        self.send(Identity::Nobody, &request).await?.json(&request)
    }
}
