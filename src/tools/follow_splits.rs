//! `github.follow_splits`: a slice was merged, closed or changed; what stands on it follows. The event only says where to
//! look: every open split of the repository is looked at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    restacking::{self, Onto},
    slicer::Slicer,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    git::mirror::Mirrors,
    github::client::GitHub,
    store::{db::Db, split},
};

pub struct FollowSplits {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub policies: Policies,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Followed {
    /// What was done about each open split.
    splits: Vec<String>,
}

impl Tool for FollowSplits {
    const NAME: &'static str = "github.follow_splits";
    const DESCRIPTION: &'static str =
        "Brings open slices up to date after one of them was merged, closed or changed: rebuilds those above it.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Followed;

    async fn run(&self, context: &ToolContext, Input {}: Input) -> Result<Followed, ToolError> {
        let slicer = Slicer::new(&self.github, (&self.mirrors, &self.policies, &self.db), context)?;
        let (mut splits, mut failures) = (Vec::new(), Vec::new());
        for split in split::open(&self.db, slicer.repository.id()).await? {
            match restacking::restack(&slicer, split, Onto::Same).await {
                Ok(done) => splits.push(done),
                Err(ToolError::Superseded) => return Err(ToolError::Superseded),
                // The others follow all the same.
                Err(failure) => failures.push(failure),
            }
        }
        match gravest(failures) {
            Some(failure) => Err(failure),
            None if splits.is_empty() => Err(ToolError::skip("no split is open here")),
            None => Ok(Followed { splits }),
        }
    }
}

/// What the execution ends with. What may pass goes first, as the next attempt looks at all of them again; what went wrong goes
/// before what there was no need to do. The others are logged.
fn gravest(mut failures: Vec<ToolError>) -> Option<ToolError> {
    failures.sort_by_key(|failure| match failure {
        ToolError::Superseded => 0,
        ToolError::Retry { .. } | ToolError::Away(_) => 1,
        ToolError::Fatal(_) => 2,
        ToolError::Skip(_) => 3,
    });
    let mut failures = failures.into_iter();
    let gravest = failures.next();
    for other in failures {
        tracing::warn!(error = %other, "a split was not brought up to date");
    }
    gravest
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_went_wrong_is_not_hidden_by_what_was_skipped() {
        let skip = || ToolError::skip("nothing to do");
        let fatal = || ToolError::Fatal(anyhow!("refused"));
        let failures = |all: Vec<ToolError>| gravest(all).map(|failure| failure.to_string());
        assert_eq!(failures(vec![skip(), fatal()]), Some("refused".to_owned()));
        assert_eq!(failures(vec![skip(), fatal(), ToolError::Away(anyhow!("away"))]), Some("away".to_owned()));
        assert_eq!(failures(vec![skip(), ToolError::retry(anyhow!("busy")), fatal()]), Some("busy".to_owned()));
        assert_eq!(failures(vec![]), None);
    }
}
