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
        let permissions = Permissions::default().read(Permission::Contents);
        let scope = Scope { reach: Reach::Name(sibling.clone()), permissions, ..self.scope.clone() };
        match (Self { scope, name: sibling.clone(), ..self.clone() }).file(path, None, max_bytes).await {
            Err(GitHubError::NoAccess { .. } | GitHubError::NotGranted { .. }) => Ok(None),
            answer => answer,
        }
    }
}
