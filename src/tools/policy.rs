//! Loads the policy that holds for a repository: its own `.github/seam.yml` over its organisation's. Both are read from
//! default branches only: a pull request cannot change its own reviewer.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::error::ToolError;
use crate::{
    analysis::engine::Engine,
    config::{
        effective::{Effective, Origin, PATH, Position, Problem},
        policy_file::{PolicyFile, too_large},
    },
    domain::ids::RepoName,
    github::{error::GitHubError, repository::RepositoryClient},
    store::{db::Db, organisation_policy},
};

/// The repository that holds an organisation's defaults.
const ORGANISATION: &str = ".github";
/// Bytes of a file at most; a larger one is as good as a broken one.
pub(super) const MAX_BYTES: usize = 256 * 1024;

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
        let mut effective = match &sibling {
            Some(sibling) => self.under(repository, sibling, organisation, own.as_deref(), now).await?,
            None => Effective::of(None, own.as_deref()),
        };
        effective.tell_unknown_rules(|| self.engine.rule_ids());
        Ok(effective)
    }

    /// The repository's file under the organisation's. The last version of that in which nothing was wrong is remembered: it
    /// holds while the present one is broken, or out of reach, for it may lock settings.
    async fn under(
        &self,
        repository: &RepositoryClient,
        sibling: &RepoName,
        organisation: Option<String>,
        own: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Effective, ToolError> {
        let installation = repository.installation();
        let known = organisation_policy::get(&self.db, installation).await?;
        match (organisation, known) {
            (Some(text), known) => {
                if known.as_ref() != Some(&text) && PolicyFile::parse(&text).faults.is_empty() {
                    organisation_policy::put(&self.db, installation, &text, now).await?;
                }
                Ok(Effective::with_last_good(Some(&text), known.as_deref(), own))
            }
            (None, Some(known)) if is_out_of_reach(repository, sibling).await? => {
                let mut effective = Effective::of(Some(&known), own);
                effective.problems.insert(0, out_of_reach(sibling));
                Ok(effective)
            }
            (None, known) => {
                if known.is_some() {
                    organisation_policy::remove(&self.db, installation).await?;
                }
                Ok(Effective::of(None, own))
            }
        }
    }
}

/// The installation does not reach the repository, which may be there all the same.
async fn is_out_of_reach(repository: &RepositoryClient, sibling: &RepoName) -> Result<bool, ToolError> {
    if repository.reaches_sibling(sibling).await? {
        return Ok(false);
    }
    let installation = repository.github().app().installation(repository.installation()).await?;
    Ok(installation.is_some_and(|installation| !installation.covers_all()))
}

fn out_of_reach(sibling: &RepoName) -> Problem {
    let text = format!(
        "the App does not reach `{sibling}` any more; the last version that it read is used, until it is given that \
         repository again"
    );
    Problem { position: Position { origin: Origin::Organisation, file: PATH.to_owned(), line: None }, text }
}

/// A file that is too large is as good as a broken one: the check run says so.
fn text(file: Result<Option<Bytes>, GitHubError>) -> Result<Option<String>, ToolError> {
    match file {
        Ok(bytes) => Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        Err(GitHubError::TooLarge { .. }) => Ok(Some(too_large())),
        Err(error) => Err(error.into()),
    }
}
