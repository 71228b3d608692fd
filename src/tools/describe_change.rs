//! `commands.describe_change`: what a pull request is, in words, from what can be known without a model.

use std::{collections::BTreeSet, ops::Range};

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    analyze_diff::{AnalyzeDiff, AnalyzedDiff},
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    tool::{Access, Tool},
};
use crate::{
    analysis::{language, limits::Limits, symbols, syntax::Syntax},
    change::{
        change_set::{ChangeSet, FileChange},
        contents::Contents,
        lines::Lines,
    },
    config::policy::Role,
    github::permissions::Permissions,
    review::description::{DescribedFile, Facts, better_title, render},
    split::{labels, place::Place},
};

/// Larger files are described without their symbols, as are those beyond so many.
const LARGEST_FILE: usize = 256 * 1024;
const MOST_PARSED: usize = 200;

pub struct DescribeChange {
    pub source: AnalyzeDiff,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
    analyzed: AnalyzedDiff,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// Markdown.
    pub text: String,
    /// Where the pull request has none that says something.
    pub title: Option<Retitle>,
    /// Of those that the repository has.
    pub labels: Vec<String>,
}

/// A better title, and the one that it takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retitle {
    pub from: String,
    pub to: String,
}

impl Tool for DescribeChange {
    const NAME: &'static str = "commands.describe_change";
    const DESCRIPTION: &'static str =
        "Describes a pull request: title, summary, walkthrough by file, labels, risk and effort.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Described;

    async fn run(&self, context: &ToolContext, Input { change, analyzed }: Input) -> Result<Described, ToolError> {
        let Some(number) = change.target.pull().map(|pull| pull.number) else {
            return Err(ToolError::skip("there is no pull request to describe"));
        };
        let repository = context.scope.repository(&self.source.github, Permissions::read_only())?;
        let pull = repository.pull(number).await?;
        let commits = repository.pull_commits(number).await?;
        let messages: Vec<String> = commits.into_iter().map(|commit| commit.details.message).collect();
        let (mirror, base) = self.source.fetch(context, (&change.base, None), &analyzed.head, Some(number)).await?;
        context.check()?;
        let changes = mirror.change_set(&base, &analyzed.head).await?;
        let known: Vec<String> = repository.labels().await?.into_iter().map(|label| label.name).collect();
        let places: Vec<Place> = changes.files.iter().map(|file| Place::of(&file.path)).collect();
        let labels = labels::of(&places, &known);
        let files = tokio::task::spawn_blocking(move || described(&changes, &mirror))
            .await
            .map_err(|error| ToolError::Fatal(anyhow!(error).context("the description did not finish")))?;
        let facts = Facts {
            title: &pull.title,
            branch: &pull.head.branch,
            labels: &labels,
            commits: &messages,
            files: &files,
            findings: &analyzed.analysis.findings,
        };
        let title = better_title(&facts).map(|to| Retitle { from: pull.title.clone(), to });
        Ok(Described { text: render(&facts), title, labels })
    }
}

fn described(changes: &ChangeSet, contents: &dyn Contents) -> Vec<DescribedFile> {
    let mut parsed = 0;
    let mut symbols_of = |file: &FileChange| {
        parsed += 1;
        if parsed > MOST_PARSED { Vec::new() } else { symbols(file, contents) }
    };
    let count =
        |ranges: &mut dyn Iterator<Item = Range<u32>>| -> u32 { ranges.map(|lines| lines.end - lines.start).sum() };
    changes
        .files
        .iter()
        .map(|file| {
            let edits = || file.hunks.iter().flat_map(|hunk| &hunk.edits);
            DescribedFile {
                path: file.path.display(),
                old_path: file.old_path.as_ref().map(|path| path.display()),
                status: file.status,
                added: count(&mut edits().map(|edit| edit.new.clone())),
                removed: count(&mut edits().map(|edit| edit.old.clone())),
                symbols: symbols_of(file),
                generated: file.generated.is_some(),
            }
        })
        .collect()
}

/// The symbols of the head in which lines changed, each once, in the order of the file.
fn symbols(file: &FileChange, contents: &dyn Contents) -> Vec<String> {
    let path = file.path.display();
    let (Some(language), Ok(Some(bytes))) = (language::of_path(&path), contents.head(file)) else { return Vec::new() };
    if bytes.len() > LARGEST_FILE || file.generated.is_some() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let Ok(syntax) = Syntax::parse(&text, language, &Limits::default()) else { return Vec::new() };
    let (lines, mut seen) = (Lines::of(text.as_bytes()), BTreeSet::new());
    let starts = file.added_lines().flatten().map(|line| lines.bytes(line..line + 1));
    let code = starts.filter_map(|line| {
        let text = text.get(line.clone())?;
        let indent = text.len() - text.trim_start().len();
        (!text.trim().is_empty()).then(|| line.start + indent)
    });
    let names = code.map(|byte| symbols::enclosing(&syntax, &text, byte));
    names.filter(|name| !name.is_empty() && seen.insert(name.clone())).collect()
}
