//! All workflows of this process: those built in, and the operator's, which may take the place of built-in ones.

use std::{fs, path::Path, sync::Arc};

use super::{
    definition::Definition,
    load::load,
    problem::{InvalidWorkflow, Problem},
};
use crate::tools::registry::Registry;

/// `workflows/*.yml` of the source tree.
const BUILT_IN: [(&str, &str); 0] = [];
/// Of a folder.
const MAX_FILES: usize = 200;

#[derive(Clone, Debug, Default)]
pub struct Library(Arc<Vec<Definition>>);

impl Library {
    /// The built-in workflows and, where a folder is given, every `*.yml` of it. All that is wrong with all files is told.
    pub fn load(folder: Option<&Path>, registry: &Registry) -> Result<Self, Vec<InvalidWorkflow>> {
        let mut definitions = Vec::new();
        let mut invalid = Vec::new();
        for (name, text) in BUILT_IN {
            match load(name, text, registry) {
                Ok(definition) => definitions.push(definition),
                Err(error) => invalid.push(error),
            }
        }
        for (file, text) in folder.map(read_folder).transpose().map_err(|error| vec![error])?.unwrap_or_default() {
            match load(&file, &text, registry) {
                Ok(definition) => definitions.push(definition),
                Err(error) => invalid.push(error),
            }
        }
        if invalid.is_empty() { Ok(Self::of(definitions)) } else { Err(invalid) }
    }

    /// Of two with one name the later stays.
    pub fn of(definitions: Vec<Definition>) -> Self {
        let mut kept: Vec<Definition> = Vec::new();
        for definition in definitions {
            kept.retain(|other| other.name != definition.name);
            kept.push(definition);
        }
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        Self(Arc::new(kept))
    }

    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.iter().find(|definition| definition.name == name)
    }

    /// By name.
    pub fn all(&self) -> &[Definition] {
        &self.0
    }
}

/// Names and texts of the files, by name.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, InvalidWorkflow> {
    let wrong = |file: &Path, message: String| InvalidWorkflow {
        file: file.display().to_string(),
        problems: vec![Problem { line: 0, node: None, message }],
    };
    let cannot_read = |file: &Path, error: std::io::Error| wrong(file, format!("cannot be read: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| cannot_read(folder, error))? {
        let path = entry.map_err(|error| cannot_read(folder, error))?.path();
        if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
            files.push(path);
        }
    }
    if files.len() > MAX_FILES {
        return Err(wrong(folder, format!("holds more than {MAX_FILES} workflow files")));
    }
    files.sort();
    let read = |path: &std::path::PathBuf| match fs::read_to_string(path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(error) => Err(cannot_read(path, error)),
    };
    files.iter().map(read).collect()
}
