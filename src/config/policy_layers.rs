//! The policy that holds for a repository: its own file over the organisation's over the defaults, and over those the files
//! of folders. Settings are taken one by one; maps are merged by key, lists are replaced as a whole. What the organisation
//! locks, a repository cannot change, and it stays locked when the organisation's file is broken.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    effective::{Effective, Origin, PATH, Position, Problem, lock_of},
    folder_files::{FolderFile, MOST_FILES},
    policy::Policy,
    policy_file::PolicyFile,
};

impl Effective {
    /// `None` where there is no file.
    pub fn of(organisation: Option<&str>, repository: Option<&str>) -> Self {
        Self::with_last_good(organisation, None, repository)
    }

    /// As [`Self::of`]. Where the organisation's file is broken, its last good version holds. Where it is no YAML and there
    /// is no such version, nobody knows what it locks: then the repository's file is not used either.
    pub fn with_last_good(organisation: Option<&str>, last_good: Option<&str>, repository: Option<&str>) -> Self {
        let mut layers = Layers::new();
        let given = organisation.map(PolicyFile::parse).unwrap_or_default();
        let last_good = if given.faults.is_empty() { None } else { last_good.map(PolicyFile::parse) };
        let position = |origin| Position { origin, file: PATH.to_owned(), line: None };
        let instead = match &last_good {
            Some(_) => "its last good version is used",
            None if given.is_unreadable() => {
                "the defaults are used, and the repository's own file is not, for it may be locked"
            }
            None => "the defaults are used",
        };
        layers.report(&position(Origin::Organisation), &given, instead);
        let locks_are_known = last_good.is_some() || !given.is_unreadable();
        let organisation = last_good.unwrap_or(given);
        layers.apply(&position(Origin::Organisation), &organisation, &[], &[]);
        if let Some(repository) = repository.map(PolicyFile::parse).filter(|_| locks_are_known) {
            let own = position(Origin::Repository);
            layers.report(&own, &repository, "the organisation's settings and the defaults are used");
            layers.apply(&own, &repository, &[], &organisation.locked);
        }
        layers.finish()
    }

    /// Over all this, what folders say of themselves.
    pub fn add_folders(&mut self, files: &[FolderFile]) {
        let mut layers = Layers::over(std::mem::take(self));
        let locked = layers.locked();
        for FolderFile { folder, text } in files.iter().take(MOST_FILES) {
            let position = Position { origin: Origin::Folder, file: FolderFile::path_in(folder), line: None };
            let file = PolicyFile::parse_folder(text);
            layers.report(&position, &file, "what holds above it is used");
            layers.apply(&position, &file, &["folders", folder], &locked);
        }
        if let Some(first) = files.get(MOST_FILES) {
            let position = Position { origin: Origin::Folder, file: FolderFile::path_in(&first.folder), line: None };
            let text =
                format!("not read: {MOST_FILES} such files count for one change, those nearest to the top first");
            layers.problems.push(Problem { position, text });
        }
        *self = layers.finish();
    }
}

struct Layers {
    values: Value,
    origins: BTreeMap<String, Origin>,
    positions: BTreeMap<String, Position>,
    problems: Vec<Problem>,
}

impl Layers {
    fn new() -> Self {
        let values = serde_json::to_value(Policy::default()).expect("a policy is plain data");
        let mut origins = BTreeMap::new();
        settings(&values, &mut Vec::new(), &mut |path, _| {
            origins.insert(path.join("."), Origin::Default);
        });
        Self { values, origins, positions: BTreeMap::new(), problems: Vec::new() }
    }

    fn over(effective: Effective) -> Self {
        let Effective { policy, origins, problems, positions } = effective;
        Self { values: serde_json::to_value(policy).expect("a policy is plain data"), origins, positions, problems }
    }

    fn locked(&self) -> Vec<String> {
        serde_json::from_value(self.values["locked"].clone()).unwrap_or_default()
    }

    /// Tells what is wrong with a file. `instead`: what is used when it is not.
    fn report(&mut self, at: &Position, file: &PolicyFile, instead: &str) {
        for fault in &file.faults {
            let position = Position { line: fault.line, ..at.clone() };
            self.problems.push(Problem { position, text: fault.text.clone() });
        }
        if !file.faults.is_empty() {
            let text = format!("the file is not used; {instead}");
            self.problems.push(Problem { position: at.clone(), text });
        }
    }

    /// Takes over what `file` gives, as settings below `place`.
    fn apply(&mut self, at: &Position, file: &PolicyFile, place: &[&str], locked: &[String]) {
        settings(&file.given, &mut Vec::new(), &mut |path, value| {
            let full = [place, path].concat();
            let name = full.join(".");
            let position = Position { line: file.line_of(path), ..at.clone() };
            let refused = if at.origin == Origin::Repository && path[0] == "locked" {
                Some("`locked` counts in the organisation's file only".to_owned())
            } else {
                let lock = lock_of(&full, locked);
                lock.map(|lock| format!("`{lock}` is locked by the organisation, whose value is used"))
            };
            match refused {
                Some(text) => self.problems.push(Problem { position, text }),
                None => {
                    set(&mut self.values, &full, value.clone());
                    self.origins.insert(name.clone(), at.origin);
                    self.positions.insert(name, position);
                }
            }
        });
    }

    fn finish(mut self) -> Effective {
        let policy = serde_json::from_value(self.values).unwrap_or_else(|error| {
            let position = Position { origin: Origin::Repository, file: PATH.to_owned(), line: None };
            self.problems.push(Problem { position, text: format!("{error}; the defaults are used") });
            Policy::default()
        });
        Effective { policy, origins: self.origins, problems: self.problems, positions: self.positions }
    }
}

/// Calls `each` with the path and the value of every setting: what is no object, or an empty one.
fn settings<'a>(value: &'a Value, path: &mut Vec<&'a str>, each: &mut dyn FnMut(&[&str], &Value)) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                path.push(key);
                settings(value, path, each);
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        _ => each(path, value),
    }
}

fn set(into: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *into = value,
        [key, rest @ ..] => {
            if !into.is_object() {
                *into = json!({});
            }
            set(&mut into[*key], rest, value);
        }
    }
}
