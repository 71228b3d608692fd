//! GraphQL documents against GitHub's schema: every field must exist, every argument be known, and what is required given.

use std::{collections::HashMap, sync::LazyLock};

use graphql_parser::{
    query::{Definition, Document, OperationDefinition, Selection, SelectionSet},
    schema::{self, Field, Type, TypeDefinition},
};

use super::read;

type Schema = HashMap<String, Kind>;

/// What a selection can be made on.
enum Kind {
    /// An object or an interface, by its fields.
    Fields(HashMap<String, Field<'static, String>>),
    /// A union: only `__typename` and fragments.
    Union,
    /// A scalar or an enum.
    Leaf,
}

static SCHEMA: LazyLock<Option<Schema>> = LazyLock::new(|| {
    let text = read("graphql-schema/schema.graphql")?;
    let document = graphql_parser::parse_schema::<String>(&text).expect("the schema is GraphQL").into_static();
    let by_name =
        |fields: Vec<Field<'static, String>>| fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        schema::Definition::TypeDefinition(definition) => Some(definition),
        _ => None,
    });
    let named = types.map(|definition| match definition {
        TypeDefinition::Object(object) => (object.name, Kind::Fields(by_name(object.fields))),
        TypeDefinition::Interface(interface) => (interface.name, Kind::Fields(by_name(interface.fields))),
        TypeDefinition::Union(union) => (union.name, Kind::Union),
        TypeDefinition::Scalar(scalar) => (scalar.name, Kind::Leaf),
        TypeDefinition::Enum(list) => (list.name, Kind::Leaf),
        TypeDefinition::InputObject(input) => (input.name, Kind::Leaf),
    });
    Some(named.collect())
});

/// What is wrong with a document.
pub(crate) fn check(document: &Document<'_, String>) -> Vec<String> {
    let Some(schema) = &*SCHEMA else { return Vec::new() };
    let mut problems = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::Operation(OperationDefinition::SelectionSet(set)) => {
                check_set(schema, "Query", set, &mut problems);
            }
            Definition::Operation(OperationDefinition::Query(query)) => {
                check_set(schema, "Query", &query.selection_set, &mut problems);
            }
            Definition::Operation(OperationDefinition::Mutation(mutation)) => {
                check_set(schema, "Mutation", &mutation.selection_set, &mut problems);
            }
            Definition::Operation(OperationDefinition::Subscription(_)) => {
                problems.push("GitHub has no subscriptions".to_owned());
            }
            Definition::Fragment(fragment) => {
                let graphql_parser::query::TypeCondition::On(on) = &fragment.type_condition;
                check_set(schema, on, &fragment.selection_set, &mut problems);
            }
        }
    }
    problems
}

fn check_set(schema: &Schema, on: &str, set: &SelectionSet<'_, String>, problems: &mut Vec<String>) {
    let Some(kind) = schema.get(on) else {
        problems.push(format!("there is no type {on}"));
        return;
    };
    for selection in &set.items {
        match selection {
            Selection::FragmentSpread(_) => {}
            Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref().map(|graphql_parser::query::TypeCondition::On(on)| on);
                check_set(schema, condition.map_or(on, String::as_str), &fragment.selection_set, problems);
            }
            Selection::Field(field) if field.name == "__typename" => {}
            Selection::Field(field) => match kind {
                Kind::Fields(fields) if fields.contains_key(&field.name) => {
                    check_field(schema, on, &fields[&field.name], field, problems);
                }
                _ => problems.push(format!("{on} has no field {}", field.name)),
            },
        }
    }
}

fn check_field(
    schema: &Schema,
    on: &str,
    declared: &Field<'static, String>,
    used: &graphql_parser::query::Field<'_, String>,
    problems: &mut Vec<String>,
) {
    let name = format!("{on}.{}", used.name);
    for (argument, _) in &used.arguments {
        if !declared.arguments.iter().any(|known| known.name == *argument) {
            problems.push(format!("{name} takes no argument {argument}"));
        }
    }
    for wanted in &declared.arguments {
        let required = matches!(wanted.value_type, Type::NonNullType(_)) && wanted.default_value.is_none();
        if required && !used.arguments.iter().any(|(argument, _)| *argument == wanted.name) {
            problems.push(format!("{name} needs the argument {}", wanted.name));
        }
    }
    let target = named(&declared.field_type);
    match (schema.get(target), used.selection_set.items.is_empty()) {
        (Some(Kind::Leaf), false) => problems.push(format!("{name} is a {target} and has no fields")),
        (Some(Kind::Fields(_) | Kind::Union), true) => {
            problems.push(format!("{name} is a {target}: say which fields of it"))
        }
        (Some(Kind::Fields(_) | Kind::Union), false) => {
            let paged = declared.arguments.iter().any(|known| known.name == "first");
            let bounded = used.arguments.iter().any(|(argument, _)| argument == "first" || argument == "last");
            if paged && target.ends_with("Connection") && !bounded {
                problems.push(format!("{name} is a connection and needs first or last"));
            }
            check_set(schema, target, &used.selection_set, problems);
        }
        _ => {}
    }
}

/// The type inside of lists and non-nulls.
fn named<'a>(of: &'a Type<'static, String>) -> &'a str {
    match of {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => named(inner),
    }
}
