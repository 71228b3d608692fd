//! Requests and answers against GitHub's OpenAPI description (3.0.3): each operation is compiled when it is first used.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{
    super::answer::{Answer, Body},
    read,
};

/// Where GitHub answers otherwise than its description says: a path template's end, and where in the answer.
const EXCEPTIONS: &[(&str, &str)] = &[
    // This list alone wants every account to be a user and an enterprise at once.
    ("/app/installations", "/account"),
    // After a push the line of an outdated comment is null.
    ("/comments", "/line"),
    ("/comments", "/original_line"),
    ("/comments", "/start_side"),
    ("/comments", "/position"),
    ("/comments/{comment_id}", "/line"),
    ("/comments/{comment_id}", "/original_line"),
    ("/comments/{comment_id}", "/start_side"),
    ("/comments/{comment_id}", "/position"),
    ("/replies", "/line"),
    ("/replies", "/original_line"),
    ("/replies", "/start_side"),
    ("/replies", "/position"),
];

/// Statuses that any operation may have, described or not.
const COMMON: [u16; 12] = [301, 304, 307, 400, 401, 403, 404, 422, 429, 500, 502, 503];

static DESCRIPTION: LazyLock<Option<Value>> = LazyLock::new(|| {
    let text = read("openapi/api.github.com.json")?;
    Some(serde_json::from_str(&text).expect("the description is JSON"))
});

/// Compiled schemas by their JSON pointer.
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with a request.
pub(crate) fn check_request(method: &str, path: &str, query: &BTreeMap<String, String>, body: &Value) -> Vec<String> {
    let Some(description) = &*DESCRIPTION else { return Vec::new() };
    let pointer = operation_pointer(method, path);
    let Some(operation) = description.pointer(&pointer) else {
        return vec![format!("{method} {path} is not in GitHub's description")];
    };
    let mut problems = check_query(description, operation, query);
    let body_pointer = format!("{pointer}/requestBody/content/application~1json/schema");
    match description.pointer(&body_pointer) {
        Some(schema) if !body.is_null() => {
            problems.extend(unknown_fields(description, schema, body));
            problems.extend(
                errors(description, &body_pointer, body).into_iter().map(|(at, why)| format!("body{at}: {why}")),
            );
        }
        Some(_) if operation["requestBody"]["required"] == true => problems.push("the body is missing".to_owned()),
        None if !body.is_null() => problems.push("a body is sent where none is taken".to_owned()),
        _ => {}
    }
    problems
}

/// What is wrong with an answer.
pub(crate) fn check_answer(method: &str, path: &str, answer: &Answer) -> Vec<String> {
    let Some(description) = &*DESCRIPTION else { return Vec::new() };
    let mut pointer = format!("{}/responses/{}", operation_pointer(method, path), answer.status);
    let Some(described) = description.pointer(&pointer) else {
        let known = COMMON.contains(&answer.status) || description.pointer(&operation_pointer(method, path)).is_none();
        return if known { Vec::new() } else { vec!["the status is not described".to_owned()] };
    };
    if let Some(reference) = described["$ref"].as_str() {
        pointer = reference.trim_start_matches('#').to_owned();
    }
    pointer.push_str("/content/application~1json/schema");
    let (Body::Json(body), Some(_)) = (&answer.body, description.pointer(&pointer)) else { return Vec::new() };
    let excepted = |at: &str| EXCEPTIONS.iter().any(|(end, field)| path.ends_with(end) && at.ends_with(field));
    let wrong = errors(description, &pointer, body).into_iter().filter(|(at, _)| !excepted(at));
    wrong.map(|(at, why)| format!("{at}: {why}")).collect()
}

fn operation_pointer(method: &str, path: &str) -> String {
    format!("/paths/{}/{}", path.replace('~', "~0").replace('/', "~1"), method.to_lowercase())
}

fn resolve<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|reference| description.pointer(reference.trim_start_matches('#')));
    target.map_or(value, |target| resolve(description, target))
}

/// Every parameter must be known, and be what its schema says.
fn check_query(description: &Value, operation: &Value, query: &BTreeMap<String, String>) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|one| resolve(description, one));
    let known: BTreeMap<&str, &Value> =
        parameters.filter(|one| one["in"] == "query").filter_map(|one| Some((one["name"].as_str()?, one))).collect();
    let mut problems = Vec::new();
    for (name, value) in query {
        let Some(parameter) = known.get(name.as_str()) else {
            problems.push(format!("unknown query parameter {name}"));
            continue;
        };
        let schema = resolve(description, &parameter["schema"]);
        let fits = match schema["type"].as_str() {
            Some("integer") => value.parse::<i64>().is_ok(),
            Some("boolean") => matches!(value.as_str(), "true" | "false"),
            _ => schema["enum"].as_array().is_none_or(|allowed| allowed.contains(&json!(value))),
        };
        if !fits {
            problems.push(format!("query parameter {name}={value} is not {schema}"));
        }
    }
    for (name, parameter) in known {
        if parameter["required"] == true && !query.contains_key(name) {
            problems.push(format!("query parameter {name} is missing"));
        }
    }
    problems
}

/// GitHub ignores what it does not know, so that a misspelled field goes unseen there; not here.
fn unknown_fields(description: &Value, schema: &Value, body: &Value) -> Vec<String> {
    let mut known = Vec::new();
    let mut open = false;
    let mut schemas = vec![resolve(description, schema)];
    while let Some(schema) = schemas.pop() {
        open |= !schema["additionalProperties"].is_null() && schema["additionalProperties"] != false;
        known.extend(schema["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str));
        for part in ["oneOf", "anyOf", "allOf"] {
            schemas.extend(schema[part].as_array().into_iter().flatten().map(|one| resolve(description, one)));
        }
    }
    let sent = body.as_object().into_iter().flat_map(Map::keys);
    let unknown = sent.filter(|name| !open && !known.contains(&name.as_str()));
    unknown.map(|name| format!("body: unknown field {name}")).collect()
}

/// Where and why a value does not fit the schema at a pointer.
fn errors(description: &Value, pointer: &str, value: &Value) -> Vec<(String, String)> {
    let validator = {
        let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(compiled.entry(pointer.to_owned()).or_insert_with(|| Arc::new(compile(description, pointer))))
    };
    let short = |text: String| text.chars().take(300).collect::<String>();
    validator.iter_errors(value).map(|error| (error.instance_path().to_string(), short(error.to_string()))).collect()
}

/// The schema with everything it refers to, and nothing else of the 13 MB.
fn compile(description: &Value, pointer: &str) -> Validator {
    let mut needed = Map::new();
    let mut schema = modern(description.pointer(pointer).unwrap_or(&Value::Null));
    let mut open = references(&schema);
    while let Some(name) = open.pop() {
        if !needed.contains_key(&name) {
            let part = modern(&description["components"]["schemas"][&name]);
            open.extend(references(&part));
            needed.insert(name, part);
        }
    }
    schema["components"] = json!({ "schemas": needed });
    jsonschema::draft202012::new(&schema).expect("GitHub's schemas compile")
}

/// OpenAPI 3.0's own words in those of JSON Schema 2020-12. `oneOf` becomes `anyOf`: GitHub's alternatives overlap.
fn modern(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(modern).collect(),
        Value::Object(fields) => {
            let mut new = Map::new();
            for (name, value) in fields {
                match name.as_str() {
                    "example" | "examples" | "nullable" | "discriminator" | "xml" | "externalDocs" => {}
                    // Here the names are GitHub's fields, not words of the schema.
                    "properties" => {
                        let named = value.as_object().into_iter().flatten();
                        new.insert(name.clone(), named.map(|(name, value)| (name.clone(), modern(value))).collect());
                    }
                    "oneOf" => drop(new.insert("anyOf".to_owned(), modern(value))),
                    "enum" => drop(new.insert(name.clone(), value.clone())),
                    _ => drop(new.insert(name.clone(), modern(value))),
                }
            }
            let new = Value::Object(new);
            if fields.get("nullable") == Some(&json!(true)) {
                json!({ "anyOf": [new, { "type": "null" }] })
            } else {
                new
            }
        }
        plain => plain.clone(),
    }
}

/// Names of the component schemas a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(fields) => {
            let own =
                fields.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(fields.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}
