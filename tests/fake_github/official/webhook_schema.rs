//! Webhook payloads against GitHub's schemas (draft-07).

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::read;

static SCHEMAS: LazyLock<Option<Value>> = LazyLock::new(|| {
    let text = read("webhooks-schemas/schema.json")?;
    Some(opened(&serde_json::from_str(&text).expect("the schemas are JSON")))
});

static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with a payload. The schemas are older than some fields of today: only what they ask for is checked, not
/// what they do not know.
pub(crate) fn check(event: &str, payload: &Value) -> Vec<String> {
    let Some(schemas) = &*SCHEMAS else { return Vec::new() };
    let action = payload["action"].as_str();
    let name = format!("{event}${}", action.unwrap_or("event"));
    if schemas["definitions"][&name].is_null() {
        return vec![format!("{name} is not in GitHub's schemas")];
    }
    let validator = {
        let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(compiled.entry(name.clone()).or_insert_with(|| Arc::new(compile(schemas, &name))))
    };
    let errors = validator.iter_errors(payload);
    errors
        .map(|error| {
            format!("{name}{}: {}", error.instance_path(), error.to_string().chars().take(300).collect::<String>())
        })
        .collect()
}

fn compile(schemas: &Value, name: &str) -> Validator {
    let schema = json!({ "$ref": format!("#/definitions/{name}"), "definitions": schemas["definitions"] });
    jsonschema::draft7::new(&schema).expect("GitHub's schemas compile")
}

/// Without `additionalProperties: false`.
fn opened(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(opened).collect(),
        Value::Object(fields) => {
            let kept =
                fields.iter().filter(|(name, value)| !(*name == "additionalProperties" && **value == json!(false)));
            kept.map(|(name, value)| (name.clone(), opened(value))).collect()
        }
        plain => plain.clone(),
    }
}
