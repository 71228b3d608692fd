//! The policy that holds, as YAML that a person can read and copy, each setting with where it comes from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    effective::{Effective, Origin},
    policy::Policy,
};

/// Comments begin in this column, where the settings leave room.
const COLUMN: usize = 44;

/// Ends with a line end.
pub fn render(effective: &Effective) -> String {
    let values = serde_json::to_value(&effective.policy).expect("a policy is plain data");
    let mut text = String::new();
    group(effective, &values, "", 0, &mut text);
    text
}

/// Every setting by its dotted name, as it would be written.
pub fn settings(policy: &Policy) -> BTreeMap<String, String> {
    let values = serde_json::to_value(policy).expect("a policy is plain data");
    let mut settings = BTreeMap::new();
    collect(&values, "", &mut settings);
    settings
}

fn collect(values: &Value, path: &str, settings: &mut BTreeMap<String, String>) {
    for (key, value) in values.as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if value.as_object().is_some_and(|entries| !entries.is_empty()) {
            collect(value, &path, settings);
        } else {
            settings.insert(path, plain_value(value));
        }
    }
}

fn group(effective: &Effective, values: &Value, path: &str, depth: usize, text: &mut String) {
    for (key, value) in values.as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let indent = "  ".repeat(depth);
        let key = plain_key(key);
        if value.as_object().is_some_and(|entries| !entries.is_empty()) {
            text.push_str(&format!("{indent}{key}:\n"));
            group(effective, value, &path, depth + 1, text);
        } else {
            let line = format!("{indent}{key}: {}", plain_value(value));
            let origin = effective.origins.get(&path).copied().unwrap_or(Origin::Default);
            let locked = if effective.is_locked(&path) { ", locked" } else { "" };
            text.push_str(&format!("{line:COLUMN$} # {origin}{locked}\n"));
        }
    }
}

/// JSON is YAML; words that mean nothing else need no quotes.
pub(super) fn plain_value(value: &Value) -> String {
    match value {
        Value::String(word) if is_plain(word) && !is_boolean_elsewhere(word) => word.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain_value).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

pub(super) fn plain_key(key: &str) -> String {
    if is_plain(key) { key.to_owned() } else { Value::from(key).to_string() }
}

fn is_plain(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/.".contains(&byte))
        && !["true", "false", "null"].contains(&word.to_lowercase().as_str())
}

/// Older YAML reads these as true or false.
fn is_boolean_elsewhere(word: &str) -> bool {
    ["yes", "no", "on", "off", "y", "n"].contains(&word.to_lowercase().as_str())
}
