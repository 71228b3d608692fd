//! `github.tell_progress`: how far a command is that takes long, where it was asked for: in one comment, which its answer
//! then takes the place of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    feedback::{answer_key, progress_key, reply},
    tool::{Access, Tool},
};
use crate::{
    commands::parse::Command,
    config::policy::Role,
    domain::{
        effect::PlannedEffect,
        event::CommentRef,
        ids::{ExecutionId, PullNumber},
    },
    effects::performer::Performer,
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
    },
    review::plan::digest,
    store::db::Db,
};

pub struct TellProgress {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The execution that tells the end, and waits for it.
    answer: ExecutionId,
    pull_number: PullNumber,
    comment: CommentRef,
    command: Command,
    /// Markdown.
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {}

impl Tool for TellProgress {
    const NAME: &'static str = "github.tell_progress";
    const DESCRIPTION: &'static str = "Tells the person who wrote a command how far it is, in one comment.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Admin;

    type Input = Input;
    type Output = Told;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Told, ToolError> {
        let Input { answer, pull_number, comment, command, text } = input;
        let answer = answer_key(&comment, &command, answer);
        let key = progress_key(&answer, &digest(&[&text]));
        let PlannedEffect { effect, .. } = reply(answer, pull_number, &comment, &command, &text);
        let permissions = Permissions::default().write(Permission::PullRequests);
        let repository = context.scope.repository(&self.github, permissions)?;
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        context.check()?;
        performer.perform(&PlannedEffect { key, effect }).await?;
        Ok(Told {})
    }
}
