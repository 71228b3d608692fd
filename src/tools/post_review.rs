//! `github.post_review`: does what was planned, each write once, and remembers what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    memory,
    perform::{Performed, perform},
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::effect::Effect,
    effects::{performer::Performer, result::EffectResult},
    github::{client::GitHub, permissions::Permissions},
    review::{
        memory::{Known, attach},
        plan::ReviewPlan,
        round::Round,
        skip::Cause,
    },
    store::{
        db::Db,
        pause, posted_finding,
        review_round::{self, ReviewRound},
    },
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
        let performer = Performer::new(self.db.clone(), repository.clone(), context.scope.lease(), clock.clone());
        let Performed { results, undone } = perform(context, &performer, &repository, &change.target, &plan).await?;
        let posted: Vec<_> = results.iter().flat_map(EffectResult::posted).cloned().map(memory::comment).collect();
        attach(&mut plan.memory, &posted);
        if let Some(pull) = change.target.pull() {
            // What could not be said is not remembered: a later review says it.
            let was_said = |known: &Known| !undone.iter().any(|effect| speaks_of(effect, known));
            let said = plan.memory.into_iter().filter(was_said);
            let rows: Vec<_> = said.map(|known| memory::posted(known, &pull.head, clock.now())).collect();
            posted_finding::upsert(&self.db, id, pull.number, &rows).await?;
            if undone.is_empty() {
                let (head, at) = (pull.head.clone(), clock.now());
                let round = ReviewRound { head, basis: plan.basis, partly: plan.partly, unheard: 0, at };
                review_round::finish(&self.db, id, pull.number, &round, change.cause == Cause::Push).await?;
            }
            if plan.pauses {
                pause::pause(&self.db, id, pull.number, None, clock.now()).await?;
            }
        }
        Ok(PostedReview { title: plan.title, round: plan.round, comments: posted.len() })
    }
}

/// The effect was to raise this problem, or to say that it is gone.
fn speaks_of(effect: &Effect, known: &Known) -> bool {
    match effect {
        Effect::CreateReview { comments, .. } => {
            known.comment_id.is_none() && comments.iter().any(|comment| comment.fingerprint == known.fingerprint)
        }
        Effect::CreateFileComment { fingerprint, .. } => {
            known.comment_id.is_none() && *fingerprint == known.fingerprint
        }
        Effect::ReplyInThread { comment, .. } => known.comment_id == Some(*comment),
        Effect::UpsertComment { .. }
        | Effect::UpsertReply { .. }
        | Effect::ResolveThread { .. }
        | Effect::ReopenThread { .. }
        | Effect::DismissReview { .. }
        | Effect::React { .. }
        | Effect::DescribePull { .. }
        | Effect::CreateCommit { .. }
        | Effect::MakeCommit { .. }
        | Effect::MoveBranches { .. }
        | Effect::OpenPull { .. }
        | Effect::EditPull { .. }
        | Effect::LabelPull { .. }
        | Effect::LinkStack { .. }
        | Effect::Unstack { .. }
        | Effect::CompleteCheckRun { .. } => false,
    }
}
