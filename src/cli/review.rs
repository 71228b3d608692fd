//! `seam review`: the review that a pull request would get, before anything is pushed.

use std::{
    collections::HashMap,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use super::{command_line::Outcome, compared, config, output, progress};
use crate::{
    analysis::engine::Engine,
    change::{
        change_set::{ChangeSet, FileChange, FileKind},
        contents::Contents,
    },
    config::effective::Effective,
    domain::finding::{Analysis, Severity},
    git::work_tree::{Head, LocalChange, WorkTree},
    review::{
        evidence,
        ledger::count,
        output::{
            github,
            human::{self, Colors, Look},
            json, outcome, sarif,
        },
    },
};

/// Review what changed in a work tree, in what is staged, or between two commits
///
/// The settings are those of `.github/seam.yml` in the work tree. Exit code 0: nothing at or above `--fail-on`; 1: findings;
/// 2: the review could not be done.
#[derive(clap::Args, Debug)]
pub struct Review {
    /// Review only what is in this file or folder [default: the whole work tree around the current folder]
    path: Option<PathBuf>,
    /// Compare with the merge base of the head and this revision [default: the merge base with the upstream default branch, or HEAD]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Review this revision [default: the work tree, untracked files included]
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    head: Option<String>,
    /// Review what is staged; without `--base`, compared with HEAD
    #[arg(long)]
    staged: bool,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// End with exit code 1 when there is a finding this bad, or worse
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a person at a terminal
    Human,
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Never,
}

impl Review {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let place = self.path.as_deref().unwrap_or(Path::new("."));
        let tree = compared::open(place)?;
        let head = self.head(&tree)?;
        let base = compared::base(&tree, self.base.as_deref(), &head)?;
        let message = |what: &str| format!("Reviewing {what}");
        let LocalChange { mut set, contents } =
            progress::shown("Looking for what changed".to_owned(), || tree.changes(&base, &head))?;
        if let (Some(path), Some(root)) = (&self.path, tree.root()) {
            keep_below(&mut set, path, root)?;
        }
        output::tell(unread(&set).as_slice());
        let engine = Engine::new();
        let changed: Vec<String> = set.files.iter().map(|file| file.path.display()).collect();
        let Effective { policy, problems, .. } =
            config::of_work_tree(&tree, changed.iter().map(String::as_str), &engine)?;
        output::tell(&problems);
        let files = message(&format!("{} files", set.files.len()));
        let (analysis, left_out) = progress::shown(files, || {
            let mut analysis = engine.analyze(&set, &contents, &policy);
            let left_out = evidence::keep_proven(&mut analysis, &set, &contents);
            (analysis, left_out)
        });
        output::tell(evidence::note(&left_out).map(|note| note.text).as_slice());
        output::write(&self.render(&set, &contents, &analysis, &engine))?;
        let worst = analysis.findings.iter().map(|finding| finding.severity).max();
        Ok(if self.fail_on.is_met(worst) { Outcome::Found } else { Outcome::Done })
    }

    fn head(&self, tree: &WorkTree) -> anyhow::Result<Head> {
        Ok(match &self.head {
            Some(revision) => Head::Commit(tree.resolve(revision)?),
            None if self.staged => Head::Staged,
            None => Head::WorkTree,
        })
    }

    fn render(&self, set: &ChangeSet, contents: &dyn Contents, analysis: &Analysis, engine: &Engine) -> String {
        let outcome = outcome::Outcome { base: &set.base, head: &set.head, analysis };
        match self.format {
            Format::Human => {
                let files: HashMap<String, &FileChange> =
                    set.files.iter().map(|file| (file.path.display(), file)).collect();
                human::render(&outcome, |path| text_of(files.get(path)?, contents), look())
            }
            Format::Json => json::render(&outcome),
            Format::Sarif => sarif::render(&outcome, &engine.rules()),
            Format::Github => github::render(&outcome),
        }
    }
}

impl FailOn {
    fn is_met(self, worst: Option<Severity>) -> bool {
        match self {
            Self::Error => worst >= Some(Severity::Error),
            Self::Warning => worst >= Some(Severity::Warning),
            Self::Never => false,
        }
    }
}

/// Contents that a partial clone has left on its server: nothing is fetched for a review.
fn unread(set: &ChangeSet) -> Option<String> {
    let files = set.files.iter().filter(|file| file.kind == FileKind::Unreadable).count();
    (files > 0).then(|| {
        format!(
            "{} could not be read; where the clone is partial, `git fetch --refetch --no-filter` brings what is missing",
            count(files, "file")
        )
    })
}

/// Leaves out what is not at or below `path`.
fn keep_below(set: &mut ChangeSet, path: &Path, root: &Path) -> anyhow::Result<()> {
    let here = fs::canonicalize(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let root = fs::canonicalize(root).with_context(|| format!("{} cannot be read", root.display()))?;
    let Ok(inside) = here.strip_prefix(&root) else {
        bail!("{} is not in the work tree {}", path.display(), root.display());
    };
    let parts: Vec<&[u8]> = inside
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.as_encoded_bytes()),
            _ => None,
        })
        .collect();
    let is_below = |file: &FileChange| {
        let mut names = file.path.0.split(|byte| *byte == b'/');
        parts.iter().all(|part| names.next() == Some(part))
    };
    set.files.retain(is_below);
    Ok(())
}

fn text_of(file: &FileChange, contents: &dyn Contents) -> Option<String> {
    let bytes = contents.head(file).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Colours where standard output shows them and nobody asked for none (`NO_COLOR`).
fn look() -> Look {
    let colors = match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Colors::Plain,
        _ => Colors::Ansi,
    };
    Look { colors, ..Look::default() }
}
