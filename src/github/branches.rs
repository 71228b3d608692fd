//! Branches, and commits made on them. Source: <https://docs.github.com/rest/branches/branches> and
//! <https://docs.github.com/graphql/reference/mutations#createcommitonbranch>.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::{effect::ChangedFile, ids::CommitSha};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Branch {
    pub name: String,
    pub protected: bool,
}

/// A commit among those of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ComparedCommit {
    pub sha: CommitSha,
    #[serde(rename = "commit")]
    pub details: super::commits::CommitDetails,
}

#[derive(Deserialize)]
struct Comparison {
    commits: Vec<ComparedCommit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitAnswer {
    create_commit_on_branch: Option<CommitPayload>,
}

#[derive(Deserialize)]
struct CommitPayload {
    commit: Option<Oid>,
}

#[derive(Deserialize)]
struct Oid {
    oid: CommitSha,
}

const COMMIT: &str = "\
mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}";

impl RepositoryClient {
    /// `None`: there is no such branch.
    pub async fn branch(&self, name: &str) -> Result<Option<Branch>, GitHubError> {
        match self.fetch(&self.request("GET /repos/{owner}/{repo}/branches/{branch}", &[name])).await {
            Ok(branch) => Ok(Some(branch)),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The commits that `head` (a commit or a branch) has and `base` has not, oldest first; 250 at most.
    pub async fn commits_between(&self, base: &CommitSha, head: &str) -> Result<Vec<ComparedCommit>, GitHubError> {
        let request = self.request("GET /repos/{owner}/{repo}/compare/{basehead}", &[&format!("{base}...{head}")]);
        self.fetch::<Comparison>(&request).await.map(|comparison| comparison.commits)
    }

    /// One commit of these files on top of `expected`, where the branch must stand. GitHub signs it for the App.
    ///
    /// # Errors
    /// `Conflict` when the branch stands elsewhere.
    pub async fn commit_on_branch(
        &self,
        branch: &str,
        expected: &CommitSha,
        (headline, body): (&str, &str),
        files: &[ChangedFile],
    ) -> Result<CommitSha, GitHubError> {
        let additions: Vec<Value> = files
            .iter()
            .map(|file| json!({ "path": file.path, "contents": BASE64_STANDARD.encode(&file.content) }))
            .collect();
        let input = json!({
            "branch": { "repositoryNameWithOwner": self.name, "branchName": branch },
            "expectedHeadOid": expected,
            "message": { "headline": headline, "body": body },
            "fileChanges": { "additions": additions },
        });
        let answer: CommitAnswer = self.graphql(Kind::Create, COMMIT, &json!({ "input": input })).await?;
        let commit = answer.create_commit_on_branch.and_then(|payload| payload.commit);
        commit.map(|commit| commit.oid).ok_or(GitHubError::NotFound { endpoint: "POST /graphql" })
    }
}
