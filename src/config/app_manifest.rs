//! What the GitHub App asks for: `app-manifest.yml`, the one source for registration, the set-up page and `seam doctor`.
//!
//! Source: <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AppManifest {
    pub name: String,
    pub description: String,
    pub permissions: Vec<Permission>,
    pub events: Vec<SubscribedEvent>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// The API's name: `pull_requests`.
    pub name: String,
    /// The name on GitHub's pages: `Pull requests`.
    pub label: String,
    pub access: Access,
    pub why: String,
}

/// Ordered: who may write may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    Read,
    Write,
}

impl Access {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// Whether what was granted, in GitHub's words, includes this.
    pub fn is_in(self, granted: &str) -> bool {
        Self::granted(granted).is_some_and(|granted| granted >= self)
    }

    /// As GitHub writes what was granted; `admin` includes both.
    pub fn granted(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" | "admin" => Some(Self::Write),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SubscribedEvent {
    /// `X-GitHub-Event`: `pull_request`.
    pub name: String,
    /// The name on GitHub's pages: `Pull request`.
    pub label: String,
    pub why: String,
}

impl AppManifest {
    /// The one that is built in.
    pub fn built_in() -> &'static Self {
        static MANIFEST: LazyLock<AppManifest> = LazyLock::new(|| {
            serde_saphyr::from_str(include_str!("../../app-manifest.yml"))
                .expect("a test reads the app-manifest.yml that is built in")
        });
        &MANIFEST
    }

    /// What is posted to GitHub to register the App for a server at `address`.
    pub fn registration(&self, address: &Url) -> Value {
        let page = |path: &str| format!("{}/{path}", address.as_str().trim_end_matches('/'));
        let permissions: Map<String, Value> =
            self.permissions.iter().map(|wanted| (wanted.name.clone(), wanted.access.as_str().into())).collect();
        let events: Vec<&str> = self.events.iter().map(|event| event.name.as_str()).collect();
        json!({
            "name": self.name,
            "description": self.description,
            "url": address,
            "hook_attributes": { "url": page("webhooks/github"), "active": true },
            "redirect_url": page("setup/registered"),
            "setup_url": page("setup/installed"),
            "public": false,
            "default_permissions": permissions,
            "default_events": events,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_that_is_built_in_says_why_for_everything() {
        let manifest = AppManifest::built_in();
        for why in manifest.permissions.iter().map(|it| &it.why).chain(manifest.events.iter().map(|it| &it.why)) {
            assert!(why.ends_with('.') && why.len() > 20, "{why:?} is no sentence");
        }
    }

    #[test]
    fn a_server_below_a_path_is_registered_with_it() {
        let address = Url::parse("https://example.com/seam/").unwrap();
        let registration = AppManifest::built_in().registration(&address);
        assert_eq!(registration["hook_attributes"]["url"], "https://example.com/seam/webhooks/github");
        assert_eq!(registration["default_permissions"]["checks"], "write");
    }
}
