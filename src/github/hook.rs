//! Where GitHub sends the App's webhooks, and how it signs them.
//! Source: <https://docs.github.com/rest/apps/webhooks#get-a-webhook-configuration-for-an-app>.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{app::AppClient, error::GitHubError, request::Request};

#[derive(Debug, Deserialize)]
pub struct HookConfig {
    pub url: Option<String>,
    /// `json` or `form`.
    pub content_type: Option<String>,
    /// GitHub shows stars in its place.
    secret: Option<IgnoredAny>,
    /// `"1"` or `1`: the certificate is not checked.
    insecure_ssl: Option<Value>,
}

impl HookConfig {
    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    pub fn checks_certificate(&self) -> bool {
        !matches!(&self.insecure_ssl, Some(given) if *given == "1" || *given == 1)
    }
}

impl AppClient {
    /// `None`: the App has no webhook.
    pub async fn hook_config(&self) -> Result<Option<HookConfig>, GitHubError> {
        self.find(&Request::new("GET /app/hook/config", &[])).await
    }

    /// From now on GitHub signs with this secret.
    pub async fn set_hook_secret(&self, secret: &SecretString) -> Result<(), GitHubError> {
        let request = Request::new("PATCH /app/hook/config", &[]).json(&json!({ "secret": secret.expose_secret() }));
        self.fetch::<HookConfig>(&request).await.map(drop)
    }
}
