//! Pull requests. Source: <https://docs.github.com/rest/pulls/pulls>.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{commits::Commit, error::GitHubError, repository::RepositoryClient, users::User};
use crate::domain::ids::{CommitSha, PullNumber, RepoName, RepositoryId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    Open,
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Pull {
    pub number: PullNumber,
    pub state: PullState,
    pub title: String,
    pub body: Option<String>,
    #[serde(default)]
    pub draft: bool,
    pub merged_at: Option<DateTime<Utc>>,
    /// Of a merged one: the commit on the base branch that brought it there.
    #[serde(default)]
    pub merge_commit_sha: Option<CommitSha>,
    /// `None`: the account is gone.
    pub user: Option<User>,
    pub head: PullEnd,
    pub base: PullEnd,
    pub html_url: String,
    #[serde(default)]
    pub labels: Vec<Label>,
}

impl Pull {
    /// From another repository, or from one that is gone.
    pub fn is_from_fork(&self) -> bool {
        self.head.repo.as_ref().map(|repo| repo.id) != self.base.repo.as_ref().map(|repo| repo.id)
    }

    pub fn is_open(&self) -> bool {
        self.state == PullState::Open
    }
}

/// One side of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullEnd {
    /// The branch, without `refs/heads/`.
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: CommitSha,
    /// `None`: the fork was deleted.
    pub repo: Option<PullRepository>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullRepository {
    pub id: RepositoryId,
    #[serde(rename = "full_name")]
    pub name: RepoName,
    pub private: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Label {
    pub name: String,
}

/// A pull request to be opened, between two branches of this repository.
#[derive(Clone, Debug, Serialize)]
pub struct NewPull<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub head: &'a str,
    pub base: &'a str,
    pub draft: bool,
}

/// How GitHub refuses a draft where the owner's plan has none.
pub const NO_DRAFTS: &str = "draft pull requests are not supported";

/// What to write of a pull request; only what is `Some` changes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PullChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<PullState>,
}

/// A changed file as GitHub's own diff shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullFile {
    #[serde(rename = "filename")]
    pub path: String,
    /// Hunks without file headers; `None` for a binary or big file.
    pub patch: Option<String>,
}

impl RepositoryClient {
    /// # Errors
    /// `NotFound` when there is no such pull request.
    pub async fn pull(&self, number: PullNumber) -> Result<Pull, GitHubError> {
        self.fetch(&self.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", &[&number.to_string()])).await
    }

    pub async fn open_pulls(&self) -> Result<Vec<Pull>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/pulls", &[]).query("state", "open")).await
    }

    /// Open pull requests from a branch of this repository.
    pub async fn open_pulls_of_branch(&self, branch: &str) -> Result<Vec<Pull>, GitHubError> {
        self.pulls_from(branch, "open").await
    }

    /// Open pull requests that are to be merged into a branch; those from forks are among them.
    pub async fn open_pulls_onto_branch(&self, branch: &str) -> Result<Vec<Pull>, GitHubError> {
        let request = self.request("GET /repos/{owner}/{repo}/pulls", &[]).query("state", "open").query("base", branch);
        self.list(request).await
    }

    /// Pull requests from a branch of this repository, open and closed, newest first.
    pub async fn pulls_of_branch(&self, branch: &str) -> Result<Vec<Pull>, GitHubError> {
        self.pulls_from(branch, "all").await
    }

    async fn pulls_from(&self, branch: &str, state: &str) -> Result<Vec<Pull>, GitHubError> {
        let head = format!("{}:{branch}", self.name.owner());
        let request = self.request("GET /repos/{owner}/{repo}/pulls", &[]).query("state", state).query("head", head);
        let pulls: Vec<Pull> = self.list(request).await?;
        // Where `head` is not understood, GitHub lists all.
        Ok(pulls.into_iter().filter(|pull| pull.head.branch == branch && !pull.is_from_fork()).collect())
    }

    /// # Errors
    /// `Unprocessable` when there is one already, when there is nothing to merge, or when it is to be a draft and the
    /// owner's plan has none.
    pub async fn create_pull(&self, pull: &NewPull<'_>) -> Result<Pull, GitHubError> {
        self.fetch(&self.request("POST /repos/{owner}/{repo}/pulls", &[]).json(pull)).await
    }

    /// # Errors
    /// `Unprocessable` when another base is wanted and the pull request is part of a stack.
    pub async fn update_pull(&self, number: PullNumber, change: &PullChange<'_>) -> Result<Pull, GitHubError> {
        let endpoint = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";
        self.fetch(&self.request(endpoint, &[&number.to_string()]).json(change)).await
    }

    /// Pull requests, open and closed, that hold a commit. Those from forks are among them.
    pub async fn pulls_of_commit(&self, commit: &CommitSha) -> Result<Vec<Pull>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", &[commit.as_str()])).await
    }

    /// Oldest first; 250 at most.
    pub async fn pull_commits(&self, number: PullNumber) -> Result<Vec<Commit>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", &[&number.to_string()])).await
    }

    /// What changed, as far as GitHub shows it: 3,000 files at most.
    pub async fn pull_files(&self, number: PullNumber) -> Result<Vec<PullFile>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", &[&number.to_string()])).await
    }
}
