//! What can go wrong between Seam and GitHub, typed by what the caller does about it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::permissions::Permissions;

/// Whether a call that failed may have changed something on GitHub all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    No,
    /// Look before writing again.
    Maybe,
}

/// When it makes sense to try the whole thing again. Calls that may be repeated were already repeated a few times
/// before the error is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Not before this much time has passed: GitHub said so.
    After(Duration),
    /// With the caller's own backoff.
    Soon,
    /// GitHub is away, which may last for hours.
    WhenBack,
    /// It fails again until somebody changes something.
    Never,
}

/// `endpoint` is the method and the path's template (`GET /repos/{owner}/{repo}`), never filled in; messages are GitHub's,
/// shortened. No error holds a token or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitHubError {
    #[error("no GitHub App is set up yet")]
    NotSetUp,
    #[error("the App's private key cannot be used: {0}")]
    PrivateKey(String),
    #[error("GitHub does not accept the credentials at {endpoint}: {message}")]
    Unauthorized { endpoint: &'static str, message: String },
    /// `missing` is GitHub's `X-Accepted-GitHub-Permissions` where it was sent, as in `pull_requests=write`.
    #[error("not permitted at {endpoint}: {message}{}", missing_permission(.missing))]
    Forbidden { endpoint: &'static str, message: String, missing: Option<String> },
    #[error("the installation is suspended")]
    Suspended,
    /// The installation is gone, or the repository is no longer part of it.
    #[error("the App has no access to this repository (any more): {message}")]
    NoAccess { message: String },
    #[error("the installation does not grant {wanted}: {message}")]
    NotGranted { wanted: Permissions, message: String },
    /// It is not there, or this App may not know that it is.
    #[error("not found at {endpoint}")]
    NotFound { endpoint: &'static str },
    #[error("conflict at {endpoint}: {message}")]
    Conflict { endpoint: &'static str, message: String },
    #[error("GitHub does not take what was sent to {endpoint}: {}", .messages.join("; "))]
    Unprocessable { endpoint: &'static str, messages: Vec<String> },
    /// The hourly limit of the installation is used up.
    #[error("the rate limit is used up until {until}")]
    RateLimited { until: DateTime<Utc>, wait: Duration },
    /// Too much at once, by GitHub's word or by Seam's own governor, which keeps below it.
    #[error("too many calls at once, to be continued at {until}")]
    SecondaryLimit { until: DateTime<Utc>, wait: Duration },
    /// GitHub answered 5xx lately, and said until when it is away: the call was not made.
    #[error("GitHub is away, and wants no calls until {until}")]
    Away { until: DateTime<Utc> },
    #[error("no answer in time from {endpoint}")]
    Timeout { endpoint: &'static str, happened: Happened },
    #[error("GitHub answered {status} at {endpoint}")]
    Server { endpoint: &'static str, status: u16, happened: Happened },
    #[error("no connection for {endpoint}: {message}")]
    Network { endpoint: &'static str, message: String, happened: Happened },
    /// A redirect to another host (or in circles): credentials are not taken there.
    #[error("{endpoint} redirects where Seam does not follow")]
    Redirected { endpoint: &'static str },
    #[error("the answer of {endpoint} is larger than {limit} bytes")]
    TooLarge { endpoint: &'static str, limit: usize, happened: Happened },
    #[error("the answer of {endpoint} cannot be read: {message}")]
    Decode { endpoint: &'static str, message: String, happened: Happened },
    #[error("GitHub refused a query of {endpoint}: {}", .messages.join("; "))]
    GraphQl { endpoint: &'static str, messages: Vec<String> },
    #[error("GitHub answered {status} at {endpoint}: {message}")]
    Refused { endpoint: &'static str, status: u16, message: String },
}

fn missing_permission(missing: &Option<String>) -> String {
    missing.as_ref().map(|permission| format!(" (needs {permission})")).unwrap_or_default()
}

impl GitHubError {
    /// When to try again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { wait, .. } | Self::SecondaryLimit { wait, .. } => Retry::After(*wait),
            // A gateway that answers for it.
            Self::Server { status: 502..=504, .. }
            | Self::Away { .. }
            | Self::Timeout { .. }
            | Self::Network { .. } => Retry::WhenBack,
            Self::NotSetUp | Self::Server { .. } | Self::Decode { .. } | Self::Conflict { .. } => Retry::Soon,
            Self::PrivateKey(_)
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::Suspended
            | Self::NoAccess { .. }
            | Self::NotGranted { .. }
            | Self::NotFound { .. }
            | Self::Unprocessable { .. }
            | Self::Redirected { .. }
            | Self::TooLarge { .. }
            | Self::GraphQl { .. }
            | Self::Refused { .. } => Retry::Never,
        }
    }

    /// GitHub does not take what was sent, in these words (in small letters).
    pub fn refuses_with(&self, words: &str) -> bool {
        let Self::Unprocessable { messages, .. } = self else { return false };
        messages.iter().any(|message| message.to_lowercase().contains(words))
    }

    /// The write may have been done although it failed: look for it before doing it again.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Timeout { happened, .. }
            | Self::Server { happened, .. }
            | Self::Network { happened, .. }
            | Self::TooLarge { happened, .. }
            | Self::Decode { happened, .. } => *happened == Happened::Maybe,
            _ => false,
        }
    }

    /// The permission that the installation does not grant, in the words of GitHub's `X-Accepted-GitHub-Permissions`; empty
    /// where it was not said. `None`: it failed for another reason.
    pub fn lacking(&self) -> Option<String> {
        match self {
            Self::Forbidden { message, missing, .. } if message.contains("not accessible by integration") => {
                Some(missing.clone().unwrap_or_default())
            }
            Self::NotGranted { wanted, .. } => Some(wanted.to_string().replace(':', "=")),
            _ => None,
        }
    }

    /// Nothing can be done for this repository until its owner changes something: why, for people to read.
    pub fn lost_access(&self) -> Option<String> {
        matches!(self, Self::Suspended | Self::NoAccess { .. }).then(|| self.to_string())
    }
}
