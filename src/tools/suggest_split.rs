//! `github.suggest_split`: a big push to a branch without a pull request is planned as slices, in an execution of its own: the
//! review does not wait for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    context::ToolContext,
    error::ToolError,
    load_change::{Base, LoadedChange},
    load_split::OWN_BRANCHES,
    tool::{Access, Tool},
};
use crate::{
    config::policy::{Role, SplitOnPush},
    domain::execution::{Lane, NewExecution, Priority, Supersede},
    review::input::Target,
    store::{db::Db, enqueue, execution},
};

/// The workflow that plans, and its lane.
const WORKFLOW: &str = "split";

pub struct SuggestSplit {
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Suggested {
    /// A plan is made.
    planned: bool,
}

impl Tool for SuggestSplit {
    const NAME: &'static str = "github.suggest_split";
    const DESCRIPTION: &'static str = "Has a big push to a branch without a pull request planned as slices.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Suggested;

    async fn run(&self, context: &ToolContext, Input { change }: Input) -> Result<Suggested, ToolError> {
        let Target::Branch(branch) = &change.target else { return Ok(Suggested { planned: false }) };
        // A push to the default branch is compared with what was there before.
        let is_default = !matches!(change.base, Base::MergeBaseWith(_));
        let is_off = change.policy.split.on_push == SplitOnPush::Off;
        if is_default || is_off || branch.branch.starts_with(OWN_BRANCHES) {
            return Ok(Suggested { planned: false });
        }
        let (Some(repository), own) = (context.scope.repository, context.scope.execution) else {
            return Ok(Suggested { planned: false });
        };
        let delivery = execution::get(&self.db, own).await?.and_then(|own| own.delivery);
        let new = NewExecution {
            workflow: WORKFLOW.to_owned(),
            lane: Some(Lane(format!("{repository}:{WORKFLOW}"))),
            supersede: Supersede::Never,
            priority: Priority::Push,
            installation: context.scope.installation,
            repository: Some(repository),
            repo: context.scope.repo.clone(),
            input: json!({
                "event": "push", "actor": null, "pull_number": null, "branch": branch.branch,
                "head_sha": branch.head, "command": null, "requested_action": null,
            }),
            delivery,
            once: Some(format!("{WORKFLOW}:{repository}@{}:{}", branch.branch, branch.head)),
            after: None,
        };
        enqueue::enqueue(&self.db, &[new], context.services.clock.now()).await?;
        Ok(Suggested { planned: true })
    }
}
