//! The fields of GitHub's payloads that Seam uses, and what each event makes of them. Nearly every one is optional, and
//! none leaves this room.

use serde::Deserialize;

use super::shape::{
    ChangesField, CheckRunField, CheckSuiteField, CommentField, InstallationField, IssueField, LabelField,
    MergeGroupField, NumberField, PullRequestField, RepositoryField, RequestedActionField, Text, ThreadField,
    UserField,
};
use crate::domain::{
    event::{
        CheckRun, CheckSuite, Comment, CommentPlace, Event, EventKind, Installation, InstallationRepositories,
        PullRequest, Push, RepoRef, ReviewThread,
    },
    ids::{CheckRunId, CommentId, InstallationId, PullNumber, RepoName, RepositoryId},
};

/// The fields that every event may have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope {
    action: Option<Text>,
    installation: Option<InstallationField>,
    repository: Option<RepositoryField>,
    sender: Option<UserField>,
}

/// The fields of all events that Seam understands, in one: no two of these events give a name two shapes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payload {
    action: Option<Text>,
    installation: Option<InstallationField>,
    repository: Option<RepositoryField>,
    sender: Option<UserField>,
    // push
    #[serde(rename = "ref")]
    git_ref: Option<Text>,
    before: Option<Text>,
    after: Option<Text>,
    created: Option<bool>,
    deleted: Option<bool>,
    forced: Option<bool>,
    // pull requests, their comments and threads
    pull_request: Option<PullRequestField>,
    changes: Option<ChangesField>,
    label: Option<LabelField>,
    requested_reviewer: Option<UserField>,
    issue: Option<IssueField>,
    comment: Option<CommentField>,
    review: Option<CommentField>,
    thread: Option<ThreadField>,
    // checks
    check_run: Option<CheckRunField>,
    check_suite: Option<CheckSuiteField>,
    requested_action: Option<RequestedActionField>,
    merge_group: Option<MergeGroupField>,
    // installations
    repositories: Option<Vec<RepositoryField>>,
    repositories_added: Option<Vec<RepositoryField>>,
    repositories_removed: Option<Vec<RepositoryField>>,
}

impl Envelope {
    pub(super) fn event(self, name: &str, kind: EventKind) -> Event {
        Event {
            name: name.to_owned(),
            action: self.action.and_then(Text::short),
            installation: self.installation.map(|installation| InstallationId(installation.id)),
            repository: self.repository.and_then(RepositoryField::repository),
            sender: self.sender.and_then(|sender| sender.account()),
            kind,
        }
    }
}

impl Payload {
    /// The events that [`Payload::kind`] understands.
    pub(super) const KNOWN: [&'static str; 13] = [
        "push",
        "pull_request",
        "issue_comment",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
        "check_run",
        "check_suite",
        "installation",
        "installation_repositories",
        "repository",
        "merge_group",
        "ping",
    ];

    pub(super) fn into_envelope(self) -> Envelope {
        let Self { action, installation, repository, sender, .. } = self;
        Envelope { action, installation, repository, sender }
    }

    /// `None` when a field is missing that the event cannot be understood without.
    pub(super) fn kind(&mut self, name: &str) -> Option<EventKind> {
        Some(match name {
            "push" => EventKind::Push(self.push()?),
            "pull_request" => EventKind::PullRequest(self.pull_request()?),
            "issue_comment" => {
                let issue = self.issue.take()?;
                let pull = issue.pull_request.map(|_| issue.number);
                EventKind::Comment(self.comment(CommentPlace::Conversation, pull)?)
            }
            "pull_request_review" => {
                self.comment = self.review.take();
                let pull = self.pull_request.as_ref()?.number;
                EventKind::Comment(self.comment(CommentPlace::ReviewBody, Some(pull))?)
            }
            "pull_request_review_comment" => {
                let pull = self.pull_request.as_ref()?.number;
                EventKind::Comment(self.comment(CommentPlace::Thread, Some(pull))?)
            }
            "pull_request_review_thread" => EventKind::ReviewThread(self.review_thread()?),
            "check_run" => EventKind::CheckRun(self.check_run()?),
            "check_suite" => EventKind::CheckSuite(self.check_suite()?),
            "installation" => EventKind::Installation(self.installation()?),
            "installation_repositories" => EventKind::InstallationRepositories(InstallationRepositories {
                added: repo_refs(self.repositories_added.take()),
                removed: repo_refs(self.repositories_removed.take()),
            }),
            "repository" => EventKind::Repository,
            "merge_group" => EventKind::MergeGroup { head_sha: self.merge_group.take()?.head_sha.sha()? },
            "ping" => EventKind::Ping,
            _ => EventKind::Unknown,
        })
    }

    fn push(&mut self) -> Option<Push> {
        Some(Push {
            git_ref: self.git_ref.take()?.0,
            before: self.before.take()?.sha()?,
            after: self.after.take()?.sha()?,
            created: self.created.unwrap_or_default(),
            deleted: self.deleted.unwrap_or_default(),
            forced: self.forced.unwrap_or_default(),
        })
    }

    fn pull_request(&mut self) -> Option<PullRequest> {
        let pull = self.pull_request.take()?;
        let head = pull.head?;
        Some(PullRequest {
            number: PullNumber(pull.number),
            head_sha: head.sha?.sha()?,
            head_ref: head.name.map(|name| name.0).unwrap_or_default(),
            base_ref: pull.base?.name?.0,
            draft: pull.draft.unwrap_or_default(),
            base_changed: self.changes.take().is_some_and(|changes| changes.base.is_some()),
            label: self.label.take().and_then(|label| label.name).map(|name| name.0),
            requested_reviewer: self.requested_reviewer.take().and_then(|reviewer| reviewer.account()),
        })
    }

    fn comment(&mut self, place: CommentPlace, pull: Option<i64>) -> Option<Comment> {
        let comment = self.comment.take()?;
        // A deleted user is null; who sent the event is then the best there is.
        let author = comment.user.as_ref().or(self.sender.as_ref())?.account()?;
        Some(Comment {
            place,
            id: CommentId(comment.id),
            node_id: comment.node_id.and_then(Text::short),
            pull: pull.map(PullNumber),
            author,
            body: comment.body.unwrap_or_default().0,
            old_body: self.changes.take().and_then(|changes| changes.body?.from).map(|from| from.0),
            in_reply_to: comment.in_reply_to_id.map(CommentId),
        })
    }

    fn review_thread(&mut self) -> Option<ReviewThread> {
        let thread = self.thread.take()?;
        Some(ReviewThread {
            pull: PullNumber(self.pull_request.take()?.number),
            node_id: thread.node_id.0,
            resolved: self.action.as_ref().is_some_and(|action| action.0 == "resolved"),
            comments: thread.comments.into_iter().flatten().map(|comment| CommentId(comment.id)).collect(),
        })
    }

    fn check_run(&mut self) -> Option<CheckRun> {
        let run = self.check_run.take()?;
        Some(CheckRun {
            id: CheckRunId(run.id),
            app_id: run.app.and_then(|app| app.id),
            head_sha: run.head_sha.sha()?,
            head_branch: run.check_suite.and_then(|suite| suite.head_branch).map(|branch| branch.0),
            pulls: pull_numbers(run.pull_requests),
            requested_action: self.requested_action.take().and_then(|action| action.identifier).map(|id| id.0),
        })
    }

    fn check_suite(&mut self) -> Option<CheckSuite> {
        let suite = self.check_suite.take()?;
        Some(CheckSuite {
            app_id: suite.app.and_then(|app| app.id),
            head_sha: suite.head_sha.sha()?,
            head_branch: suite.head_branch.map(|branch| branch.0),
            pulls: pull_numbers(suite.pull_requests),
        })
    }

    fn installation(&mut self) -> Option<Installation> {
        let installation = self.installation.as_ref()?;
        Some(Installation {
            id: InstallationId(installation.id),
            account: installation.account.as_ref()?.account()?,
            repositories: repo_refs(self.repositories.take()),
        })
    }
}

fn repo_refs(repositories: Option<Vec<RepositoryField>>) -> Vec<RepoRef> {
    let name = |repository: RepositoryField| {
        let name: RepoName = repository.full_name.0.parse().ok()?;
        Some(RepoRef { id: RepositoryId(repository.id), name })
    };
    repositories.into_iter().flatten().filter_map(name).collect()
}

fn pull_numbers(pulls: Option<Vec<NumberField>>) -> Vec<PullNumber> {
    pulls.into_iter().flatten().map(|pull| PullNumber(pull.number)).collect()
}
