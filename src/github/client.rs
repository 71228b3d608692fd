//! The one client: every call of every room goes through [`GitHub`], as the App, as an installation of it, or as nobody.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::sync::{Mutex, watch};
use url::Url;

use super::{
    app::AppClient, app::Own, etags::Etags, jwt::AppCredentials, jwt::AppJwt, limits::Limits, permissions::Permissions,
    repository::RepositoryClient, tokens::Reach, tokens::Scope, tokens::Tokens, transport::Transport,
};
use crate::{
    domain::ids::{InstallationId, RepoName, RepositoryId},
    telemetry::clock::Clock,
};

/// How to reach GitHub, and how hard to try.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.github.com`, or `https://HOST/api/v3` of an enterprise server.
    pub api_url: Url,
    /// For one answer, its body included.
    pub timeout: Duration,
    /// Tries of a call that may be repeated, the first one included.
    pub tries: usize,
    /// The pause before the second try; doubles each time, with jitter.
    pub backoff: Duration,
    /// What a call waits at most for a limit, before it is an error that tells the time.
    pub patience: Duration,
    /// Calls of one installation at once. GitHub takes 100, of all replicas and of REST and GraphQL together.
    pub concurrency: usize,
    pub pace: Pace,
}

/// How much Seam asks of GitHub at most. What GitHub says about its limits is obeyed in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Below the secondary limits of github.com, for each installation, in all processes together.
    GitHubCom,
    /// As fast as it goes: an enterprise server has no limits unless somebody switches them on.
    Free,
}

impl Pace {
    fn of(api_url: &Url) -> Self {
        match api_url.host_str() {
            Some(host) if host == "api.github.com" || host.ends_with(".ghe.com") => Self::GitHubCom,
            _ => Self::Free,
        }
    }
}

impl Settings {
    pub fn new(api_url: Url) -> Self {
        Self {
            pace: Pace::of(&api_url),
            api_url,
            // GitHub itself cuts a request after 10 s, an enterprise server after 30 s.
            timeout: Duration::from_secs(35),
            tries: 4,
            backoff: Duration::from_millis(400),
            patience: Duration::from_secs(15),
            concurrency: 10,
        }
    }
}

/// The address of the API cannot be used, or this machine has no usable TLS.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{0} is no address of an API: it must start with http:// or https://")]
    Address(Url),
    #[error("the HTTP client cannot start")]
    Http(#[from] reqwest::Error),
}

/// Cheap to clone; all clones share tokens, limits and kept answers.
#[derive(Clone)]
pub struct GitHub {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) transport: Transport,
    pub(crate) jwt: AppJwt,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) etags: Etags,
    /// The token of a person, who calls instead of the App.
    pub(crate) person: Option<SecretString>,
    pub(crate) own: Mutex<Option<Own>>,
}

impl GitHub {
    /// Call it inside a tokio runtime, after [`install_crypto_provider`]. `credentials` may be `None` until the App is set
    /// up: calls fail with `NotSetUp` until then.
    pub fn new(
        settings: Settings,
        credentials: watch::Receiver<Option<AppCredentials>>,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        Self::build(settings, credentials, None, clock)
    }

    /// Calls with the token of a person, on a command line: to any repository that the token reaches.
    pub fn of_person(settings: Settings, token: SecretString, clock: Clock) -> Result<Self, ClientError> {
        Self::build(settings, watch::channel(None).1, Some(token), clock)
    }

    fn build(
        settings: Settings,
        credentials: watch::Receiver<Option<AppCredentials>>,
        person: Option<SecretString>,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        if settings.api_url.cannot_be_a_base() || !matches!(settings.api_url.scheme(), "http" | "https") {
            return Err(ClientError::Address(settings.api_url));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(settings.api_url.clone(), settings.timeout)?,
                jwt: AppJwt::new(credentials, clock.clone()),
                tokens: Tokens::new(),
                limits: Limits::new(&settings, clock.clone()),
                etags: Etags::new(),
                person,
                own: Mutex::default(),
                clock,
                settings,
            }),
        })
    }

    /// How many processes share the limits of each installation, this one included.
    pub fn share_limits_among(&self, processes: u32) {
        self.inner.limits.share_among(processes);
    }

    /// Calls as the App itself.
    pub fn app(&self) -> AppClient {
        AppClient { github: self.clone() }
    }

    /// A repository as a person's token reaches it: see [`Self::of_person`].
    pub fn repository_of_person(&self, name: RepoName) -> RepositoryClient {
        self.repository(InstallationId(0), RepositoryId(0), name, Permissions::default())
    }

    /// Calls with a token that reaches this one repository, and no further than `permissions`.
    pub fn repository(
        &self,
        installation: InstallationId,
        repository: RepositoryId,
        name: RepoName,
        permissions: Permissions,
    ) -> RepositoryClient {
        RepositoryClient {
            github: self.clone(),
            scope: Scope { installation, reach: Reach::Id(repository), permissions },
            id: repository,
            name,
        }
    }
}

/// TLS by aws-lc, for the whole process. May be called any number of times.
pub fn install_crypto_provider() {
    // An error says that one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
