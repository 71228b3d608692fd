//! From a whole object to the fields that were asked for: aliases, fragments, variables and connections.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use graphql_parser::query::{self, Definition, Document, Field, Selection, SelectionSet, TypeCondition};
use serde_json::{Map, Value, json};

use super::Arguments;

/// Under this key an object holds the items of a connection.
pub(super) const ITEMS: &str = "__items";
/// Under this key a field that takes `number` holds its objects by their numbers.
pub(super) const BY_NUMBER: &str = "__by_number";

/// A connection of these items.
pub(super) fn connection(items: Vec<Value>) -> Value {
    json!({ ITEMS: items })
}

pub(super) struct Selector<'a> {
    variables: &'a Map<String, Value>,
    fragments: BTreeMap<&'a str, &'a query::FragmentDefinition<'static, String>>,
}

impl<'a> Selector<'a> {
    pub(super) fn new(document: &'a Document<'static, String>, variables: &'a Map<String, Value>) -> Self {
        let fragments = document.definitions.iter().filter_map(|definition| match definition {
            Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
            Definition::Operation(_) => None,
        });
        Self { variables, fragments: fragments.collect() }
    }

    /// The fields of a selection on an object of type `on`, each with its key in the answer and its arguments.
    pub(super) fn fields(
        &self,
        set: &'a SelectionSet<'static, String>,
        on: &str,
    ) -> Vec<(String, &'a Field<'static, String>, Arguments)> {
        let mut fields = Vec::new();
        for selection in &set.items {
            match selection {
                Selection::Field(field) => {
                    let key = field.alias.clone().unwrap_or_else(|| field.name.clone());
                    let given = field.arguments.iter().map(|(name, value)| (name.clone(), self.value(value)));
                    fields.push((key, field, given.filter(|(_, value)| !value.is_null()).collect()));
                }
                Selection::InlineFragment(fragment) => {
                    if applies(fragment.type_condition.as_ref(), on) {
                        fields.extend(self.fields(&fragment.selection_set, on));
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(spread.fragment_name.as_str())
                        && applies(Some(&fragment.type_condition), on)
                    {
                        fields.extend(self.fields(&fragment.selection_set, on));
                    }
                }
            }
        }
        fields
    }

    /// What was asked of `value`, or the name of a field that it does not have.
    pub(super) fn select(&self, value: &Value, set: &'a SelectionSet<'static, String>) -> Result<Value, String> {
        let object = match value {
            Value::Array(items) => return items.iter().map(|item| self.select(item, set)).collect(),
            Value::Object(object) if !set.items.is_empty() => object,
            plain => return Ok(plain.clone()),
        };
        let on = object.get("__typename").and_then(Value::as_str).unwrap_or_default();
        let mut selected = Map::new();
        for (key, field, arguments) in self.fields(set, on) {
            let found = object.get(&field.name).ok_or_else(|| format!("{on}.{}", field.name))?;
            let found = match (found.get(BY_NUMBER), found.get(ITEMS)) {
                (Some(all), _) => all.get(arguments["number"].to_string()).cloned().unwrap_or_default(),
                (_, Some(items)) => page(&wanted(items, &arguments), &arguments),
                _ => found.clone(),
            };
            selected.insert(key, self.select(&found, &field.selection_set)?);
        }
        Ok(Value::Object(selected))
    }

    fn value(&self, value: &query::Value<'static, String>) -> Value {
        match value {
            query::Value::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
            query::Value::Int(number) => json!(number.as_i64()),
            query::Value::Float(number) => json!(number),
            query::Value::String(text) | query::Value::Enum(text) => json!(text),
            query::Value::Boolean(flag) => json!(flag),
            query::Value::Null => Value::Null,
            query::Value::List(items) => items.iter().map(|item| self.value(item)).collect(),
            query::Value::Object(fields) => {
                fields.iter().map(|(name, item)| (name.clone(), self.value(item))).collect()
            }
        }
    }
}

fn applies(condition: Option<&TypeCondition<'static, String>>, on: &str) -> bool {
    // Interfaces are not told apart: whatever is a node has an id.
    condition.is_none_or(|TypeCondition::On(name)| name == on || name == "Node" || name == "Actor")
}

/// The items of a connection that its filter lets through: reactions are asked for by their content.
fn wanted(items: &Value, arguments: &Arguments) -> Vec<Value> {
    let content = arguments.get("content");
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter(|item| content.is_none_or(|content| item["content"] == *content)).cloned().collect()
}

/// One page of a connection. The cursor is the place in the list, made unreadable.
fn page(items: &[Value], arguments: &Arguments) -> Value {
    let number =
        |name: &str| arguments.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let cursor = |place: usize| BASE64_STANDARD.encode(format!("cursor:{place}"));
    let place = |name: &str| (0..items.len()).find(|place| arguments.get(name) == Some(&json!(cursor(*place))));
    let mut from = place("after").map_or(0, |place| place + 1);
    let mut to = place("before").unwrap_or(items.len());
    if let Some(first) = number("first") {
        to = to.min(from + first.min(100));
    }
    if let Some(last) = number("last") {
        from = from.max(to.saturating_sub(last.min(100)));
    }
    let shown = &items[from.min(to)..to];
    let edge = |(index, node): (usize, &Value)| json!({ "cursor": cursor(from + index), "node": node });
    json!({
        "totalCount": items.len(),
        "nodes": shown,
        "edges": shown.iter().enumerate().map(edge).collect::<Vec<_>>(),
        "pageInfo": {
            "hasNextPage": to < items.len(),
            "hasPreviousPage": from > 0,
            "startCursor": (!shown.is_empty()).then(|| cursor(from)),
            "endCursor": (!shown.is_empty()).then(|| cursor(to - 1)),
        },
    })
}
