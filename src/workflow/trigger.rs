//! Which workflows an event starts. Pure: an event and definitions in, executions to be queued (or the reason why there are
//! none) out.

use std::time::Duration;

use super::{definition::Definition, event_input::EventInput, expression::Variables, hearing, value};
use crate::{
    commands::parse::{Command, parse_commands},
    config::policy::Role,
    domain::{
        event::{Account, CheckRun, Comment, Event, EventKind},
        execution::{Lane, NewExecution, Priority, Supersede},
        ids::{AccountId, RepositoryId},
    },
};

/// The branches of merge queues; they are tested through `merge_group`, and arrive as pushes too.
const MERGE_QUEUE: &str = "gh-readonly-queue/";

/// What starts a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// `pull_request.opened`, or `pull_request` for all its actions.
    pub events: Vec<String>,
    /// Only pushes to these branches and pull requests from them: a name, or `NAME/**`; all where it is empty.
    pub branches: Vec<String>,
    /// Of clicks on buttons of a check run only those on these; all where it is empty.
    pub buttons: Vec<String>,
    /// Each by its name, or one use of a command of Seam's own, as in `ignore rule`.
    pub commands: Vec<String>,
    pub schedule: Option<Duration>,
    /// What a person must be to start it by a command; `None`: what its tools ask for.
    pub role: Option<Role>,
}

impl Trigger {
    fn hears(&self, event: &Event) -> bool {
        let full = event.full_name();
        let named =
            |name: &String| *name == full || *name == event.name || name.strip_suffix(".*") == Some(&event.name);
        self.events.iter().any(named) && self.hears_of(branch(&event.kind)) && self.hears_click(&event.kind)
    }

    fn hears_click(&self, event: &EventKind) -> bool {
        let EventKind::CheckRun(CheckRun { requested_action: Some(button), .. }) = event else { return true };
        self.buttons.is_empty() || self.buttons.contains(button)
    }

    pub(super) fn has_command(&self, name: &str) -> bool {
        self.commands.iter().any(|command| command == name)
    }

    /// What is about no branch is about every branch.
    fn hears_of(&self, branch: Option<&str>) -> bool {
        let fits = |pattern: &String, branch: &str| match pattern.strip_suffix("**") {
            Some(start) => branch.starts_with(start),
            None => branch == pattern,
        };
        let Some(branch) = branch.filter(|_| !self.branches.is_empty()) else { return true };
        self.branches.iter().any(|pattern| fits(pattern, branch))
    }
}

/// The branch with the changes that an event tells of.
fn branch(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::Push(push) => push.branch(),
        EventKind::PullRequest(pull) => Some(&pull.head_ref),
        _ => None,
    }
}

/// Who we are, to know our own events again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnApp {
    pub app_id: i64,
    /// As in mentions and in the bot's login, `SLUG[bot]`.
    pub slug: String,
    /// The bot's account, where it is known.
    pub bot: Option<AccountId>,
}

impl OwnApp {
    /// The bot's login is `SLUG[bot]`; nobody else can have it.
    pub(super) fn is(&self, account: &Account) -> bool {
        let is_named = || account.login.strip_suffix("[bot]").is_some_and(|slug| slug.eq_ignore_ascii_case(&self.slug));
        self.bot == Some(account.id) || (account.is_bot && is_named())
    }
}

/// What is to be done about an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Never empty. Whoever stores them adds the delivery.
    Start(Vec<NewExecution>),
    /// Nothing, and why.
    Skip(String),
}

/// Of one event: a newer one makes an older one superfluous, or each says something of its own.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) priority: Priority,
    pub(super) supersede: Supersede,
}

pub fn decide(event: &Event, definitions: &[Definition], own: &OwnApp) -> Decision {
    let start = match start(event, own) {
        Ok(start) => start,
        Err(reason) => return Decision::Skip(reason),
    };
    let hearing = definitions.iter().filter(|definition| definition.trigger.hears(event) && !is_by_bot(event, own));
    let mut executions: Vec<_> = hearing.map(|definition| execution(event, definition, start, None)).collect();
    executions.extend(hearing::hear(event, definitions, own));
    if executions.is_empty() { Decision::Skip(nothing_heard(event, own)) } else { Decision::Start(executions) }
}

fn nothing_heard(event: &Event, own: &OwnApp) -> String {
    let commands = match &event.kind {
        EventKind::Comment(_) if is_by_bot(event, own) => return "a bot wrote the comment".to_owned(),
        EventKind::Comment(comment) => parse_commands(&comment.body, &own.slug),
        _ => Vec::new(),
    };
    let names: Vec<_> = commands.iter().map(|command| command.name.as_str()).collect();
    match names.is_empty() {
        true => format!("no workflow is started by {}", event.full_name()),
        false => format!("no workflow has the command {}", names.join(", ")),
    }
}

/// Other bots' comments start nothing but commands that a repository allows them, or two bots would talk for ever. A person
/// who deletes what Seam wrote is heard.
fn is_by_bot(event: &Event, own: &OwnApp) -> bool {
    let EventKind::Comment(comment) = &event.kind else { return false };
    let is_own_deleted = event.action.as_deref() == Some("deleted") && own.is(&comment.author);
    event.sender.as_ref().is_some_and(|sender| sender.is_bot) || (comment.author.is_bot && !is_own_deleted)
}

/// How the event starts what hears of it, or why nothing does.
fn start(event: &Event, own: &OwnApp) -> Result<Start, String> {
    let skip = |reason: &str| Err(reason.to_owned());
    let action = event.action.as_deref().unwrap_or_default();
    let by_event = |priority, supersede| Ok(Start { priority, supersede });
    match &event.kind {
        EventKind::Ping => return skip("a ping asks for nothing"),
        EventKind::Unknown => return Err(format!("{} is an event that Seam does not know", event.full_name())),
        EventKind::Installation(_) | EventKind::InstallationRepositories(_) => {
            return by_event(Priority::Upkeep, Supersede::Never);
        }
        _ => {}
    }
    if event.installation.is_none() || event.repository.is_none() {
        return skip("it names no installation with a repository");
    }
    // What Seam commits to a pull request, because somebody asked for it, is reviewed like anybody's.
    let is_commit = matches!(&event.kind, EventKind::PullRequest(_)) && action == "synchronize";
    if !is_commit && event.sender.as_ref().is_some_and(|sender| own.is(sender)) {
        return skip("it is the echo of what Seam did itself");
    }
    match &event.kind {
        EventKind::Push(push) => match push.branch() {
            None => skip("a tag was pushed"),
            Some(_) if push.deleted => skip("a branch was deleted"),
            Some(branch) if branch.starts_with(MERGE_QUEUE) => skip("a merge queue's own branch was pushed"),
            Some(_) => by_event(Priority::Push, Supersede::Older),
        },
        EventKind::PullRequest(pull) => match action {
            "edited" if !pull.base_changed => skip("only the words of the pull request were edited"),
            "review_requested" if !pull.requested_reviewer.as_ref().is_some_and(|reviewer| own.is(reviewer)) => {
                skip("the review is asked of somebody else")
            }
            "review_requested" => by_event(Priority::Command, Supersede::Never),
            "labeled" | "unlabeled" => by_event(Priority::Push, Supersede::Never),
            _ => by_event(Priority::Push, Supersede::Older),
        },
        EventKind::Comment(Comment { pull: None, .. }) => skip("the comment is not on a pull request"),
        EventKind::Comment(_) => by_event(Priority::Push, Supersede::Never),
        EventKind::ReviewThread(_) => by_event(Priority::Push, Supersede::Never),
        EventKind::CheckRun(run) => match (run.app_id == Some(own.app_id), action) {
            (false, _) => skip("the check run is another App's"),
            (true, "rerequested" | "requested_action") => by_event(Priority::Command, Supersede::Never),
            (true, _) => skip("it is the echo of what Seam did itself"),
        },
        EventKind::CheckSuite(suite) => match (suite.app_id == Some(own.app_id), action) {
            (false, _) => skip("the check suite is another App's"),
            (true, "rerequested") => by_event(Priority::Command, Supersede::Never),
            (true, _) => skip("what was pushed is heard of by push and pull_request"),
        },
        EventKind::MergeGroup { .. } => by_event(Priority::Push, Supersede::Older),
        EventKind::Repository => by_event(Priority::Upkeep, Supersede::Never),
        EventKind::Installation(_) | EventKind::InstallationRepositories(_) | EventKind::Ping | EventKind::Unknown => {
            skip("it asks for nothing")
        }
    }
}

/// `command`: what of the event it is to be about.
pub(super) fn execution(
    event: &Event,
    definition: &Definition,
    start: Start,
    command: Option<&Command>,
) -> NewExecution {
    let input = EventInput::of(event, command.cloned());
    let lane = match (&event.repository, event.installation) {
        (Some(repository), _) => Some(lane(definition, &input, repository.id)),
        (None, Some(installation)) => Some(Lane(format!("{}:installation:{installation}", definition.name))),
        (None, None) => None,
    };
    NewExecution {
        workflow: definition.name.clone(),
        lane,
        priority: start.priority,
        supersede: start.supersede,
        installation: event.installation,
        repository: event.repository.as_ref().map(|repository| repository.id),
        repo: event.repository.as_ref().map(|repository| repository.name.clone()),
        input: input.to_json(),
        delivery: None,
        once: None,
        after: None,
    }
}

/// Keyed by the repository's id, which survives a rename, and by the workflow, unless the workflow names its own lane.
fn lane(definition: &Definition, input: &EventInput, repository: RepositoryId) -> Lane {
    if let Some(template) = &definition.lane {
        let mut variables = Variables::default();
        variables.set("input", &input.to_json());
        match template.evaluate(&variables) {
            Ok(lane) => return Lane(format!("{repository}:{}", value::to_text(lane))),
            Err(error) => {
                tracing::warn!(workflow = definition.name, %error, "the lane cannot be told; the usual one is taken");
            }
        }
    }
    let name = &definition.name;
    let place = match (input.pull_number, &input.branch, &input.head_sha) {
        (Some(pull), _, _) => format!("#{pull}"),
        (None, Some(branch), _) => format!("@{branch}"),
        (None, None, Some(sha)) => format!("@{sha}"),
        (None, None, None) => String::new(),
    };
    Lane(format!("{name}:{repository}{place}"))
}
