//! `pr-analyzer.plan_review`: what is to be said about a change, given what was said before. Its output is stored, so that
//! a restarted process does what was planned, and no second plan.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    analyze_diff::AnalyzedDiff,
    context::ToolContext,
    conversation::Conversation,
    error::ToolError,
    load_change::LoadedChange,
    tool::{Access, Tool},
};
use crate::{
    config::{
        links::Links,
        policy::{Policy, Role},
    },
    domain::{finding::Analysis, ids::RepositoryId},
    github::{client::GitHub, permissions::Permissions},
    review::{
        input::{Note, NoteKind, PullFacts, ReviewInput},
        plan::{ReviewPlan, plan},
        skip::Cause,
    },
    store::{db::Db, posted_finding, review_round},
};

pub struct PlanReview {
    pub github: GitHub,
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
    analyzed: AnalyzedDiff,
}

impl Tool for PlanReview {
    const NAME: &'static str = "pr-analyzer.plan_review";
    const DESCRIPTION: &'static str =
        "Decides what a review says: what is new, what is fixed, and what was said before. Changes nothing.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = ReviewPlan;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<ReviewPlan, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let Input { mut change, analyzed } = input;
        let said = match change.target.pull() {
            Some(pull) => Conversation::of(&repository, &self.db, pull, context.services.clock.now()).await?,
            None => Conversation::default(),
        };
        if let Some(pull) = change.target.pull() {
            let pause = self.pause(repository.id(), pull, &change).await?;
            change.notes.extend(pause);
        }
        change.notes.extend(self.proposals(repository.id(), &change.policy, &analyzed.analysis).await?);
        let plan = plan(&ReviewInput {
            policy: Policy { folders: analyzed.folders, ..change.policy },
            target: change.target,
            analysis: analyzed.analysis,
            known: said.known,
            dismissed: said.dismissed,
            others: said.others,
            unchanged: if change.full { BTreeSet::new() } else { analyzed.unchanged },
            renames: analyzed.renames,
            summary: said.summary,
            blocking: said.blocking,
            notes: [change.notes, analyzed.notes].concat(),
            run_url: Some(self.links.execution(context.scope.execution)),
        });
        Ok(ReviewPlan { lack_is_told: said.lack_is_told, ..plan })
    }
}

impl PlanReview {
    /// Said once, in the check run of the last push before the pause.
    async fn pause(
        &self,
        repository: RepositoryId,
        pull: &PullFacts,
        change: &LoadedChange,
    ) -> Result<Option<Note>, ToolError> {
        let after = change.policy.review.pause_after;
        if after == 0 || change.cause != Cause::Push {
            return Ok(None);
        }
        let round = review_round::get(&self.db, repository, pull.number).await?;
        let unheard = round.filter(|round| round.head != pull.head).map_or(1, |round| round.unheard + 1);
        let text = format!(
            "nobody was heard of in {after} pushes, so the next ones are not reviewed by themselves. Any comment, or \
             resolving a thread, ends the pause; `/seam review` asks for one review now."
        );
        Ok((unheard >= after).then_some(Note { kind: NoteKind::Pause, text }))
    }

    /// Rules of this review that people here mostly dismiss.
    async fn proposals(
        &self,
        repository: RepositoryId,
        policy: &Policy,
        analysis: &Analysis,
    ) -> Result<Vec<Note>, ToolError> {
        let acceptance = &policy.acceptance;
        let outcomes = posted_finding::outcomes(&self.db, repository).await?.into_iter();
        let unwanted = outcomes.filter(|outcome| {
            outcome.is_unwanted(acceptance.least, acceptance.after)
                && analysis.findings.iter().any(|finding| finding.rule == outcome.rule)
        });
        Ok(unwanted.map(|outcome| Note { kind: NoteKind::Proposal, text: outcome.to_string() }).collect())
    }
}
