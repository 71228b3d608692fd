//! `github.post_review`: does what was planned, each write once, and remembers what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    memory,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    effects::performer::Performer,
    github::{client::GitHub, permissions::Permissions},
    review::{memory::attach, plan::ReviewPlan, round::Round},
    store::{db::Db, posted_finding},
};

pub struct PostReview {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
    plan: ReviewPlan,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PostedReview {
    /// As in "2 fixed, 1 open, 0 new".
    pub title: String,
    pub round: Round,
    /// Comments that stand on GitHub now and did not before.
    pub comments: usize,
}

impl Tool for PostReview {
    const NAME: &'static str = "github.post_review";
    const DESCRIPTION: &'static str =
        "Posts a planned review: inline comments, replies, resolved threads, the summary and the check run.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = PostedReview;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<PostedReview, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        let Input { change, mut plan } = input;
        let id = repository.id();
        let clock = &context.services.clock;
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock.clone());
        let mut posted = Vec::new();
        for planned in &plan.effects {
            context.check()?;
            posted.extend(performer.perform(planned).await?.posted().iter().cloned().map(memory::comment));
        }
        attach(&mut plan.memory, &posted);
        if let Some(pull) = change.target.pull() {
            let row = |known| memory::posted(known, &pull.head, clock.now());
            let rows: Vec<_> = plan.memory.into_iter().map(row).collect();
            posted_finding::upsert(&self.db, id, pull.number, &rows).await?;
        }
        Ok(PostedReview { title: plan.title, round: plan.round, comments: posted.len() })
    }
}
