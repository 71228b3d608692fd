//! The parts that payloads are made of, in GitHub's shape; nearly everything is optional.
//!
//! Source: <https://docs.github.com/webhooks/webhook-events-and-payloads>.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::domain::{
    event::{Account, Repository},
    ids::{AccountId, CommitSha, RepositoryId},
};

/// The longest action, login or other short text that is kept.
const SHORT: usize = 255;

/// A text of GitHub's, without NUL characters: PostgreSQL cannot keep them.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UserField {
    pub(super) id: i64,
    /// An enterprise has a slug instead.
    #[serde(alias = "slug")]
    pub(super) login: Text,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RepositoryField {
    pub(super) id: i64,
    pub(super) full_name: Text,
    pub(super) default_branch: Option<Text>,
    pub(super) private: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct InstallationField {
    pub(super) id: i64,
    pub(super) account: Option<UserField>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PullRequestField {
    pub(super) number: i64,
    pub(super) head: Option<BranchField>,
    pub(super) base: Option<BranchField>,
    pub(super) draft: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BranchField {
    #[serde(rename = "ref")]
    pub(super) name: Option<Text>,
    pub(super) sha: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangesField {
    pub(super) base: Option<IgnoredAny>,
    pub(super) body: Option<FromField>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FromField {
    pub(super) from: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LabelField {
    pub(super) name: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct IssueField {
    pub(super) number: i64,
    /// There when the issue is a pull request.
    pub(super) pull_request: Option<IgnoredAny>,
}

/// An issue comment, a review comment, or a review.
#[derive(Debug, Deserialize)]
pub(super) struct CommentField {
    pub(super) id: i64,
    pub(super) node_id: Option<Text>,
    pub(super) user: Option<UserField>,
    pub(super) body: Option<Text>,
    pub(super) in_reply_to_id: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ThreadField {
    pub(super) node_id: Text,
    pub(super) comments: Option<Vec<CommentField>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AppField {
    pub(super) id: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NumberField {
    pub(super) number: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckRunField {
    pub(super) id: i64,
    pub(super) head_sha: Text,
    pub(super) app: Option<AppField>,
    pub(super) check_suite: Option<BranchOfSuiteField>,
    pub(super) pull_requests: Option<Vec<NumberField>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BranchOfSuiteField {
    pub(super) head_branch: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckSuiteField {
    pub(super) head_sha: Text,
    pub(super) head_branch: Option<Text>,
    pub(super) app: Option<AppField>,
    pub(super) pull_requests: Option<Vec<NumberField>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RequestedActionField {
    pub(super) identifier: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MergeGroupField {
    pub(super) head_sha: Text,
}

impl Text {
    pub(super) fn sha(self) -> Option<CommitSha> {
        self.0.parse().ok()
    }

    pub(super) fn short(self) -> Option<String> {
        (self.0.len() <= SHORT).then_some(self.0)
    }
}

impl UserField {
    pub(super) fn account(&self) -> Option<Account> {
        let is_bot = self.kind.as_ref().is_some_and(|kind| kind.0 == "Bot");
        let login = self.login.0.clone();
        (login.len() <= SHORT).then_some(Account { id: AccountId(self.id), login, is_bot })
    }
}

impl RepositoryField {
    pub(super) fn repository(self) -> Option<Repository> {
        Some(Repository {
            id: RepositoryId(self.id),
            name: self.full_name.0.parse().ok()?,
            default_branch: self.default_branch.map(|branch| branch.0),
            // Where it is not said, nothing is shown.
            private: self.private.unwrap_or(true),
        })
    }
}
