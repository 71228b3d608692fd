//! Commits and branches made without a clone. Source: <https://docs.github.com/rest/git>; branches are moved by GraphQL's
//! `updateRefs`, which alone asks where they stood before, and moves several at once or none.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{commits::Parent, error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::{
    effect::{BranchMove, TreeMode},
    ids::CommitSha,
};

/// A commit as the git database has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GitCommit {
    pub sha: CommitSha,
    pub tree: GitObject,
    pub parents: Vec<Parent>,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GitObject {
    /// Hexadecimal object id.
    pub sha: String,
}

/// An entry of a tree to be made; without an object it is taken away, which fails where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeEntry<'a> {
    pub path: &'a str,
    pub mode: TreeMode,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub sha: Option<&'a str>,
}

#[derive(Deserialize)]
struct Reference {
    object: ReferenceObject,
}

#[derive(Deserialize)]
struct ReferenceObject {
    sha: CommitSha,
}

const MOVE: &str = "\
mutation($repository: ID!, $moves: [RefUpdate!]!) {
  updateRefs(input: { repositoryId: $repository, refUpdates: $moves }) { clientMutationId }
}";

impl RepositoryClient {
    /// # Errors
    /// `NotFound` when there is no such commit.
    pub async fn git_commit(&self, commit: &CommitSha) -> Result<GitCommit, GitHubError> {
        self.fetch(&self.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", &[commit.as_str()])).await
    }

    /// `content`: in base64. Gives the object's id: the same content is the same object, however often it is sent.
    pub async fn create_blob(&self, content: &str) -> Result<String, GitHubError> {
        let blob = json!({ "content": content, "encoding": "base64" });
        let request = self.request("POST /repos/{owner}/{repo}/git/blobs", &[]).kind(Kind::Set).json(&blob);
        Ok(self.fetch::<GitObject>(&request).await?.sha)
    }

    /// The tree `base` with other entries. Gives its id: the same tree is the same object.
    pub async fn create_tree(&self, base: &str, entries: &[TreeEntry<'_>]) -> Result<String, GitHubError> {
        let tree = json!({ "base_tree": base, "tree": entries });
        let request = self.request("POST /repos/{owner}/{repo}/git/trees", &[]).kind(Kind::Set).json(&tree);
        Ok(self.fetch::<GitObject>(&request).await?.sha)
    }

    /// A commit that nothing points at yet; a second one like it does no harm. GitHub signs it, because it is not told who
    /// made it: <https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification>.
    pub async fn create_commit(
        &self,
        tree: &str,
        parents: &[CommitSha],
        message: &str,
    ) -> Result<GitCommit, GitHubError> {
        let commit = json!({ "message": message, "tree": tree, "parents": parents });
        let request = self.request("POST /repos/{owner}/{repo}/git/commits", &[]).kind(Kind::Set).json(&commit);
        self.fetch(&request).await
    }

    /// Where a branch stands; `None` where there is none.
    pub async fn branch_head(&self, branch: &str) -> Result<Option<CommitSha>, GitHubError> {
        let name = format!("heads/{branch}");
        match self.fetch(&self.request("GET /repos/{owner}/{repo}/git/ref/{ref}", &[&name])).await {
            Ok(Reference { object }) => Ok(Some(object.sha)),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes, moves and deletes branches: all of them, or none where one does not stand where it is thought to.
    ///
    /// # Errors
    /// `GraphQl` when one stands elsewhere, or a rule of the repository forbids the move.
    pub async fn move_branches(&self, moves: &[BranchMove]) -> Result<(), GitHubError> {
        let update = |one: &BranchMove| {
            let name = format!("refs/heads/{}", one.branch);
            json!({ "name": name, "beforeOid": one.from, "afterOid": one.to, "force": true })
        };
        let updates: Vec<Value> = moves.iter().map(update).collect();
        let repository = self.repository().await?.node_id;
        let variables = json!({ "repository": repository, "moves": updates });
        // Moved already, it is refused: from where it was thought to stand it moves once.
        self.graphql::<Value>(Kind::Create, MOVE, &variables).await.map(drop)
    }
}
