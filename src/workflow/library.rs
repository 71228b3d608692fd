//! All workflows of this process: those built in, and the operator's, which may take the place of built-in ones.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    definition::Definition,
    load::load,
    problem::{InvalidWorkflow, Problem},
};
use crate::{
    commands::registry::{self, Offer},
    tools::registry::Registry,
};

/// `workflows/*.yml` of the source tree.
const BUILT_IN: [(&str, &str); 21] = [
    ("built in: answer.yml", include_str!("../../workflows/answer.yml")),
    ("built in: ask.yml", include_str!("../../workflows/ask.yml")),
    ("built in: commands.yml", include_str!("../../workflows/commands.yml")),
    ("built in: config.yml", include_str!("../../workflows/config.yml")),
    ("built in: conversation.yml", include_str!("../../workflows/conversation.yml")),
    ("built in: describe.yml", include_str!("../../workflows/describe.yml")),
    ("built in: explain.yml", include_str!("../../workflows/explain.yml")),
    ("built in: fix.yml", include_str!("../../workflows/fix.yml")),
    ("built in: help.yml", include_str!("../../workflows/help.yml")),
    ("built in: ignore-rule.yml", include_str!("../../workflows/ignore-rule.yml")),
    ("built in: ignore.yml", include_str!("../../workflows/ignore.yml")),
    ("built in: improve.yml", include_str!("../../workflows/improve.yml")),
    ("built in: installation.yml", include_str!("../../workflows/installation.yml")),
    ("built in: pause.yml", include_str!("../../workflows/pause.yml")),
    ("built in: rerun.yml", include_str!("../../workflows/rerun.yml")),
    ("built in: resolve.yml", include_str!("../../workflows/resolve.yml")),
    ("built in: resume.yml", include_str!("../../workflows/resume.yml")),
    ("built in: review.yml", include_str!("../../workflows/review.yml")),
    ("built in: split.yml", include_str!("../../workflows/split.yml")),
    ("built in: stack.yml", include_str!("../../workflows/stack.yml")),
    ("built in: why.yml", include_str!("../../workflows/why.yml")),
];
/// Of a folder.
const MAX_FILES: usize = 200;

#[derive(Clone, Debug, Default)]
pub struct Library(Arc<Vec<Definition>>);

impl Library {
    /// The built-in workflows and, where a folder is given, every `*.yml` of it. All that is wrong with all files is told.
    pub fn load(folder: Option<&Path>, registry: &Registry) -> Result<Self, Vec<InvalidWorkflow>> {
        let built_in = BUILT_IN.map(|(file, text)| Ok((file.to_owned(), text.to_owned())));
        let own = folder.map(read_folder).unwrap_or_default();
        let (mut definitions, mut invalid) = (Vec::new(), Vec::new());
        for file in built_in.into_iter().chain(own) {
            match file.and_then(|(file, text)| load(&file, &text, registry)) {
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

    /// The commands that the operator's workflows add to Seam's own.
    pub fn offers(&self) -> Vec<Offer> {
        let offers = self.all().iter().flat_map(|definition| {
            definition.trigger.commands.iter().map(|command| Offer {
                command: command.clone(),
                workflow: definition.name.clone(),
                description: definition.description.clone(),
                role: definition.role,
            })
        });
        let is_own = |command: &str| command.split(' ').next().is_some_and(|name| registry::find(name).is_some());
        offers.filter(|offer| !is_own(&offer.command)).collect()
    }

    /// By name.
    pub fn all(&self) -> &[Definition] {
        &self.0
    }
}

/// Name and text of each file, by name.
fn read_folder(folder: &Path) -> Vec<Result<(String, String), InvalidWorkflow>> {
    let unreadable = |path: &Path, error: io::Error| InvalidWorkflow {
        file: path.display().to_string(),
        problems: vec![Problem { line: 0, node: None, message: format!("cannot be read: {error}") }],
    };
    let list = || -> io::Result<Vec<PathBuf>> {
        let files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        let is_workflow = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
        let mut files: Vec<_> = files.into_iter().filter(is_workflow).collect();
        if files.len() > MAX_FILES {
            return Err(io::Error::other(format!("it holds more than {MAX_FILES} workflow files")));
        }
        files.sort();
        Ok(files)
    };
    let read = |path: PathBuf| match fs::read_to_string(&path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(error) => Err(unreadable(&path, error)),
    };
    match list() {
        Ok(files) => files.into_iter().map(read).collect(),
        Err(error) => vec![Err(unreadable(folder, error))],
    }
}
