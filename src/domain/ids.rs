//! Identifiers. Everything is keyed by GitHub's numeric ids: names change on rename and transfer.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! numeric_id {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let wrong = |_| InvalidId { expected: "a number", found: text.chars().take(80).collect() };
                text.parse().map(Self).map_err(wrong)
            }
        }
    )*};
}

numeric_id! {
    /// GitHub's id of one installation of the App on one account.
    InstallationId(i64);
    /// GitHub's id of a repository; survives rename and transfer.
    RepositoryId(i64);
    /// GitHub's id of a user, an organisation or a bot.
    AccountId(i64);
    /// Number of a pull request within its repository.
    PullNumber(i64);
    /// GitHub's id of an issue comment or a review comment.
    CommentId(i64);
    /// GitHub's id of a check run.
    CheckRunId(i64);
    /// Seam's own id of an execution.
    ExecutionId(i64);
    /// Seam's own id of a split: that of the execution that planned it.
    SplitId(i64);
}

/// What a text failed to be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found:?} is not {expected}")]
pub struct InvalidId {
    pub expected: &'static str,
    pub found: String,
}

/// `X-GitHub-Delivery`: the same for every redelivery of one webhook call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DeliveryId(pub String);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A full commit id: 40 (SHA-1) or 64 (SHA-256) lowercase hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct CommitSha(String);

impl CommitSha {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as GitHub shows a commit to people.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    /// Forty zeros: see [`Self::is_zero`]. As the base of a comparison it means the empty tree.
    pub fn zero() -> Self {
        Self("0".repeat(40))
    }

    /// GitHub writes forty zeros for "no commit": the `before` of a new branch, the `after` of a deleted one.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}

impl FromStr for CommitSha {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hexadecimal = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hexadecimal && matches!(text.len(), 40 | 64) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId { expected: "a full commit id", found: text.chars().take(80).collect() })
        }
    }
}

impl TryFrom<String> for CommitSha {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CommitSha> for String {
    fn from(sha: CommitSha) -> Self {
        sha.0
    }
}

impl fmt::Display for CommitSha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `owner/name`, each part made only of the characters GitHub allows, so that it is safe in a URL or a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RepoName {
    owner: String,
    name: String,
}

impl RepoName {
    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for RepoName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && part != "."
                && part != ".."
                && !part.starts_with('-')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        match text.split_once('/') {
            Some((owner, name)) if allowed(owner) && allowed(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err(InvalidId {
                expected: "a repository name like owner/name",
                found: text.chars().take(200).collect(),
            }),
        }
    }
}

impl TryFrom<String> for RepoName {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RepoName> for String {
    fn from(repo: RepoName) -> Self {
        repo.to_string()
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_names_that_could_leave_their_place_are_refused() {
        for bad in ["", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a/b c", "a/b\n", "-x/y", "a/b?x", "a/%2e"] {
            assert!(bad.parse::<RepoName>().is_err(), "{bad:?} was accepted");
        }
        assert_eq!("Octo-Org/repo.js_1".parse::<RepoName>().unwrap().to_string(), "Octo-Org/repo.js_1");
    }

    #[test]
    fn commit_ids_are_full_and_lowercase() {
        assert!("A".repeat(40).parse::<CommitSha>().is_err());
        assert!("a".repeat(39).parse::<CommitSha>().is_err());
        assert!("é".repeat(20).parse::<CommitSha>().is_err());
        assert!("0".repeat(40).parse::<CommitSha>().unwrap().is_zero());
    }
}
