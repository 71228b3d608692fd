//! What `${input...}` means in an execution that an event started.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    commands::parse::Command,
    domain::{
        event::{Account, CommentRef, Event, EventKind, Repository, ReviewThread},
        ids::{CheckRunId, CommitSha, PullNumber},
    },
};

/// All keys are always there, `null` where the event says nothing of it: a workflow that hears of pushes and of pull
/// requests can name both. A hint, as every event: what matters is loaded again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventInput {
    /// As in `pull_request.opened`.
    pub event: String,
    pub repository: Option<Repository>,
    /// Who did it.
    pub actor: Option<Account>,
    pub pull_number: Option<PullNumber>,
    pub head_sha: Option<CommitSha>,
    /// Of a pull request.
    pub base_ref: Option<String>,
    pub draft: Option<bool>,
    pub label: Option<String>,
    /// Of a push or a check, without `refs/heads/`.
    pub branch: Option<String>,
    /// The head before a push; `null` where the branch is new.
    pub before: Option<CommitSha>,
    pub forced: Option<bool>,
    pub command: Option<Command>,
    pub comment: Option<CommentRef>,
    pub thread: Option<ReviewThread>,
    pub check_run: Option<CheckRunId>,
    /// The button of a check run.
    pub requested_action: Option<String>,
}

impl EventInput {
    /// Of an execution that a person started by hand: whatever they did not say is `null`.
    pub fn by_hand() -> Self {
        Self { event: "by_hand".to_owned(), ..Self::default() }
    }

    pub(super) fn of(event: &Event, command: Option<Command>) -> Self {
        let mut input = Self {
            event: event.full_name(),
            repository: event.repository.clone(),
            actor: event.sender.clone(),
            command,
            ..Self::default()
        };
        match &event.kind {
            EventKind::Push(push) => {
                input.branch = push.branch().map(str::to_owned);
                input.head_sha = Some(push.after.clone());
                input.before = Some(push.before.clone()).filter(|before| !before.is_zero());
                input.forced = Some(push.forced);
            }
            EventKind::PullRequest(pull) => {
                input.pull_number = Some(pull.number);
                input.head_sha = Some(pull.head_sha.clone());
                input.base_ref = Some(pull.base_ref.clone());
                input.draft = Some(pull.draft);
                input.label = pull.label.clone();
            }
            EventKind::Comment(comment) => {
                input.pull_number = comment.pull;
                input.comment = Some(comment.into());
            }
            EventKind::ReviewThread(thread) => {
                input.pull_number = Some(thread.pull);
                input.thread = Some(thread.clone());
            }
            EventKind::CheckRun(run) => {
                input.pull_number = run.pulls.first().copied();
                input.head_sha = Some(run.head_sha.clone());
                input.branch = run.head_branch.clone();
                input.check_run = Some(run.id);
                input.requested_action = run.requested_action.clone();
            }
            EventKind::CheckSuite(suite) => {
                input.pull_number = suite.pulls.first().copied();
                input.head_sha = Some(suite.head_sha.clone());
                input.branch = suite.head_branch.clone();
            }
            EventKind::MergeGroup { head_sha } => input.head_sha = Some(head_sha.clone()),
            EventKind::Installation(_)
            | EventKind::InstallationRepositories(_)
            | EventKind::Repository
            | EventKind::Ping
            | EventKind::Unknown => {}
        }
        input
    }

    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("it has only text keys and JSON values")
    }
}
