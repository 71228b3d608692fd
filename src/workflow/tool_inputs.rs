//! A tool node's inputs held against the tool's JSON Schema, as far as that can be done before anything runs: names,
//! what is required, and the types of values that are written out.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_saphyr::Spanned;

use crate::config::nearest::nearest;

/// What is wrong, each with its line; `node_line` where an input is missing.
pub(super) fn check(schema: &Value, inputs: &BTreeMap<String, Spanned<Value>>, node_line: u64) -> Vec<(u64, String)> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let mut wrong = Vec::new();
    for required in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !inputs.contains_key(required) {
            wrong.push((node_line, format!("the input {required:?} is missing ({})", describe(&properties[required]))));
        }
    }
    let open = schema.get("additionalProperties").is_some_and(|more| more != &Value::Bool(false));
    for (name, value) in inputs {
        match properties.get(name) {
            None if open => {}
            None => {
                let message = match nearest(name, properties.keys().map(String::as_str)) {
                    Some(near) => format!("the tool has no input {name:?}; did you mean {near:?}?"),
                    None => format!(
                        "the tool has no input {name:?}; it has {}",
                        properties.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                    ),
                };
                wrong.push((value.referenced.line(), message));
            }
            Some(property) if !may_be(property, &value.value) => {
                wrong.push((
                    value.referenced.line(),
                    format!("the input {name:?} must be {}, found {}", describe(property), kind(&value.value)),
                ));
            }
            Some(_) => {}
        }
    }
    wrong
}

/// Whether a value of this schema can be what is written: an expression can be anything.
fn may_be(property: &Value, value: &Value) -> bool {
    if value.as_str().is_some_and(|text| text.contains("${")) {
        return true;
    }
    let fits = |expected: &Value| match expected.as_str() {
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some(expected) => expected == kind(value),
        None => true,
    };
    match property.get("type") {
        Some(Value::Array(types)) => types.iter().any(fits),
        Some(expected) => fits(expected),
        None => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The schema's type, and its description where it has one.
fn describe(property: &Value) -> String {
    let of_type = match property.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "value".to_owned(),
    };
    match property.get("description").and_then(Value::as_str) {
        Some(description) => format!("{of_type}: {}", description.lines().next().unwrap_or_default()),
        None => of_type,
    }
}
