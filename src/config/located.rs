//! YAML that remembers its lines, so that whoever finds something wrong in it can say where.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};
use serde_saphyr::{Location, Spanned};

/// A node and the line it starts at (1-based).
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    pub line: u64,
    /// Its bytes in the text; of a list or a map where it begins.
    pub bytes: Range<usize>,
    pub node: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Located>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    /// Where the key stands.
    pub line: u64,
    /// The key's.
    pub bytes: Range<usize>,
    pub value: Located,
}

/// Why a text is not YAML that we read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct NotYaml {
    pub line: Option<u64>,
    pub text: String,
}

/// Reads one document of at most `most_bytes`. `yes` and `on` are texts; keys stand once; aliases are few; nothing is included.
pub fn parse(text: &str, most_bytes: usize) -> Result<Located, NotYaml> {
    if text.len() > most_bytes {
        let text = format!("it is larger than {} KB", most_bytes / 1024);
        return Err(NotYaml { line: None, text });
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_depth: 24,
            max_events: 50_000,
            max_nodes: 25_000,
            max_aliases: 100,
            max_anchors: 100,
            max_documents: 1,
            max_merge_keys: 100,
        },
    };
    let read = serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options);
    read.map(Located::from).map_err(|error| {
        let location = error.location().filter(|location| location.line() > 0);
        let place = location.map(|at| format!(" at line {}, column {}", at.line(), at.column())).unwrap_or_default();
        let message = error.without_snippet().render();
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or(message);
        NotYaml { line: location.map(|at| at.line()), text: format!("it is no valid YAML: {message}") }
    })
}

impl Node {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Located {
    /// The plain value. Keys without a value are left out: they count as not given.
    pub fn to_value(&self) -> Value {
        match &self.node {
            Node::Null => Value::Null,
            Node::Bool(value) => (*value).into(),
            Node::Number(number) => number.clone().into(),
            Node::Text(text) => text.clone().into(),
            Node::List(items) => items.iter().map(Self::to_value).collect(),
            Node::Map(entries) => {
                let given = entries.iter().filter(|entry| entry.value.node != Node::Null);
                Value::Object(given.map(|entry| (entry.key.clone(), entry.value.to_value())).collect())
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        match &self.node {
            Node::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

impl From<Spanned<Node>> for Located {
    fn from(spanned: Spanned<Node>) -> Self {
        Self { line: spanned.referenced.line(), bytes: bytes(&spanned.referenced), node: spanned.value }
    }
}

/// A text has them always.
fn bytes(location: &Location) -> Range<usize> {
    let span = location.span();
    let part = |count: Option<u64>| count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let start = part(span.byte_offset());
    start..start + part(span.byte_len())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Spanned<Node>>()? {
            items.push(item.into());
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, Spanned<Node>>()? {
            let (line, bytes) = (key.referenced.line(), bytes(&key.referenced));
            entries.push(Entry { key: key.value, line, bytes, value: value.into() });
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_remembered() {
        let read = parse("a: 1\nb:\n  - yes\n  - c: ~\n", 100).unwrap();
        let b = read.get("b").unwrap();
        let Node::List(items) = &b.value.node else { panic!("a list") };
        assert_eq!((read.line, b.line, items[0].line, items[1].get("c").unwrap().line), (1, 2, 3, 4));
        assert_eq!(read.to_value(), serde_json::json!({"a": 1, "b": ["yes", {}]}));
    }

    #[test]
    fn what_is_no_yaml_says_where() {
        let said = |text| {
            let error = parse(text, 10_000).unwrap_err();
            format!("{:?} {}", error.line, error.text)
        };
        let texts = ["a: [1,", "a: 1\nb: 2\na: 3", "a: 1\n---\nb: 2", "a: *nowhere", "\u{0}"];
        let said: Vec<_> =
            texts.map(said).into_iter().chain([said(&"x".repeat(10_001)), said(&"[".repeat(900))]).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        Some(1) it is no valid YAML: unclosed bracket '['
        Some(3) it is no valid YAML: duplicate mapping key: a
        Some(2) it is no valid YAML: budget breached: Documents { documents: 2 }
        Some(1) it is no valid YAML: alias references unknown anchor
        Some(1) it is no valid YAML: unexpected character: `\u{0}'
        None it is larger than 9 KB
        Some(1) it is no valid YAML: recursion limit exceeded
        ");
        let bomb: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
        assert!(parse(&format!("a0: &a0 [x, x]\n{bomb}"), 10_000).is_err());
    }
}
