//! `commands.explain_review`: how the last review of a pull request came to what it said, from what was stored when it ran.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    analyze_diff::AnalyzedDiff,
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    tool::{Access, Tool},
};
use crate::{
    commands::parse::Command,
    config::{links::Links, policy::Role},
    domain::{
        event::CommentRef,
        execution::{Execution, ExecutionStatus, Step},
        finding::Fingerprint,
        ids::{PullNumber, RepositoryId},
    },
    review::{
        markdown::{code, prose, shorten},
        plan::ReviewPlan,
        why::{About, Threads, Told, render},
    },
    store::{
        db::Db,
        dismissal::{self, Dismissal, DismissedBy},
        error::StoreError,
        execution::{self, Filter},
        posted_finding::{self, PostedFinding},
        step,
    },
};

/// The workflow whose runs are explained, and the nodes of it whose outputs are read.
const WORKFLOW: &str = "review";
const CHANGE: &str = "change";
const ANALYZE: &str = "analyze";
const PLAN: &str = "plan";

pub struct ExplainReview {
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    comment: CommentRef,
    command: Command,
}

impl Tool for ExplainReview {
    const NAME: &'static str = "commands.explain_review";
    const DESCRIPTION: &'static str =
        "Says why a pull request, or a file or line of it, was reviewed or was not, and what became of each finding.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let Some(repository) = context.scope.repository else {
            return Err(ToolError::skip("there is no repository to speak of"));
        };
        let posted = posted_finding::list(&self.db, repository, input.pull_number).await?;
        let about = About::parse(&input.command.arguments).or_else(|| about_thread(&input.comment, &posted));
        let Some(run) = self.last_run(repository, input.pull_number).await? else {
            return Err(ToolError::skip("no review of this pull request is remembered; `/review` asks for one"));
        };
        let steps = step::of(&self.db, run.id).await?;
        let change: Option<LoadedChange> = output(&steps, CHANGE);
        let analyzed: Option<AnalyzedDiff> = output(&steps, ANALYZE);
        let plan: Option<ReviewPlan> = output(&steps, PLAN);
        let dismissed = dismissal::list(&self.db, repository).await?;
        let none = BTreeMap::new();
        let of_change = change.iter().flat_map(|change| &change.notes);
        let notes: Vec<_> = of_change.chain(analyzed.iter().flat_map(|analyzed| &analyzed.notes)).cloned().collect();
        let told = Told {
            head: &self.head(&run, change.as_ref(), analyzed.as_ref(), plan.as_ref()),
            policy: change.as_ref().map(|change| &change.policy),
            origins: change.as_ref().map_or(&none, |change| &change.origins),
            analysis: analyzed.as_ref().map(|analyzed| &analyzed.analysis),
            decisions: plan.as_ref().map(|plan| plan.decisions.as_slice()),
            notes: &notes,
            threads: &Posted { posted, dismissed, pull: input.pull_number },
        };
        Ok(Answer { text: render(&told, about.as_ref()) })
    }
}

impl ExplainReview {
    /// The newest that has begun, of those that speak of the pull request.
    async fn last_run(&self, repository: RepositoryId, pull: PullNumber) -> Result<Option<Execution>, StoreError> {
        let (workflow, repository) = (Some(WORKFLOW.to_owned()), Some(repository));
        let filter = Filter { workflow, repository, limit: 1_000, ..Filter::default() };
        let runs = execution::list(&self.db, &filter).await?;
        let counts = |run: &Execution| {
            run.started_at.is_some() && !matches!(run.status, ExecutionStatus::Superseded | ExecutionStatus::Cancelled)
        };
        Ok(runs.into_iter().find(|run| run.input["pull_number"] == pull.0 && counts(run)))
    }

    fn head(
        &self,
        run: &Execution,
        change: Option<&LoadedChange>,
        analyzed: Option<&AnalyzedDiff>,
        plan: Option<&ReviewPlan>,
    ) -> String {
        let event = run.input["event"].as_str().unwrap_or_default();
        let by = run.input["actor"]["login"].as_str().map(|login| format!(" by {}", code(&shorten(login, 100))));
        let cause = format!("{}{}", code(&shorten(event, 100)), by.unwrap_or_default());
        let head = analyzed.map(|analyzed| &analyzed.head).or(change.map(|change| change.target.head()));
        let of = head.map(|head| format!(" of {}", head.short())).unwrap_or_default();
        let against = analyzed.map(|analyzed| format!(", compared with {},", analyzed.base.short()));
        let (id, link) = (run.id, self.links.execution(run.id));
        let mut text = format!(
            "The last review{of}{} was [execution {id}]({link}), started by {cause}.",
            against.unwrap_or_default()
        );
        match (change.and_then(|change| change.skip), plan) {
            (Some(reason), _) => text.push_str(&format!(" There was nothing to do: {}", reason.summary())),
            (None, Some(plan)) => text.push_str(&format!(" It said: {}.", prose(&shorten(&plan.title, 300)))),
            (None, None) => {}
        }
        if let Some(reason) = &run.reason {
            text.push_str(&format!(" It is {}: {}.", run.status.as_str(), prose(&shorten(reason, 1_000))));
        }
        text
    }
}

/// In the thread of a finding its lines are meant.
fn about_thread(comment: &CommentRef, posted: &[PostedFinding]) -> Option<About> {
    let thread = comment.thread()?;
    let finding = posted.iter().find(|one| one.comment == Some(thread))?;
    Some(About { path: finding.path.clone(), line: finding.line })
}

fn output<T: DeserializeOwned>(steps: &[Step], path: &str) -> Option<T> {
    let output = steps.iter().find(|step| step.path == path)?.output.clone();
    // Another release may have stored it.
    serde_json::from_value(output).ok()
}

#[derive(Debug)]
struct Posted {
    posted: Vec<PostedFinding>,
    dismissed: Vec<Dismissal>,
    /// The pull request that is spoken of.
    pull: PullNumber,
}

impl Threads for Posted {
    fn standing(&self, fingerprint: &Fingerprint, path: &str) -> Option<&'static str> {
        let same = |one: &&PostedFinding| one.fingerprint == *fingerprint && one.path == path;
        self.posted.iter().filter(|one| one.comment.is_some()).find(same).map(|one| one.life.as_str())
    }

    fn dismissed(&self, fingerprint: &Fingerprint, path: &str) -> Option<String> {
        let same = |one: &&Dismissal| one.fingerprint == *fingerprint && one.path == path;
        let Dismissal { way, by, pull, reason, .. } = self.dismissed.iter().find(same)?;
        let how = match way {
            DismissedBy::Resolved => "resolved its thread",
            DismissedBy::Reaction => "gave it a thumbs down",
            DismissedBy::Deleted => "deleted its comment",
            DismissedBy::Command => "asked for it by a command",
        };
        let place = if *pull == self.pull { "here".to_owned() } else { format!("on pull request #{pull}") };
        let reason = reason.as_deref().map(|reason| format!(": {}", prose(&shorten(reason, 500)).replace('\n', " ")));
        Some(format!("{place} by {}, who {how}{}", code(&shorten(by, 100)), reason.unwrap_or_default()))
    }
}
