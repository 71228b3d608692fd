//! `pr-analyzer.plan_review`: what is to be said about a change, given what was said before. Its output is stored, so that
//! a restarted process does what was planned, and no second plan.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    analyze_diff::AnalyzedDiff,
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    memory,
    tool::{Access, Tool},
};
use crate::{
    config::{
        links::Links,
        policy::{Policy, Role},
    },
    domain::ids::PullNumber,
    github::{client::GitHub, permissions::Permissions, repository::RepositoryClient, threads::ReviewThread},
    review::{
        input::ReviewInput,
        lack,
        mark::Mark,
        memory::{Known, Resolution, ThreadSeen, reconcile},
        plan::{ReviewPlan, plan},
    },
    store::{db::Db, posted_finding},
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
        let Input { change, analyzed } = input;
        let said = match change.target.pull() {
            Some(pull) => self.said_before(&repository, pull.number).await?,
            None => SaidBefore::default(),
        };
        let plan = plan(&ReviewInput {
            policy: Policy { folders: analyzed.folders, ..change.policy },
            target: change.target,
            analysis: analyzed.analysis,
            known: said.known,
            renames: analyzed.renames,
            summary: said.summary,
            blocking: said.blocking,
            notes: [change.notes, analyzed.notes].concat(),
            run_url: Some(self.links.execution(context.scope.execution)),
        });
        Ok(ReviewPlan { lack_is_told: said.lack_is_told, ..plan })
    }
}

/// What Seam has on a pull request.
#[derive(Default)]
struct SaidBefore {
    known: Vec<Known>,
    summary: Option<String>,
    blocking: Vec<i64>,
    lack_is_told: bool,
}

impl PlanReview {
    /// What the store remembers, put right by what GitHub shows; and what else Seam said there.
    async fn said_before(&self, repository: &RepositoryClient, pull: PullNumber) -> Result<SaidBefore, ToolError> {
        let app = self.github.app().own().await?;
        let (threads, comments) =
            tokio::try_join!(repository.review_threads(pull), repository.issue_comments(pull, None))?;
        let threads: Vec<_> = threads.into_iter().filter_map(|thread| own_thread(thread, &app.slug)).collect();
        let stored = posted_finding::list(&self.db, repository.id(), pull).await?;
        let known = reconcile(stored.into_iter().map(memory::known).collect(), &threads);
        let own = comments.into_iter();
        let own: Vec<_> = own.filter(|comment| app.is_author(comment.user.as_ref())).map(|one| one.body).collect();
        // A review that asks for changes has raised something.
        let reviews = if known.is_empty() { Vec::new() } else { repository.reviews(pull).await? };
        let blocking = reviews.iter().filter(|one| one.asks_for_changes() && app.is_author(one.user.as_ref()));
        let is_summary = |body: &&String| Mark::ending(body).is_some_and(|mark| mark.kind == "summary");
        Ok(SaidBefore {
            known,
            summary: own.iter().rfind(is_summary).cloned(),
            blocking: blocking.map(|review| review.id).collect(),
            lack_is_told: own.iter().any(|body| lack::is_told_in(body)),
        })
    }
}

/// A thread that Seam began. GraphQL writes a bot's login without `[bot]`.
fn own_thread(thread: ReviewThread, slug: &str) -> Option<ThreadSeen> {
    let first = thread.comments.into_iter().next()?;
    if first.author.as_ref().is_none_or(|author| author.login != slug) {
        return None;
    }
    let by_app = thread.resolved_by.as_ref().is_some_and(|actor| actor.login == slug);
    Some(ThreadSeen {
        thread_node_id: thread.node_id,
        comment_id: first.id?,
        body: first.body,
        path: thread.path,
        line: thread.line,
        outdated: thread.is_outdated,
        resolution: match (thread.is_resolved, by_app) {
            (false, _) => Resolution::Unresolved,
            (true, true) => Resolution::ByApp,
            (true, false) => Resolution::ByPerson,
        },
    })
}
