//! Files of a repository without cloning it. Source: <https://docs.github.com/rest/repos/contents>.

use bytes::Bytes;

use super::{
    error::GitHubError,
    permissions::{Permission, Permissions},
    repository::RepositoryClient,
    tokens::{Reach, Scope},
};
use crate::domain::ids::RepoName;

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
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Ok(None);
        }
        let mut request = self.request("GET /repos/{owner}/{repo}/contents/{path}", &[path]).raw(max_bytes);
        if let Some(git_ref) = git_ref {
            request = request.query("ref", git_ref);
        }
        match self.send(&request).await {
            // A directory is listed as JSON, whatever was asked for.
            Ok(answer) if answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) => {
                Ok(None)
            }
            Ok(answer) => Ok(Some(answer.body)),
            Err(GitHubError::NotFound { .. }) => Ok(None),
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
