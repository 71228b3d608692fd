//! `github.explain_skip`: says in the check run why there is no review.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    perform::perform,
    tool::{Access, Tool},
};
use crate::{
    config::{links::Links, policy::Role},
    effects::performer::Performer,
    github::{client::GitHub, permissions::Permissions},
    review::skip::{SkipReason, plan_skip},
    store::db::Db,
};

pub struct ExplainSkip {
    pub github: GitHub,
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
}

impl Tool for ExplainSkip {
    const NAME: &'static str = "github.explain_skip";
    const DESCRIPTION: &'static str = "Completes the check run of a change that is not reviewed, and says why.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    /// Why there is no review.
    type Output = Option<SkipReason>;

    async fn run(&self, context: &ToolContext, Input { change }: Input) -> Result<Option<SkipReason>, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        if let Some(reason) = change.skip {
            let clock = context.services.clock.clone();
            let performer = Performer::new(self.db.clone(), repository.clone(), context.scope.lease(), clock);
            let run_url = self.links.execution(context.scope.execution);
            let plan = plan_skip(reason, change.target.head(), &change.notes, Some(&run_url));
            perform(context, &performer, &repository, &change.target, &plan).await?;
        }
        Ok(change.skip)
    }
}
