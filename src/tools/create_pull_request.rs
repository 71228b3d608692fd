//! `github.create_pull_request`: opens a pull request between two branches of the repository, once.

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{
        effect::{Effect, EffectKey, PlannedEffect},
        ids::PullNumber,
    },
    effects::{performer::Performer, result::EffectResult},
    github::{client::GitHub, permissions::Permissions},
    review::{
        mark::Mark,
        markdown::{disarm, shorten},
        paper::MOST_BYTES,
    },
    store::db::Db,
};

pub struct CreatePullRequest {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    title: String,
    /// Markdown.
    body: String,
    /// The branch to merge into.
    base: String,
    /// The branch with the changes.
    head: String,
    #[serde(default = "yes")]
    draft: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    number: PullNumber,
    /// Drafts are not available on every plan.
    draft: bool,
}

impl Tool for CreatePullRequest {
    const NAME: &'static str = "github.create_pull_request";
    const DESCRIPTION: &'static str = "Opens a pull request between two branches of the repository.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Output;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Output, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        // Of one step, whatever it is called again for.
        let key = EffectKey(format!("pull-request:{}/{}", context.scope.execution, context.scope.step));
        let body = Mark::of_effect(&key).end(&shorten(&disarm(&input.body), MOST_BYTES));
        let Input { title, base, head, draft, .. } = input;
        context.check()?;
        let effect = Effect::OpenPull { branch: head, base, title, body, draft };
        match performer.perform(&PlannedEffect { key, effect }).await? {
            EffectResult::Pull { pull, draft } => Ok(Output { number: pull, draft }),
            other => Err(ToolError::Fatal(anyhow!("a pull request became {other:?}"))),
        }
    }
}
