//! A value of a workflow file in which `${...}` may stand: a text that is one expression keeps that expression's type, a
//! text with several is rendered, lists and mappings hold both. `$${` is a plain `${`.

use serde_json::{Map, Value};

use super::{
    expression::{Expression, ExpressionError, Variables, quoted_length},
    value::{MAX_VALUE_BYTES, to_text},
};

#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    Plain(Value),
    One(Expression),
    Text(Vec<Piece>),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Plain(String),
    Expression(Expression),
}

impl Template {
    pub fn parse(value: &Value) -> Result<Self, ExpressionError> {
        match value {
            Value::String(text) => Self::parse_text(text),
            Value::Array(items) => Ok(Self::list(items.iter().map(Self::parse).collect::<Result<_, _>>()?)),
            Value::Object(map) => {
                let pair = |(key, value): (&String, _)| Ok((key.clone(), Self::parse(value)?));
                Ok(Self::map(map.iter().map(pair).collect::<Result<_, _>>()?))
            }
            plain => Ok(Self::Plain(plain.clone())),
        }
    }

    fn list(items: Vec<Self>) -> Self {
        match items.iter().map(|item| item.plain().cloned()).collect() {
            Some(plain) => Self::Plain(Value::Array(plain)),
            None => Self::List(items),
        }
    }

    fn map(pairs: Vec<(String, Self)>) -> Self {
        match pairs.iter().map(|(key, value)| Some((key.clone(), value.plain()?.clone()))).collect() {
            Some(plain) => Self::Plain(Value::Object(plain)),
            None => Self::Map(pairs),
        }
    }

    /// The value, where no expression is in it.
    pub fn plain(&self) -> Option<&Value> {
        match self {
            Self::Plain(value) => Some(value),
            _ => None,
        }
    }

    pub fn parse_text(text: &str) -> Result<Self, ExpressionError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                plain.push_str(&rest[..at - 1]);
                plain.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            plain.push_str(&rest[..at]);
            let inner = &rest[at + 2..];
            let end = closing_brace(inner).ok_or_else(|| {
                ExpressionError(format!("`${{{}`: no `}}` closes it", inner.chars().take(80).collect::<String>()))
            })?;
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Expression(Expression::parse(inner[..end].trim())?));
            rest = &inner[end + 1..];
        }
        plain.push_str(rest);
        match pieces.pop() {
            None => Ok(Self::Plain(Value::String(plain))),
            Some(Piece::Expression(only)) if pieces.is_empty() && plain.is_empty() => Ok(Self::One(only)),
            Some(last) => {
                pieces.push(last);
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(plain));
                }
                Ok(Self::Text(pieces))
            }
        }
    }

    /// Of all expressions in it.
    pub fn references(&self) -> Vec<Vec<String>> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::One(expression) => expression.references(),
            Self::Text(pieces) => pieces
                .iter()
                .flat_map(|piece| match piece {
                    Piece::Plain(_) => Vec::new(),
                    Piece::Expression(expression) => expression.references(),
                })
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::references).collect(),
            Self::Map(pairs) => pairs.iter().flat_map(|(_, value)| value.references()).collect(),
        }
    }

    pub fn evaluate(&self, variables: &Variables) -> Result<Value, ExpressionError> {
        self.evaluate_within(&mut { MAX_VALUE_BYTES }, variables)
    }

    /// `room`: bytes that all expressions together may still give.
    fn evaluate_within(&self, room: &mut usize, variables: &Variables) -> Result<Value, ExpressionError> {
        Ok(match self {
            Self::Plain(value) => value.clone(),
            Self::One(expression) => expression.evaluate_within(room, variables)?,
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Plain(plain) => text.push_str(plain),
                        Piece::Expression(expression) => {
                            text.push_str(&to_text(expression.evaluate_within(room, variables)?));
                        }
                    }
                }
                Value::String(text)
            }
            Self::List(items) => {
                let value = |item: &Self| item.evaluate_within(room, variables);
                Value::Array(items.iter().map(value).collect::<Result<_, _>>()?)
            }
            Self::Map(pairs) => {
                let pair = |(key, value): &(String, Self)| Ok((key.clone(), value.evaluate_within(room, variables)?));
                Value::Object(pairs.iter().map(pair).collect::<Result<Map<_, _>, _>>()?)
            }
        })
    }
}

/// Where the `}` of `${` stands in what follows it: braces may nest, and stand in quotes.
fn closing_brace(inner: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while let Some(character) = inner[at..].chars().next() {
        match character {
            '"' | '\'' => {
                at += quoted_length(&inner[at..], character);
                continue;
            }
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        at += character.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(value: Value) -> Result<Value, String> {
        let mut variables = Variables::default();
        variables.set("input", &json!({"n": 7, "ok": true, "none": null, "name": "main", "list": [1, "a"]}));
        variables.set("long", &json!("x".repeat(10_000_000)));
        Template::parse(&value).and_then(|template| template.evaluate(&variables)).map_err(|error| error.to_string())
    }

    #[test]
    fn one_expression_keeps_its_type_and_several_make_a_text() {
        assert_eq!(evaluate(json!("${input.n}")), Ok(json!(7)));
        assert_eq!(evaluate(json!("${ input.n }")), Ok(json!(7)));
        assert_eq!(evaluate(json!(" ${input.n}")), Ok(json!(" 7")));
        assert_eq!(evaluate(json!("${input.ok}/${input.none}/${input.list}")), Ok(json!(r#"true/null/[1,"a"]"#)));
        assert_eq!(
            evaluate(json!({"a": ["${input.list}", 1], "b": {"c": "on ${input.name}"}, "d": "plain"})),
            Ok(json!({"a": [[1, "a"], 1], "b": {"c": "on main"}, "d": "plain"}))
        );
    }

    #[test]
    fn braces_and_quotes_inside_an_expression_do_not_end_it() {
        assert_eq!(evaluate(json!("${ {'a': {'b': '}'}}.a.b }!")), Ok(json!("}!")));
        assert_eq!(evaluate(json!(r#"${"it\"s }"}"#)), Ok(json!("it\"s }")));
        assert_eq!(evaluate(json!("$${input.n} costs $5 {x}")), Ok(json!("${input.n} costs $5 {x}")));
    }

    #[test]
    fn broken_expressions_are_refused_when_parsed() {
        for broken in ["${", "${input", "${}", "${ 'a }", "a ${input.} b", "${ {} ", "${{%if%}}"] {
            assert!(Template::parse(&json!(broken)).is_err(), "{broken} was accepted");
        }
    }

    #[test]
    fn all_expressions_of_a_value_share_one_bound() {
        assert!(evaluate(json!("${long}")).is_ok());
        assert!(evaluate(json!(["${long}", "${long}"])).unwrap_err().contains("larger than 16 MB"));
        assert!(evaluate(json!("${long}${long}")).unwrap_err().contains("larger than 16 MB"));
    }
}
