//! Who may do what in a repository.
//! Source: <https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user>.

use serde::Deserialize;

use super::{error::GitHubError, repository::RepositoryClient};
use crate::config::policy::Role;

/// GitHub folds `maintain` into `write` and `triage` into `read`.
#[derive(Deserialize)]
struct Answer {
    permission: String,
}

impl RepositoryClient {
    /// What a person may do; `None` is nothing at all. Every account may read a public repository.
    pub async fn role_of(&self, login: &str) -> Result<Option<Role>, GitHubError> {
        let endpoint = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
        match self.fetch(&self.request(endpoint, &[login])).await {
            Ok(Answer { permission }) => Ok(match permission.as_str() {
                "admin" => Some(Role::Admin),
                "write" | "maintain" => Some(Role::Write),
                "read" | "triage" => Some(Role::Read),
                _ => None,
            }),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
