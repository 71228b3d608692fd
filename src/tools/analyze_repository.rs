//! `pr-analyzer.analyze_repository`: what a change is made of, before anybody decides how to cut it.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    split_source::{Asked, SplitSource},
    tool::{Access, Tool},
};
use crate::{
    change::change_set::{ChangeSet, FileChange},
    config::policy::Role,
    git::mirror::Mirrors,
    github::client::GitHub,
};

/// Folders that are told.
const MAX_FOLDERS: usize = 20;

pub struct AnalyzeRepository {
    pub github: GitHub,
    pub mirrors: Mirrors,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// A folder on this machine; only where a workflow is run by hand, without a repository.
    #[serde(default)]
    repo_path: Option<PathBuf>,
    /// A revision; of an execution's own repository a commit id.
    #[serde(default)]
    base: Option<String>,
    /// The same; without it, the work tree of `repo_path`.
    #[serde(default)]
    head: Option<String>,
    /// What slices' branches are named after.
    #[serde(default)]
    branch: Option<String>,
    /// Told in logs alone.
    #[serde(default)]
    session_id: Option<String>,
}

/// What there is to cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RepositoryAnalysis {
    pub source: SplitSource,
    pub files: usize,
    pub added_lines: u64,
    pub removed_lines: u64,
    /// Changed files by what happened to them.
    pub by_status: BTreeMap<String, usize>,
    /// Changed files by their first two folders; the largest.
    pub by_folder: BTreeMap<String, usize>,
    /// The author's commits from base to head.
    pub commits: usize,
    pub has_codeowners: bool,
}

impl Tool for AnalyzeRepository {
    const NAME: &'static str = "pr-analyzer.analyze_repository";
    const DESCRIPTION: &'static str =
        "Tells what a change is made of: its files, lines, folders and commits. The first step of splitting it.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = RepositoryAnalysis;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<RepositoryAnalysis, ToolError> {
        let Input { repo_path, base, head, branch, session_id } = input;
        tracing::debug!(session_id, "a change is looked at");
        let source = SplitSource::find(context, Asked { repo_path, base, head, branch }).await?;
        let opened = source.clone().open(context, &self.github, &self.mirrors).await?;
        context.check()?;
        let surroundings = opened.surroundings().await?;
        Ok(analysis(source, &opened.set, surroundings.commits.len(), surroundings.codeowners.is_some()))
    }
}

fn analysis(source: SplitSource, set: &ChangeSet, commits: usize, has_codeowners: bool) -> RepositoryAnalysis {
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_folder: BTreeMap<String, usize> = BTreeMap::new();
    for file in &set.files {
        *by_status.entry(file.status.as_str().to_owned()).or_default() += 1;
        *by_folder.entry(folder(file)).or_default() += 1;
    }
    let mut largest: Vec<_> = by_folder.into_iter().collect();
    largest.sort_by(|(one, files), (other, theirs)| theirs.cmp(files).then(one.cmp(other)));
    largest.truncate(MAX_FOLDERS);
    let edits = || set.files.iter().flat_map(|file| file.hunks.iter().flat_map(|hunk| &hunk.edits));
    RepositoryAnalysis {
        source,
        files: set.files.len(),
        added_lines: edits().map(|edit| edit.new.len() as u64).sum(),
        removed_lines: edits().map(|edit| edit.old.len() as u64).sum(),
        by_status,
        by_folder: largest.into_iter().collect(),
        commits,
        has_codeowners,
    }
}

fn folder(file: &FileChange) -> String {
    let path = file.path.display();
    let parts: Vec<&str> = path.split('/').collect();
    parts[..(parts.len() - 1).min(2)].join("/")
}
