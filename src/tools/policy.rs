//! Loads the policy that holds for a repository: its own `.github/seam.yml` over its organisation's. Both are read from
//! default branches only: a pull request cannot change its own reviewer.

use bytes::Bytes;

use super::error::ToolError;
use crate::{
    config::policy_layers::Effective,
    domain::ids::RepoName,
    github::{error::GitHubError, repository::RepositoryClient},
};

const PATH: &str = ".github/seam.yml";
/// The repository that holds an organisation's defaults.
const ORGANISATION: &str = ".github";
/// Bytes of a file at most; a larger one is as good as a broken one.
const MAX_BYTES: usize = 256 * 1024;

/// Needs a token that may read contents.
pub async fn load(repository: &RepositoryClient) -> Result<Effective, ToolError> {
    let own = text(repository.file(PATH, None, MAX_BYTES).await)?;
    let sibling = format!("{}/{ORGANISATION}", repository.name().owner()).parse::<RepoName>().ok();
    let organisation = match sibling.filter(|sibling| sibling != repository.name()) {
        Some(sibling) => text(repository.file_of_sibling(&sibling, PATH, MAX_BYTES).await)?,
        None => None,
    };
    Ok(Effective::of(organisation.as_deref(), own.as_deref()))
}

/// A file that is too large becomes one that no parser takes: the check run says so, and defaults hold.
fn text(file: Result<Option<Bytes>, GitHubError>) -> Result<Option<String>, ToolError> {
    match file {
        Ok(bytes) => Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        Err(GitHubError::TooLarge { limit, .. }) => Ok(Some(format!("larger than {limit} bytes"))),
        Err(error) => Err(error.into()),
    }
}
