//! Seam as a new operator starts it: nothing configured, and a GitHub to be set up on.

use std::{collections::HashMap, path::Path};

use chrono::{DateTime, Utc};
use seam::{
    app::serving::App,
    config::{settings::Settings, sources::Flags},
    telemetry::clock::Clock,
};
use tempfile::TempDir;

use super::browser::Browser;
use crate::fake_github::{fake::FakeGitHub, post::Receiver};

/// The call that fetches the credentials of a new App.
pub(super) const CONVERT: &str = "POST /app-manifests/{code}/conversions";

pub(super) struct Server {
    pub(super) app: App,
    pub(super) fake: FakeGitHub,
    pub(super) clock: Clock,
    pub(super) folder: TempDir,
}

pub(super) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// Settings with a data dir, the fake's addresses, and whatever else is given.
pub(super) fn settings(data_dir: &Path, fake: &FakeGitHub, more: &[(&str, &str)]) -> Settings {
    let mut environment: HashMap<&str, String> = HashMap::from([
        ("SEAM_DATA_DIR", data_dir.display().to_string()),
        ("SEAM_GITHUB_API_URL", fake.api_url().to_owned()),
        ("SEAM_GITHUB_URL", fake.web_url().to_owned()),
    ]);
    environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Settings::read(&Flags::default(), &|name| environment.get(name).cloned()).unwrap()
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(super) async fn start_with(more: &[(&str, &str)]) -> Self {
        let clock = Clock::manual(noon());
        let fake = FakeGitHub::start_empty(clock.clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let app = App::build(settings(folder.path(), &fake, more), clock.clone()).await.unwrap();
        fake.send_webhooks_to(Receiver::Router(app.router(), "/webhooks/github"));
        Self { app, fake, clock, folder }
    }

    /// The path of the link that was printed, with its token.
    pub(super) async fn link(&self) -> String {
        let link = url::Url::parse(&self.app.sign_in_link().await.unwrap()).unwrap();
        format!("{}?{}", link.path(), link.query().unwrap())
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.app.router())
    }

    /// A browser that opened the link.
    pub(super) async fn operator(&self) -> Browser {
        let mut browser = self.browser();
        let page = browser.get(&self.link().await).await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/setup")));
        browser
    }
}
