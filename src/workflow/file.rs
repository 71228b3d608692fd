//! The shape of a workflow file, before anything in it is checked; every part that an error may speak of knows its line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Error, MessageFormatter as _, Spanned, UserMessageFormatter};

use super::{load::unknown, problem::Problem};
use crate::config::policy::Role;

/// Bytes of one file.
const MAX_BYTES: usize = 256 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkflowFile {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) description: String,
    pub(super) on: Option<TriggerFile>,
    pub(super) lane: Option<Spanned<String>>,
    /// For every node that does not say otherwise.
    pub(super) retry: Option<Spanned<RetryFile>>,
    pub(super) timeout: Option<Spanned<String>>,
    pub(super) nodes: Vec<Spanned<NodeFile>>,
    pub(super) edges: Option<Vec<Spanned<EdgeFile>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerFile {
    #[serde(default)]
    pub(super) events: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) branches: Vec<String>,
    #[serde(default)]
    pub(super) buttons: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) commands: Vec<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) schedule: Option<Spanned<String>>,
    /// What a person must be to start it by a command.
    pub(super) role: Option<Role>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryFile {
    pub(super) max_attempts: Option<u32>,
    pub(super) backoff_factor: Option<f64>,
    pub(super) max_delay: Option<String>,
}

/// One shape for all types of nodes: which keys belong to which type is checked later, with better words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeFile {
    pub(super) id: Spanned<String>,
    #[serde(rename = "type")]
    pub(super) kind: Spanned<String>,
    pub(super) retry: Option<Spanned<RetryFile>>,
    pub(super) timeout: Option<Spanned<String>>,
    // tool
    pub(super) tool: Option<Spanned<String>>,
    pub(super) inputs: Option<Spanned<BTreeMap<String, Spanned<Value>>>>,
    // llm
    pub(super) model: Option<Spanned<String>>,
    pub(super) prompt: Option<Spanned<String>>,
    pub(super) schema: Option<Spanned<Value>>,
    pub(super) default: Option<Spanned<Value>>,
    // parallel
    pub(super) for_each: Option<Spanned<Value>>,
    pub(super) nodes: Option<Spanned<Vec<Spanned<Self>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EdgeFile {
    pub(super) from: Spanned<String>,
    pub(super) to: Spanned<String>,
    pub(super) condition: Option<Spanned<Value>>,
}

/// Reads the shape. Booleans are only `true` and `false` (so `on:` is a key), aliases and nesting are bounded.
pub(super) fn read(text: &str) -> Result<WorkflowFile, Problem> {
    let whole = |message: String| Problem { line: 0, node: None, message };
    if text.len() > MAX_BYTES {
        return Err(whole(format!("a workflow file has at most {} KB", MAX_BYTES / 1024)));
    }
    let budget = serde_saphyr::budget! { max_depth: 40, max_aliases: 100, max_anchors: 100, max_events: 50_000 };
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false, budget: budget };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        Problem { line, node: node_around(text, line), message: words(&error) }
    })
}

fn words(error: &Error) -> String {
    match error.without_snippet() {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected.iter().copied()),
        Error::SerdeMissingField { field, .. } => format!("the key {field:?} is missing"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key {key:?} stands there twice"),
        other => UserMessageFormatter.format_message(other).replace(char::is_control, " "),
    }
}

/// The node in whose lines an error of shape stands: the last `id:` before it, as far as text alone can tell.
fn node_around(text: &str, line: u64) -> Option<String> {
    let before: Vec<&str> = text.lines().take(usize::try_from(line).ok()?).collect();
    for line in before.iter().rev() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let item = line.trim_start_matches([' ', '-', '{']);
        if let Some(id) = item.strip_prefix("id:") {
            let id = id.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').take(100);
            return Some(id.collect()).filter(|id: &String| !id.is_empty());
        }
    }
    None
}
