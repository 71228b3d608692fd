//! What an installation token may do: as little as the execution needs.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// The permissions Seam knows by name.
/// Source: <https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    Actions,
    Checks,
    Contents,
    Issues,
    Members,
    MergeQueues,
    Metadata,
    PullRequests,
    Statuses,
    Workflows,
}

impl Permission {
    /// As GitHub writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Checks => "checks",
            Self::Contents => "contents",
            Self::Issues => "issues",
            Self::Members => "members",
            Self::MergeQueues => "merge_queues",
            Self::Metadata => "metadata",
            Self::PullRequests => "pull_requests",
            Self::Statuses => "statuses",
            Self::Workflows => "workflows",
        }
    }
}

/// Ordered: who may write may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
}

/// A set of permissions, each with its access.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(BTreeMap<Permission, Access>);

impl Permissions {
    /// What a review needs: the code, the pull request with its conversation, and the check run.
    pub fn for_review() -> Self {
        Self::default().read(Permission::Contents).write(Permission::PullRequests).write(Permission::Checks)
    }

    /// What a split needs: branches and pull requests of its own, and what a review needs.
    pub fn for_split() -> Self {
        Self::for_review().write(Permission::Contents)
    }

    /// Enough to look at code and pull requests, and to write nothing.
    pub fn read_only() -> Self {
        Self::default().read(Permission::Contents).read(Permission::PullRequests).read(Permission::Checks)
    }

    #[must_use]
    pub fn read(self, permission: Permission) -> Self {
        self.with(permission, Access::Read)
    }

    #[must_use]
    pub fn write(self, permission: Permission) -> Self {
        self.with(permission, Access::Write)
    }

    /// Never takes away: asking for read where write is there already changes nothing.
    #[must_use]
    pub fn with(mut self, permission: Permission, access: Access) -> Self {
        let entry = self.0.entry(permission).or_insert(access);
        *entry = access.max(*entry);
        self
    }

    /// As much of it as is granted, in GitHub's own words: `{"checks": "read"}`.
    #[must_use]
    pub fn limited_to(&self, granted: &BTreeMap<String, String>) -> Self {
        let mut limited = Self::default();
        for (permission, access) in &self.0 {
            match granted.get(permission.as_str()).map(String::as_str) {
                Some("read") => limited = limited.read(*permission),
                Some("write" | "admin") => limited = limited.with(*permission, *access),
                _ => {}
            }
        }
        limited
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn allows(&self, permission: Permission, access: Access) -> bool {
        self.0.get(&permission).is_some_and(|granted| *granted >= access)
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (permission, access)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}:{}", permission.as_str(), access.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_github_wants_them() {
        let permissions = Permissions::for_review().read(Permission::PullRequests);
        assert_eq!(
            serde_json::to_string(&permissions).unwrap(),
            r#"{"checks":"write","contents":"read","pull_requests":"write"}"#
        );
        assert_eq!(permissions.to_string(), "checks:write, contents:read, pull_requests:write");
    }

    #[test]
    fn no_more_is_asked_for_than_is_granted() {
        let granted = [("checks", "read"), ("contents", "write"), ("issues", "write"), ("pull_requests", "new")];
        let granted = granted.map(|(permission, access)| (permission.to_owned(), access.to_owned())).into();
        assert_eq!(Permissions::for_review().limited_to(&granted).to_string(), "checks:read, contents:read");
    }
}
