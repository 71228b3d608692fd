//! Which workflows an event starts. Pure: an event and definitions in, executions to be queued (or the reason why there are
//! none) out.

use std::time::Duration;

use super::{definition::Definition, event_input::EventInput, expression::Variables, value};
use crate::{
    commands::parse::{Command, parse_commands},
    domain::{
        event::{Comment, Event, EventKind},
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
    pub commands: Vec<String>,
    pub schedule: Option<Duration>,
}

impl Trigger {
    fn hears(&self, event: &Event) -> bool {
        let full = event.full_name();
        self.events
            .iter()
            .any(|name| *name == full || *name == event.name || name.strip_suffix(".*") == Some(&event.name))
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

/// What is to be done about an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Never empty. Whoever stores them adds the delivery.
    Start(Vec<NewExecution>),
    /// Nothing, and why.
    Skip(String),
}

/// Of one event: a newer one makes an older one superfluous, or each says something of its own.
struct Start {
    priority: Priority,
    supersede: Supersede,
    command: Option<Command>,
}

pub fn decide(event: &Event, definitions: &[Definition], own: &OwnApp) -> Decision {
    match starts(event, own) {
        Err(reason) => Decision::Skip(reason),
        Ok(starts) => {
            let executions: Vec<_> = starts
                .iter()
                .flat_map(|start| {
                    let wanted = |definition: &&Definition| match &start.command {
                        Some(command) => definition.trigger.commands.contains(&command.name),
                        None => definition.trigger.hears(event),
                    };
                    definitions.iter().filter(wanted).map(|definition| execution(event, definition, start))
                })
                .collect();
            if executions.is_empty() {
                Decision::Skip(nothing_heard(event, &starts))
            } else {
                Decision::Start(executions)
            }
        }
    }
}

fn nothing_heard(event: &Event, starts: &[Start]) -> String {
    let commands: Vec<_> = starts.iter().filter_map(|start| start.command.as_ref()).map(|c| c.name.as_str()).collect();
    match commands.is_empty() {
        true => format!("no workflow is started by {}", event.full_name()),
        false => format!("no workflow has the command {}", commands.join(", ")),
    }
}

/// What in the event may start something, or why nothing does.
fn starts(event: &Event, own: &OwnApp) -> Result<Vec<Start>, String> {
    let skip = |reason: &str| Err(reason.to_owned());
    let action = event.action.as_deref().unwrap_or_default();
    let by_event = |priority, supersede| Ok(vec![Start { priority, supersede, command: None }]);
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
    if is_own(event, own) {
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
            "labeled" | "unlabeled" => by_event(Priority::Push, Supersede::Never),
            _ => by_event(Priority::Push, Supersede::Older),
        },
        EventKind::Comment(comment) => from_comment(comment, event, own),
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

/// The bot's login is `SLUG[bot]`; nobody else can have it.
fn is_own(event: &Event, own: &OwnApp) -> bool {
    event.sender.as_ref().is_some_and(|sender| match own.bot {
        Some(bot) if bot == sender.id => true,
        _ => {
            sender.is_bot && sender.login.strip_suffix("[bot]").is_some_and(|slug| slug.eq_ignore_ascii_case(&own.slug))
        }
    })
}

/// Only new comments of people on pull requests hold commands; other bots are not answered, or two bots would talk for ever.
fn from_comment(comment: &Comment, event: &Event, own: &OwnApp) -> Result<Vec<Start>, String> {
    let is_new = matches!(event.action.as_deref(), Some("created" | "submitted"));
    if comment.pull.is_none() {
        return Err("the comment is not on a pull request".to_owned());
    }
    if !is_new {
        return Err("an edited or deleted comment asks for nothing new".to_owned());
    }
    if comment.author.is_bot {
        return Err("a bot wrote the comment".to_owned());
    }
    let commands = parse_commands(&comment.body, &own.slug).into_iter();
    let mut starts: Vec<_> = commands
        .map(|command| Start { priority: Priority::Command, supersede: Supersede::Never, command: Some(command) })
        .collect();
    starts.push(Start { priority: Priority::Push, supersede: Supersede::Never, command: None });
    Ok(starts)
}

fn execution(event: &Event, definition: &Definition, start: &Start) -> NewExecution {
    let input = EventInput::of(event, start.command.clone());
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
