//! The GraphQL API, as far as Seam uses it: documents are really parsed, checked against GitHub's schema, and answered
//! field by field. A field that the fake does not know is an error of the test that asks for it.

use std::collections::BTreeMap;

use graphql_parser::query::{Definition, Document, OperationDefinition, Selection, SelectionSet};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Reply},
    auth::Actor,
    model::world::World,
    official::graphql_schema,
    server::Shared,
};

mod mutations;
mod queries;
mod refs;
mod select;

/// An error among `errors`: its type and its message.
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) String);

type Arguments = BTreeMap<String, Value>;

/// What a document is called in the journal: its operation's name, or its first field.
pub(crate) fn name(body: &Value) -> String {
    let text = body["query"].as_str().unwrap_or_default();
    let Ok(document) = parse(text) else { return "(not GraphQL)".to_owned() };
    let Some((name, set)) = operation(&document) else { return "(no operation)".to_owned() };
    let first = set.items.iter().find_map(|selection| match selection {
        Selection::Field(field) => Some(&field.name),
        _ => None,
    });
    name.or(first).cloned().unwrap_or_default()
}

type Operation<'a> = (Option<&'a String>, &'a SelectionSet<'static, String>);

/// The first operation of a document: its name and what it asks for.
fn operation<'a>(document: &'a Document<'static, String>) -> Option<Operation<'a>> {
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::Operation(operation) => Some(operation),
        Definition::Fragment(_) => None,
    })?;
    Some(match operation {
        OperationDefinition::SelectionSet(set) => (None, set),
        OperationDefinition::Query(query) => (query.name.as_ref(), &query.selection_set),
        OperationDefinition::Mutation(mutation) => (mutation.name.as_ref(), &mutation.selection_set),
        OperationDefinition::Subscription(subscription) => (subscription.name.as_ref(), &subscription.selection_set),
    })
}

fn parse(text: &str) -> Result<Document<'static, String>, graphql_parser::query::ParseError> {
    graphql_parser::parse_query::<String>(text).map(Document::into_static)
}

/// Answers a request: 200 whatever comes, with `errors` beside `data` where something is refused.
pub(crate) fn answer(shared: &Shared, world: &mut World, actor: Actor, body: &Value) -> Reply {
    let Actor::Installation { token } = actor else {
        return Err(Answer::error(401, "This endpoint requires you to be authenticated."));
    };
    let text = body["query"].as_str().unwrap_or_default();
    let document = match parse(text) {
        Ok(document) => document,
        Err(error) => {
            shared.problem(format!("a GraphQL document cannot be parsed: {error}"));
            return Ok(Answer::ok(json!({ "errors": [{ "message": error.to_string() }] })));
        }
    };
    for problem in graphql_schema::check(&document) {
        shared.problem(format!("POST /graphql {}: {problem}", name(body)));
    }
    let mutates =
        document.definitions.iter().any(|one| matches!(one, Definition::Operation(OperationDefinition::Mutation(_))));
    let variables = body["variables"].as_object().cloned().unwrap_or_default();
    let Some((_, set)) = operation(&document) else { return Ok(Answer::ok(json!({ "errors": [] }))) };

    let selector = select::Selector::new(&document, &variables);
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for (alias, field, arguments) in selector.fields(set, "Query") {
        let resolved = if mutates {
            mutations::resolve(world, &token, &field.name, &arguments)
        } else {
            queries::resolve(world, &token, &field.name, &arguments)
        };
        let value = match resolved {
            Ok(value) => selector.select(&value, &field.selection_set).unwrap_or_else(|unknown| {
                shared.problem(format!("POST /graphql {}: the fake does not know {unknown}", name(body)));
                Value::Null
            }),
            Err(Refusal(kind, message)) => {
                errors.push(json!({ "type": kind, "path": [alias], "message": message }));
                Value::Null
            }
        };
        data.insert(alias, value);
    }
    let mut answer = json!({ "data": data });
    if !errors.is_empty() {
        answer["errors"] = json!(errors);
    }
    Ok(Answer::ok(answer))
}
