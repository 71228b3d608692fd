//! `commands.pause_reviews`: no reviews on a pull request that nobody asks for, or again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{event::Account, ids::PullNumber},
    store::{db::Db, pause},
};

pub struct PauseReviews {
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    actor: Account,
    /// Or reviewed as ever.
    paused: bool,
}

impl Tool for PauseReviews {
    const NAME: &'static str = "commands.pause_reviews";
    const DESCRIPTION: &'static str = "Stops the reviews of a pull request that nobody asks for, or lets them go on.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let Some(repository) = context.scope.repository else {
            return Err(ToolError::skip("there is no repository to speak of"));
        };
        let (pull, now) = (input.pull_number, context.services.clock.now());
        let text = if input.paused {
            pause::pause(&self.db, repository, pull, Some(&input.actor.login), now).await?;
            "Reviews are paused on this pull request: pushes are not reviewed until `/resume`. `/review` asks for one review now."
        } else {
            pause::resume(&self.db, repository, pull).await?;
            "Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now."
        };
        Ok(Answer { text: text.to_owned() })
    }
}
