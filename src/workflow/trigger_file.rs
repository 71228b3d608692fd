//! The `on:` of a workflow file, checked.

use std::time::Duration;

use super::{
    duration::parse_duration,
    file::TriggerFile,
    load::{is_name, unknown},
    problem::Problem,
    trigger::Trigger,
};
use crate::{commands::registry, review::buttons::Button};

/// What `webhook::payload` understands.
const EVENTS: [&str; 12] = [
    "check_run",
    "check_suite",
    "installation",
    "installation_repositories",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "push",
    "repository",
];
const SHORTEST_SCHEDULE: Duration = Duration::from_secs(60);

pub(super) fn check(file: Option<&TriggerFile>) -> (Trigger, Vec<Problem>) {
    let (mut trigger, mut problems) = (Trigger::default(), Vec::new());
    let Some(file) = file else { return (trigger, problems) };
    let mut wrong = |line, message| problems.push(Problem { line, node: None, message });
    for event in &file.events {
        let name = event.value.split('.').next().unwrap_or_default();
        if !EVENTS.contains(&name) {
            wrong(event.referenced.line(), unknown("event", name, EVENTS));
        }
        trigger.events.push(event.value.clone());
    }
    for button in &file.buttons {
        if Button::find(&button.value).is_none() {
            let known = Button::ALL.map(Button::identifier);
            wrong(button.referenced.line(), unknown("button", &button.value, known));
        }
        trigger.buttons.push(button.value.clone());
    }
    for command in file.commands.iter().chain(&file.command) {
        let (name, word) = command.value.split_once(' ').unwrap_or((&command.value, ""));
        if !is_name(name) || !word.is_empty() && registry::find_use(name, word).is_none() {
            wrong(
                command.referenced.line(),
                format!(
                    "a command is made of a-z, 0-9, - and _, without a slash, or is one use of a command of Seam's, as in \
                     \"split apply\"; found {:?}",
                    command.value
                ),
            );
        }
        trigger.commands.push(command.value.clone());
    }
    if let Some(schedule) = &file.schedule {
        match parse_duration(schedule.value.trim_start_matches("every ")) {
            Ok(every) if every >= SHORTEST_SCHEDULE => trigger.schedule = Some(every),
            Ok(_) => wrong(schedule.referenced.line(), "schedule: at most once a minute".to_owned()),
            Err(message) => wrong(schedule.referenced.line(), format!("schedule: {message}")),
        }
    }
    trigger.branches.clone_from(&file.branches);
    trigger.role = file.role;
    (trigger, problems)
}
