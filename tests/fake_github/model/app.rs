//! The registered App, its installations and their tokens.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

/// Read or write. Ordered: who may write may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Read,
    Write,
}

impl Level {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Permissions by their name in the API, as in `pull_requests`.
pub(crate) type Permissions = BTreeMap<String, Level>;

#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: i64,
    pub(crate) client_id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Login of the account that owns it.
    pub(crate) owner: String,
    pub(crate) permissions: Permissions,
    pub(crate) events: BTreeSet<String>,
    /// Where webhooks are to go; the test's receiver gets them in any case.
    pub(crate) webhook_url: String,
    /// Empty: nothing is signed.
    pub(crate) webhook_secret: String,
    pub(crate) created_at: DateTime<Utc>,
}

impl App {
    /// Login of its bot account.
    pub(crate) fn bot(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) id: i64,
    /// Login of the account it stands on: its repositories are covered, but for those `withheld`.
    pub(crate) account: String,
    pub(crate) withheld: BTreeSet<i64>,
    pub(crate) permissions: Permissions,
    pub(crate) events: BTreeSet<String>,
    /// Who suspended it, and when.
    pub(crate) suspended: Option<(String, DateTime<Utc>)>,
    pub(crate) created_at: DateTime<Utc>,
}

/// An installation token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) installation: i64,
    pub(crate) permissions: Permissions,
    /// `None`: every repository of the installation.
    pub(crate) repositories: Option<BTreeSet<i64>>,
    pub(crate) expires_at: DateTime<Utc>,
}
