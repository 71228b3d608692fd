//! One `${...}`: a MiniJinja expression over JSON, evaluated strictly and within bounds. Workflow files come from the
//! operator, the data from anybody.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use minijinja::{Environment, UndefinedBehavior, Value as Dynamic};
use serde_json::Value;

use super::{
    filters::{self, Known},
    value::{self, MAX_VALUE_BYTES},
};
use crate::config::nearest::nearest;

/// Characters of one expression.
const MAX_LENGTH: usize = 1_000;
/// Each of `~`, `+` and `[` may copy a text as large as a step's output.
const MAX_COPIES: usize = 32;
/// Instructions of one evaluation.
const FUEL: u64 = 10_000;

static ENGINE: LazyLock<(Environment<'static>, Known)> = LazyLock::new(|| {
    let (mut env, known) = filters::environment();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    (env, known)
});

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExpressionError(pub(super) String);

impl ExpressionError {
    fn new(source: &str, why: impl std::fmt::Display) -> Self {
        let shown: String = source.chars().take(120).collect();
        let dots = if shown.len() < source.len() { "..." } else { "" };
        Self(format!("${{{shown}{dots}}}: {why}"))
    }
}

/// The names an expression can speak of: `input`, `workflow`, `item`, and the nodes before.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<Cow<'static, str>, Dynamic>);

impl Variables {
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: &Value) {
        self.0.insert(name.into(), value::to_dynamic(value));
    }

    /// A finished node: `NAME.output`.
    pub fn set_output(&mut self, node: String, output: &Value) {
        let pairs = [("output", value::to_dynamic(output)), ("skipped", false.into())];
        self.0.insert(node.into(), Dynamic::from_pairs(pairs));
    }

    /// A skipped node has no output: naming it is an error unless the expression gives a default.
    pub fn set_skipped(&mut self, node: String) {
        self.0.insert(node.into(), Dynamic::from_pairs([("skipped", Dynamic::from(true))]));
    }
}

/// The text between `${` and `}`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        if source.chars().count() > MAX_LENGTH {
            return Err(ExpressionError::new(source, format!("longer than {MAX_LENGTH} characters")));
        }
        ENGINE.0.compile_expression(source).map_err(|error| ExpressionError::new(source, words(&error)))?;
        check_operators(source).map_err(|why| ExpressionError::new(source, why))?;
        Ok(Self(source.to_owned()))
    }

    /// The names it speaks of, with what of them: `["analyze", "output", "groups"]`.
    pub fn references(&self) -> Vec<Vec<String>> {
        let mut names: Vec<_> = match ENGINE.0.compile_expression(&self.0) {
            Ok(expression) => expression.undeclared_variables(true).into_iter().collect(),
            Err(_) => Vec::new(),
        };
        names.sort();
        names.iter().map(|name| name.split('.').map(str::to_owned).collect()).collect()
    }

    /// Its value, keeping its JSON type. An undefined name, or an undefined part of the value, is an error.
    pub fn evaluate(&self, variables: &Variables) -> Result<Value, ExpressionError> {
        self.evaluate_within(&mut { MAX_VALUE_BYTES }, variables)
    }

    /// `room`: bytes that its value may still have; what it has is taken from it.
    pub(super) fn evaluate_within(&self, room: &mut usize, variables: &Variables) -> Result<Value, ExpressionError> {
        let mut evaluate = || {
            let expression = ENGINE.0.compile_expression(&self.0)?;
            value::to_json_within(room, &expression.eval(Dynamic::from(variables.0.clone()))?)
        };
        evaluate().map_err(|error| ExpressionError::new(&self.0, words(&error)))
    }
}

fn words(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// Refuses what could fill the memory, and filters and tests that are not there: MiniJinja itself looks for them only
/// when they are called.
fn check_operators(source: &str) -> Result<(), String> {
    let mut copies = 0;
    let mut before = "";
    for token in tokens(source) {
        match (before, token) {
            (_, "*" | "**") => {
                return Err("`*` is not available: it repeats texts and lists until the memory is full".to_owned());
            }
            (_, "~" | "+" | "[") => copies += 1,
            ("|", name) => known("filter", name, &ENGINE.1.filters)?,
            ("is", "not") => continue,
            ("is", name) => known("test", name, &ENGINE.1.tests)?,
            _ => {}
        }
        before = token;
    }
    if copies > MAX_COPIES { Err(format!("more than {MAX_COPIES} of `~`, `+` and `[`")) } else { Ok(()) }
}

fn known(what: &str, name: &str, all: &[&'static str]) -> Result<(), String> {
    if all.contains(&name) {
        return Ok(());
    }
    Err(match nearest(name, all.iter().copied()) {
        Some(near) => format!("unknown {what} {name:?}; did you mean {near:?}?"),
        None => format!("unknown {what} {name:?}; there are {}", all.join(", ")),
    })
}

/// Words, numbers, signs; texts in quotes as their first quote. Only for an expression that MiniJinja has parsed.
fn tokens(source: &str) -> impl Iterator<Item = &str> {
    let mut rest = source;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let length = match first {
            '"' | '\'' => quoted_length(rest, first),
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let token = if matches!(first, '"' | '\'') { &rest[..1] } else { &rest[..length] };
        rest = &rest[length..];
        Some(token)
    })
}

/// Length in bytes of the quoted text that `source` starts with, its quotes included.
pub(super) fn quoted_length(source: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in source.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return index + 1,
            _ => {}
        }
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(source: &str) -> Result<Value, String> {
        let mut variables = Variables::default();
        variables
            .set("input", &json!({"list": [3, 1, 2], "text": "a+b", "map": {"k": null}, "n": 18446744073709551615u64}));
        variables.set("long", &json!("x".repeat(1_000_000)));
        variables.set("many", &json!(vec!["y"; 10_000]));
        Expression::parse(source).and_then(|expression| expression.evaluate(&variables)).map_err(|e| e.to_string())
    }

    #[test]
    fn a_value_keeps_its_type() {
        assert_eq!(evaluate("input.list"), Ok(json!([3, 1, 2])));
        assert_eq!(evaluate("input.map"), Ok(json!({"k": null})));
        assert_eq!(evaluate("input.n"), Ok(json!(18446744073709551615u64)));
        assert_eq!(evaluate("input.list | sort | first == 1 and not false"), Ok(json!(true)));
        assert_eq!(evaluate("'}' ~ input.text"), Ok(json!("}a+b")));
        assert_eq!(evaluate("{'a': [1.5, none, true]}"), Ok(json!({"a": [1.5, null, true]})));
        assert_eq!(evaluate("[true, none, 'x'] | join(' ')"), Ok(json!("true null x")));
    }

    #[test]
    fn what_is_undefined_is_an_error_and_never_an_empty_text() {
        for source in ["input.missing", "missing", "input.missing.deeper", "[input.missing]", "'a' ~ input.missing"] {
            let error = evaluate(source).expect_err(source);
            assert!(error.contains("undefined") || error.contains("not defined"), "{source}: {error}");
        }
        assert_eq!(evaluate("input.missing | default('x')"), Ok(json!("x")));
    }

    #[test]
    fn bombs_are_refused() {
        let sum = vec!["long"; 40].join("~");
        let nested = "(".repeat(400) + "1" + &")".repeat(400);
        for source in [
            "'x' * 1000000000",
            "[1] * 1000000000",
            "2 ** 1000",
            "range(1000000000)",
            "many | map('replace', 'y', long) | join",
            "long | replace('x', long)",
            "many | join(long)",
            "[long,long,long,long,long,long,long,long,long,long,long,long,long,long,long,long,long,long]",
            &sum,
            &nested,
            &"input.".repeat(300),
        ] {
            let error = evaluate(source).expect_err(source);
            assert!(error.len() < 400, "the error is as long as the bomb");
        }
    }

    #[test]
    fn unknown_filters_and_tests_are_refused_before_they_run() {
        assert_eq!(
            Expression::parse("input.list | joi(', ')").unwrap_err().to_string(),
            r#"${input.list | joi(', ')}: unknown filter "joi"; did you mean "join"?"#
        );
        assert!(
            Expression::parse("input is not defned").unwrap_err().to_string().contains(r#"did you mean "defined"?"#)
        );
        assert!(Expression::parse("input is not defined or '| jion' == 'is defned'").is_ok());
    }

    #[test]
    fn references_say_what_of_a_name_is_used() {
        let expression = Expression::parse("b.output.items[0] + (a.output if input.x else 1)").unwrap();
        assert_eq!(expression.references(), [vec!["a", "output"], vec!["b", "output", "items"], vec!["input", "x"]]);
    }
}
