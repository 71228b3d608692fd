//! Files of a repository without cloning it. Source: <https://docs.github.com/rest/repos/contents>.

use bytes::Bytes;

use super::{
    error::GitHubError,
    permissions::{Permission, Permissions},
    repository::RepositoryClient,
    tokens::{Reach, Scope},
};
use crate::domain::ids::RepoName;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    File(Bytes),
    Folder,
    /// Nothing, or there is no such ref.
    Nothing,
}

impl RepositoryClient {
    /// A file's bytes. `git_ref`: a branch, tag or commit; `None` for the default branch. `None` comes back when there is
    /// no such file (or it is a directory), or no such ref.
    ///
    /// # Errors
    /// `TooLarge` beyond `max_bytes`.
    pub async fn file(
        &self,
        path: &str,
        git_ref: Option<&str>,
        max_bytes: usize,
    ) -> Result<Option<Bytes>, GitHubError> {
        Ok(match self.content(path, git_ref, max_bytes).await? {
            Content::File(bytes) => Some(bytes),
            Content::Folder | Content::Nothing => None,
        })
    }

    /// What stands at a path, as [`Self::file`] finds it.
    ///
    /// # Errors
    /// `TooLarge` where a file, or what GitHub lists of a folder, is beyond `max_bytes`.
    pub async fn content(&self, path: &str, git_ref: Option<&str>, max_bytes: usize) -> Result<Content, GitHubError> {
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Ok(Content::Nothing);
        }
        let mut request = self.request("GET /repos/{owner}/{repo}/contents/{path}", &[path]).raw(max_bytes);
        if let Some(git_ref) = git_ref {
            request = request.query("ref", git_ref);
        }
        match self.send(&request).await {
            // A directory is listed as JSON, whatever was asked for.
            Ok(answer) if answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) => {
                Ok(Content::Folder)
            }
            Ok(answer) => Ok(Content::File(answer.body)),
            Err(GitHubError::NotFound { .. }) => Ok(Content::Nothing),
            Err(error) => Err(error),
        }
    }

    /// A file on the default branch of another repository of the same account, read with a token for that one alone.
    /// `None` comes back, too, when the installation does not reach it.
    ///
    /// # Errors
    /// `TooLarge` beyond `max_bytes`.
    pub async fn file_of_sibling(
        &self,
        sibling: &RepoName,
        path: &str,
        max_bytes: usize,
    ) -> Result<Option<Bytes>, GitHubError> {
        match self.sibling(sibling).file(path, None, max_bytes).await {
            Err(GitHubError::NoAccess { .. } | GitHubError::NotGranted { .. }) => Ok(None),
            answer => answer,
        }
    }

    /// Whether the installation reaches another repository of the same account: GitHub says of one that it does not
    /// reach what it says of a file that is not there.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn reaches_sibling(&self, sibling: &RepoName) -> Result<bool, GitHubError> {
        match self.sibling(sibling).repository().await {
            Ok(_) => Ok(true),
            Err(GitHubError::NotFound { .. } | GitHubError::NoAccess { .. } | GitHubError::NotGranted { .. }) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn sibling(&self, name: &RepoName) -> Self {
        let permissions = Permissions::default().read(Permission::Contents);
        let scope = Scope { reach: Reach::Name(name.clone()), permissions, ..self.scope.clone() };
        Self { scope, name: name.clone(), ..self.clone() }
    }
}
