//! Calls that reach one repository and nothing else.

use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    answer::Answer,
    client::GitHub,
    error::GitHubError,
    pages,
    permissions::Permissions,
    request::Request,
    send::Identity,
    tokens::{Reach, Scope},
};
use crate::domain::ids::{InstallationId, RepoName, RepositoryId};

/// One repository with a token that reaches only it. The calls themselves stand in the topics: `pulls`, `checks`,
/// `reviews`, `comments`, `threads`, `contents`, `commits`, `collaborators`, `git_data`, `stacks`, `labels`, `rules`.
#[derive(Clone)]
pub struct RepositoryClient {
    pub(crate) github: GitHub,
    pub(crate) scope: Scope,
    pub(crate) id: RepositoryId,
    pub(crate) name: RepoName,
}

/// What GitHub says of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Repository {
    pub id: RepositoryId,
    /// GraphQL's id of the same.
    #[serde(default)]
    pub node_id: String,
    #[serde(rename = "full_name")]
    pub name: RepoName,
    pub default_branch: String,
    pub private: bool,
    #[serde(default)]
    pub fork: bool,
    #[serde(default)]
    pub archived: bool,
    pub html_url: String,
}

impl GitHub {
    /// A repository of which nothing but the name is known. `None`: the App is not installed there, or there is none.
    pub async fn repository_named(
        &self,
        name: &RepoName,
        permissions: Permissions,
    ) -> Result<Option<RepositoryClient>, GitHubError> {
        let Some(installation) = self.app().installation_of(name).await? else { return Ok(None) };
        let scope = Scope { installation: installation.id, reach: Reach::Name(name.clone()), permissions };
        // Its number is not known yet, and not needed to ask for it.
        let named = RepositoryClient { github: self.clone(), scope, id: RepositoryId(0), name: name.clone() };
        let found = named.repository().await?;
        Ok(Some(self.repository(installation.id, found.id, found.name, named.scope.permissions)))
    }
}

impl RepositoryClient {
    pub fn installation(&self) -> InstallationId {
        self.scope.installation
    }

    pub fn id(&self) -> RepositoryId {
        self.id
    }

    pub fn name(&self) -> &RepoName {
        &self.name
    }

    /// The same repository with another token.
    #[must_use]
    pub fn with_permissions(&self, permissions: Permissions) -> Self {
        Self { scope: Scope { permissions, ..self.scope.clone() }, ..self.clone() }
    }

    pub fn github(&self) -> &GitHub {
        &self.github
    }

    pub fn permissions(&self) -> &Permissions {
        &self.scope.permissions
    }

    /// The installation token itself, for git. Lives for some minutes at least; ask again for each fetch.
    pub async fn token(&self) -> Result<SecretString, GitHubError> {
        let issuer = self.github.inner.jwt.issuer()?;
        self.github.token(&issuer, &self.scope).await
    }

    /// Name, default branch and visibility as they are now. A renamed repository is found under its old name, too.
    pub async fn repository(&self) -> Result<Repository, GitHubError> {
        self.fetch(&self.request("GET /repos/{owner}/{repo}", &[])).await
    }

    /// A call below `/repos/{owner}/{repo}`; `values` are those of the names that follow.
    pub(crate) fn request(&self, endpoint: &'static str, values: &[&str]) -> Request {
        let mut all = vec![self.name.owner(), self.name.name()];
        all.extend(values);
        Request::new(endpoint, &all)
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, GitHubError> {
        self.github.send(Identity::Installation(&self.scope), request).await
    }

    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T, GitHubError> {
        self.send(request).await?.json(request)
    }

    /// All pages of a list.
    pub(crate) async fn list<T: DeserializeOwned>(&self, request: Request) -> Result<Vec<T>, GitHubError> {
        pages::list(&self.github, Identity::Installation(&self.scope), request).await
    }
}
