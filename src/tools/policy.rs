//! Loads the policy that holds for a repository: its own `.github/seam.yml` over its organisation's. Both are read from
//! default branches only: a pull request cannot change its own reviewer.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::error::ToolError;
use crate::{
    analysis::engine::Engine,
    config::{
        effective::{Effective, PATH},
        policy_file::{PolicyFile, too_large},
    },
    domain::ids::{InstallationId, RepoName},
    github::{error::GitHubError, repository::RepositoryClient},
    store::{db::Db, organisation_policy},
};

/// The repository that holds an organisation's defaults.
const ORGANISATION: &str = ".github";
/// Bytes of a file at most; a larger one is as good as a broken one.
const MAX_BYTES: usize = 256 * 1024;

/// What policies are loaded with. Cheap to clone.
#[derive(Clone)]
pub struct Policies {
    pub db: Db,
    /// Knows all rules by name.
    pub engine: Arc<Engine>,
}

impl Policies {
    /// Needs a token that may read contents.
    ///
    /// # Errors
    /// When GitHub or the database fails; a file that is broken is a problem of the policy.
    pub async fn load(&self, repository: &RepositoryClient, now: DateTime<Utc>) -> Result<Effective, ToolError> {
        let sibling = format!("{}/{ORGANISATION}", repository.name().owner()).parse::<RepoName>().ok();
        let sibling = sibling.filter(|sibling| sibling != repository.name());
        let own = async { text(repository.file(PATH, None, MAX_BYTES).await) };
        let organisation = async {
            match &sibling {
                Some(sibling) => text(repository.file_of_sibling(sibling, PATH, MAX_BYTES).await),
                None => Ok(None),
            }
        };
        let (own, organisation) = tokio::try_join!(own, organisation)?;
        let last_good = match sibling {
            Some(_) => self.last_good(repository.installation(), organisation.as_deref(), now).await?,
            None => None,
        };
        let mut effective = Effective::with_last_good(organisation.as_deref(), last_good.as_deref(), own.as_deref());
        effective.tell_unknown_rules(|| self.engine.rule_ids());
        Ok(effective)
    }

    /// The last version of the organisation's file in which nothing was wrong; it is remembered when it is the present one.
    async fn last_good(
        &self,
        installation: InstallationId,
        present: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, ToolError> {
        let known = organisation_policy::get(&self.db, installation).await?;
        match present {
            None if known.is_some() => organisation_policy::remove(&self.db, installation).await?,
            Some(text) if known.as_deref() != Some(text) && PolicyFile::parse(text).faults.is_empty() => {
                organisation_policy::put(&self.db, installation, text, now).await?;
            }
            _ => {}
        }
        Ok(known)
    }
}

/// A file that is too large is as good as a broken one: the check run says so.
fn text(file: Result<Option<Bytes>, GitHubError>) -> Result<Option<String>, ToolError> {
    match file {
        Ok(bytes) => Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        Err(GitHubError::TooLarge { .. }) => Ok(Some(too_large())),
        Err(error) => Err(error.into()),
    }
}
