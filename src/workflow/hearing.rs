//! The commands in a comment, each with the execution it asks for. Whether it may run hangs on the repository's policy and on
//! who asks, which only GitHub knows: the workflow `commands` finds out, and puts them in line.

use serde_json::{Value, json};

use super::{
    definition::Definition,
    load::is_identifier,
    trigger::{OwnApp, Start, execution},
};
use crate::{
    commands::{
        asked,
        heard::{HEARING, Heard, answer_to, command_name, once},
        parse::{Command, Form, added_commands, parse_commands},
        registry,
    },
    domain::{
        event::{Comment, Event, EventKind},
        execution::{After, NewExecution, Priority, Supersede},
    },
};

/// A person waits for each.
const START: Start = Start { priority: Priority::Command, supersede: Supersede::Never };

/// Nothing where nothing in the comment is a command that somebody could mean for Seam. Whoever wrote them is told when they
/// cannot be heard.
pub(super) fn hear(event: &Event, definitions: &[Definition], own: &OwnApp) -> Vec<NewExecution> {
    let EventKind::Comment(comment) = &event.kind else { return Vec::new() };
    if own.is(&comment.author) {
        return Vec::new();
    }
    let mut heard: Vec<Heard> = commands(event, comment, own)
        .into_iter()
        .map(|command| Heard { starts: starts(event, comment, &command, definitions), command })
        .filter(|heard| heard.starts.is_some() || heard.command.form != Form::Bare)
        .collect();
    if heard.is_empty() {
        return Vec::new();
    }
    if event.action.as_deref() == Some("deleted") {
        heard.clear();
    }
    let Some(hears) = definitions.iter().find(|definition| definition.name == HEARING) else { return Vec::new() };
    let mut hearing = execution(event, hears, START, None);
    hearing.input["heard"] = json!(heard);
    let answer = (!heard.is_empty() && !comment.author.is_bot).then(|| answer_to(&hearing, After::Previous));
    [hearing].into_iter().chain(answer).collect()
}

/// Of an edited comment those that were not there before: somebody else may have edited it.
fn commands(event: &Event, comment: &Comment, own: &OwnApp) -> Vec<Command> {
    match (event.action.as_deref(), &comment.old_body) {
        (Some("created" | "submitted" | "deleted"), _) => parse_commands(&comment.body, &own.slug),
        (Some("edited"), Some(old)) => added_commands(old, &comment.body, &own.slug),
        _ => Vec::new(),
    }
}

/// The workflow of this use of the command, else that of the command; of several the first by name.
fn starts(event: &Event, comment: &Comment, command: &Command, definitions: &[Definition]) -> Option<NewExecution> {
    let has = |name: &str| definitions.iter().find(|definition| definition.trigger.has_command(name));
    let used = asked::read(command).and_then(Result::ok).map(|asked| asked.way.name(asked.spec));
    let definition = used.and_then(|name| has(&name)).or_else(|| has(&command.name))?;
    let mut new = execution(event, definition, START, Some(command));
    let repository = event.repository.as_ref()?.id;
    new.once = Some(once(repository, &command_name(&comment.into(), command)));
    if registry::find(&command.name).is_none() {
        add_inputs(&mut new.input, &command.arguments);
    }
    Some(new)
}

/// `key=value` in the arguments is `${input.key}`, unless the event itself has something of this name.
fn add_inputs(input: &mut Value, arguments: &str) {
    let Value::Object(input) = input else { return };
    for (key, value) in arguments.split_whitespace().filter_map(|word| word.split_once('=')) {
        if is_identifier(key) {
            input.entry(key).or_insert_with(|| value.into());
        }
    }
}
