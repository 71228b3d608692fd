//! Reads one `.github/seam.yml`, or one `.seam.yml` of a folder. Everything that is wrong with it is said at once, in plain words, each with its line; a file
//! with anything wrong in it is not used at all.

use std::fmt;

use serde_json::Value;

use super::{
    located::{self, Located, Node},
    nearest::nearest,
    schema,
};

/// Larger files are refused.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// Of a file's faults, as many are told.
const MOST_FAULTS: usize = 20;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: Option<u64>,
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Stands for a text that was not read because of its size, and is refused for it.
pub fn too_large() -> String {
    " ".repeat(MOST_BYTES + 1)
}

/// What a file says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyFile {
    /// Only what is given: an object like [`super::policy::Policy`], where everything may be missing. Empty when there are faults.
    pub given: Value,
    /// What an organisation locks, read even where the rest of the file has faults: a slip must not unlock anything.
    pub locked: Vec<String>,
    pub faults: Vec<Fault>,
    tree: Option<Located>,
}

impl PolicyFile {
    pub fn parse(text: &str) -> Self {
        Self::parse_as(schema::policy(), text)
    }

    /// A folder's `.seam.yml`.
    pub fn parse_folder(text: &str) -> Self {
        Self::parse_as(schema::folder(), text)
    }

    /// It is no YAML at all: nobody knows what it would say.
    pub fn is_unreadable(&self) -> bool {
        self.tree.is_none() && !self.faults.is_empty()
    }

    fn parse_as(schema: &Value, text: &str) -> Self {
        let tree = match located::parse(text, MOST_BYTES) {
            Ok(tree) => tree,
            Err(error) => {
                let faults = vec![Fault { line: error.line, text: error.text }];
                return Self { given: Value::Object(Default::default()), faults, ..Self::default() };
            }
        };
        let mut check = Check { faults: Vec::new() };
        if tree.node != Node::Null {
            check.node(schema, &tree, "");
            check.globs(&tree);
        }
        let locked = locked(&tree);
        check.known_locks(&tree, &locked);
        check.faults.sort_by_key(|fault| fault.line);
        check.faults.truncate(MOST_FAULTS);
        let given = if check.faults.is_empty() && tree.node != Node::Null {
            tree.to_value()
        } else {
            Value::Object(Default::default())
        };
        Self { given, locked, faults: check.faults, tree: Some(tree) }
    }

    /// The line of a setting, as in `["review", "max_comments"]`.
    pub fn line_of(&self, setting: &[&str]) -> Option<u64> {
        let (first, keys) = setting.split_first()?;
        let mut entry = self.tree.as_ref()?.get(first)?;
        for key in keys {
            entry = entry.value.get(key)?;
        }
        Some(entry.line)
    }
}

fn locked(tree: &Located) -> Vec<String> {
    match tree.get("locked").map(|entry| &entry.value.node) {
        Some(Node::List(items)) => items.iter().filter_map(|item| item.node.as_text()).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Holds a tree against the schema.
struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn say(&mut self, line: u64, text: String) {
        self.faults.push(Fault { line: Some(line), text });
    }

    fn node(&mut self, part: &Value, found: &Located, path: &str) {
        let part = schema::resolve(schema::policy(), part);
        let words = schema::words(part);
        match (part["type"].as_str(), &found.node) {
            _ if !words.is_empty() && found.node.as_text().is_none_or(|text| !words.contains(&text)) => {
                self.unexpected(found, path, &format!("one of {} is expected", words.join(", ")));
            }
            (Some("object"), Node::Map(entries)) => {
                for entry in entries {
                    self.entry(part, entry, path);
                }
                for required in part["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if found.get(required).is_none() {
                        self.say(found.line, format!("`{}` is missing", join(path, required)));
                    }
                }
            }
            (Some("array"), Node::List(items)) => {
                for item in items {
                    self.node(&part["items"], item, path);
                }
            }
            (Some("string"), Node::Text(_)) | (Some("boolean"), Node::Bool(_)) => {}
            (Some("integer"), Node::Number(number)) if number.is_u64() => {}
            (Some("object"), _) => self.unexpected(found, path, "settings below it are expected, as in `key: value`"),
            (Some("array"), _) => self.unexpected(found, path, "a list is expected, as in `[a, b]`"),
            (Some("string"), _) => self.unexpected(found, path, "a text is expected; put it in quotes"),
            (Some("boolean"), _) => self.unexpected(found, path, "`true` or `false` is expected"),
            (Some("integer"), _) => self.unexpected(found, path, "a whole number of 0 or more is expected"),
            _ => {}
        }
    }

    fn entry(&mut self, part: &Value, entry: &located::Entry, path: &str) {
        let Some(known) = part["properties"].as_object() else {
            // A map whose keys are free: rule ids, names of linters and commands.
            return self.value(&part["additionalProperties"], entry, path);
        };
        if let Some(property) = known.get(&entry.key) {
            return self.value(property, entry, path);
        }
        let key = entry.key.chars().take(80).collect::<String>();
        let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
        let meant = match nearest(&entry.key, known.keys().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known are {}", known.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        };
        self.say(entry.line, format!("`{key}` is no setting{place}; {meant}"));
    }

    fn value(&mut self, part: &Value, entry: &located::Entry, path: &str) {
        // A key without a value counts as not given.
        if entry.value.node != Node::Null {
            self.node(part, &entry.value, &join(path, &entry.key));
        }
    }

    fn unexpected(&mut self, found: &Located, path: &str, expected: &str) {
        let value = match &found.node {
            Node::Null => "nothing".to_owned(),
            Node::Bool(value) => format!("`{value}`"),
            Node::Number(number) => format!("`{number}`"),
            Node::Text(text) => format!("`{}`", text.chars().take(80).collect::<String>()),
            Node::List(_) => "a list".to_owned(),
            Node::Map(_) => "a group of settings".to_owned(),
        };
        let place = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
        self.say(found.line, format!("{place} is {value}; {expected}"));
    }

    /// Every glob must be one.
    fn globs(&mut self, tree: &Located) {
        let review = tree.get("review").map(|entry| &entry.value);
        let exclude = review.and_then(|review| review.get("paths")?.value.get("exclude"));
        let instructions = review.and_then(|review| review.get("instructions")).map(|entry| &entry.value.node);
        let instructions = match instructions {
            Some(Node::List(items)) => items.as_slice(),
            _ => &[],
        };
        let lists = exclude.into_iter().chain(instructions.iter().filter_map(|one| one.get("paths")));
        for list in lists {
            let Node::List(globs) = &list.value.node else { continue };
            for glob in globs {
                if let Some(Err(error)) = glob.node.as_text().map(globset::Glob::new) {
                    let shown = glob.node.as_text().unwrap_or_default();
                    self.say(glob.line, format!("`{shown}` is no glob: {}", error.kind()));
                }
            }
        }
    }

    /// What is locked must be a setting, or a group of settings.
    fn known_locks(&mut self, tree: &Located, locked: &[String]) {
        let line = tree.get("locked").map_or(1, |entry| entry.line);
        for lock in locked {
            let mut part = schema::policy();
            let mut path = String::new();
            for key in lock.split('.') {
                part = schema::resolve(schema::policy(), part);
                let known = part["properties"].as_object();
                match known.and_then(|known| known.get(key)) {
                    Some(property) => {
                        part = property;
                        path = join(&path, key);
                    }
                    // Below a map with free keys anything may be locked.
                    None if known.is_none() && part["additionalProperties"].is_object() => break,
                    None => {
                        let known = known.into_iter().flatten().map(|(key, _)| key.as_str());
                        let meant = nearest(key, known).map(|one| format!("; did you mean `{}`?", join(&path, one)));
                        let meant = meant.unwrap_or_default();
                        self.say(line, format!("`{lock}` is locked, and is no setting{meant}"));
                        break;
                    }
                }
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
