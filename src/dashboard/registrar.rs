//! What the pages need from the place that keeps the App's credentials; `app` has it.

use async_trait::async_trait;
use url::Url;

use crate::{github::manifest::RegisteredApp, store::error::StoreError};

/// The App that Seam works as: nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentApp {
    pub id: i64,
    pub source: Source,
}

/// Where the credentials came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the operator's settings: set-up does not touch them.
    Settings,
    SetUp {
        name: String,
        slug: String,
        /// Its page on GitHub.
        html_url: String,
        /// Where it was registered to find this server.
        address: Url,
    },
}

#[async_trait]
pub trait Registrar: Send + Sync {
    /// Whether this is the token that was printed last. It is worth nothing afterwards.
    async fn redeem(&self, token: &str) -> Result<bool, StoreError>;

    fn current(&self) -> Option<CurrentApp>;

    /// Works as this App from now on, and keeps its credentials, sealed. On an error they are used until this process
    /// ends, and are kept nowhere.
    async fn keep(&self, app: &RegisteredApp, address: &Url) -> Result<(), StoreError>;
}
