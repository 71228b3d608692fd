//! Reads what a plan to split a change is made from: how common words are in the base tree, who changed together before, the
//! author's own commits, owners and templates.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    thread,
};

use gix::{ObjectId, ThreadSafeRepository};

use super::{
    author_commits::author_commits,
    error::GitError,
    objects::{EntryKind, Objects, object_id},
    tree_changes,
};
use crate::{
    change::{
        change_set::{ChangeSet, FileMode, RepoPath},
        frequencies::{Counting, Frequencies, MAX_FILE_BYTES},
        surroundings::{History, Surroundings},
    },
    domain::ids::CommitSha,
};

/// Files of the base tree that are counted at most; more hardly change what is rare.
const MAX_FILES: usize = 50_000;
/// Earlier commits that are looked at.
const MAX_HISTORY: usize = 2_000;
/// Of each file this many of the last that touched it.
const MAX_TOUCHES: usize = 400;
/// A commit that touches more files says nothing of any two of them.
const MAX_TOUCHED_FILES: usize = 50;
/// Messages that the repository's style is learned from.
const MAX_SUBJECTS: usize = 300;
/// Tables that are kept on disk.
const MAX_TABLES: usize = 32;
const MAX_TEXT_BYTES: u64 = 256 * 1024;
/// Where GitHub looks for them. Sources: <https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>,
/// <https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/creating-a-pull-request-template-for-your-repository>.
const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
const TEMPLATES: [&str; 6] = [
    ".github/PULL_REQUEST_TEMPLATE.md",
    ".github/pull_request_template.md",
    "PULL_REQUEST_TEMPLATE.md",
    "pull_request_template.md",
    "docs/pull_request_template.md",
    ".github/PULL_REQUEST_TEMPLATE/pull_request_template.md",
];

/// Reads everything for a change from `base` to `head` (`None`: a work tree). `tables`: a folder for what is expensive to
/// count.
pub(super) fn load(
    repository: &ThreadSafeRepository,
    base: &CommitSha,
    head: Option<&CommitSha>,
    set: &ChangeSet,
    tables: Option<&Path>,
) -> Result<Surroundings, GitError> {
    let objects = Objects::of(repository);
    let tree = objects.tree_of(base)?;
    let first_of = |paths: &[&str]| -> Result<Option<String>, GitError> {
        for path in paths {
            if let Some(text) = text_at(&objects, tree, path)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    };
    Ok(Surroundings {
        frequencies: frequencies(repository, tree, tables)?,
        history: history(&objects, base, set)?,
        commits: match head {
            Some(head) => author_commits(&objects, base, head)?,
            None => Vec::new(),
        },
        codeowners: first_of(&CODEOWNERS)?,
        template: first_of(&TEMPLATES)?,
    })
}

fn text_at(objects: &Objects, tree: Option<ObjectId>, path: &str) -> Result<Option<String>, GitError> {
    let Some(tree) = tree else { return Ok(None) };
    let entry = objects.entry_at(tree, path.as_bytes())?;
    let Some(entry) =
        entry.filter(|entry| matches!(entry.kind, EntryKind::File(FileMode::Regular | FileMode::Executable)))
    else {
        return Ok(None);
    };
    match objects.blob(entry.id, MAX_TEXT_BYTES) {
        Ok(content) => Ok(content.map(|content| String::from_utf8_lossy(&content).into_owned())),
        Err(GitError::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All blobs of a tree that hold words, each with its path.
pub(super) fn blobs(objects: &Objects, tree: ObjectId) -> Result<Vec<(RepoPath, ObjectId)>, GitError> {
    let files = tree_changes::all_files(objects, Some(tree), tree_changes::MAX_FILES)?;
    let blob = |(path, version)| Some((path, tree_changes::blob_id(&version)?));
    Ok(files.into_iter().filter_map(blob).take(MAX_FILES).collect())
}

/// The file that keeps the counts of a tree.
pub(super) fn table(tables: &Path, tree: ObjectId) -> PathBuf {
    tables.join(format!("{tree}.words"))
}

fn frequencies(
    repository: &ThreadSafeRepository,
    tree: Option<ObjectId>,
    tables: Option<&Path>,
) -> Result<Frequencies, GitError> {
    let Some(tree) = tree else { return Ok(Frequencies::default()) };
    let place = tables.map(|tables| table(tables, tree));
    if let Some(stored) =
        place.as_ref().and_then(|place| fs::read(place).ok()).and_then(|bytes| Frequencies::from_bytes(&bytes))
    {
        return Ok(stored);
    }
    let blobs = blobs(&Objects::of(repository), tree)?;
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8);
    let part = blobs.len().div_ceil(workers).max(1);
    let counted: Vec<Result<Counting, GitError>> = thread::scope(|scope| {
        let running: Vec<_> = blobs.chunks(part).map(|blobs| scope.spawn(|| count(repository, blobs))).collect();
        let failed = |_| Err(GitError::corrupt("counting its words panicked"));
        running.into_iter().map(|running| running.join().unwrap_or_else(failed)).collect()
    });
    let mut all = Counting::default();
    for counting in counted {
        all.merge(counting?);
    }
    let counts = all.finish();
    if let Some(place) = place {
        keep(&place, &counts);
    }
    Ok(counts)
}

fn count(repository: &ThreadSafeRepository, blobs: &[(RepoPath, ObjectId)]) -> Result<Counting, GitError> {
    let objects = Objects::of(repository);
    let mut counting = Counting::default();
    for (path, id) in blobs {
        counting.add_path(path);
        // A size of 0: it is not here, and reading it tells the same.
        let size = objects.size(*id)?.unwrap_or(0);
        if Counting::wants(path, size)
            && let Some(content) = objects.blob(*id, MAX_FILE_BYTES)?
        {
            counting.add_file(&content);
        }
    }
    Ok(counting)
}

/// A table that cannot be kept is counted again the next time.
fn keep(place: &Path, counts: &Frequencies) {
    let Some(folder) = place.parent() else { return };
    let written = fs::create_dir_all(folder).and_then(|()| {
        let unfinished = place.with_extension(format!("{}.new", std::process::id()));
        fs::write(&unfinished, counts.to_bytes())?;
        fs::rename(unfinished, place)
    });
    if let Err(error) = written {
        tracing::debug!(%error, "a table of words is not kept");
    }
    let mut tables: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    tables.sort();
    for (_, old) in tables.iter().take(tables.len().saturating_sub(MAX_TABLES)) {
        let _ = fs::remove_file(old);
    }
}

/// Which commits before `base` touched the files of `set`; renames are followed back.
fn history(objects: &Objects, base: &CommitSha, set: &ChangeSet) -> Result<History, GitError> {
    let mut history = History::default();
    if base.is_zero() {
        return Ok(history);
    }
    // By the name that a file had at that time: its names in the base.
    let mut names: HashMap<RepoPath, Vec<&RepoPath>> = HashMap::new();
    for path in set.files.iter().filter(|file| file.old.is_some()).map(|file| file.base_path()) {
        names.insert(path.clone(), vec![path]);
    }
    let mut next = Some(object_id(base)?);
    // Newest first while walking.
    let mut touched: HashMap<&RepoPath, Vec<u32>> = HashMap::new();
    while let Some(id) = next.filter(|_| (history.commits as usize) < MAX_HISTORY) {
        let commit = objects.facts(id)?;
        next = commit.parents.first().copied();
        if history.subjects.len() < MAX_SUBJECTS {
            history.subjects.push(commit.subject());
        }
        history.commits += 1;
        // A shallow clone ends somewhere.
        if next.is_some_and(|parent| !objects.has(parent)) {
            break;
        }
        let parent = match next {
            Some(parent) => Some(objects.facts(parent)?.tree),
            None => None,
        };
        let files = match tree_changes::between(objects, parent, Some(commit.tree), MAX_TOUCHED_FILES) {
            Ok(files) => files,
            Err(GitError::TooMany { .. }) => continue,
            Err(error) => return Err(error),
        };
        for file in &files {
            for name in names.get(&file.path).into_iter().flatten() {
                let commits = touched.entry(name).or_default();
                if commits.len() < MAX_TOUCHES && commits.last() != Some(&history.commits) {
                    commits.push(history.commits);
                }
            }
        }
        let id_of = |version: &Option<crate::change::change_set::FileVersion>| {
            version.as_ref().and_then(|version| version.id.clone())
        };
        let removed: HashMap<String, &RepoPath> = files
            .iter()
            .filter(|file| file.new.is_none())
            .filter_map(|file| Some((id_of(&file.old)?, &file.path)))
            .collect();
        for file in files.iter().filter(|file| file.old.is_none()) {
            if let Some(from) = id_of(&file.new).and_then(|id| removed.get(&id))
                && let Some(now) = names.get(&file.path).cloned()
            {
                names.entry((*from).clone()).or_default().extend(now);
            }
        }
    }
    // Numbered from the oldest, so that lists ascend.
    for (path, commits) in touched {
        let ascending = commits.into_iter().rev().map(|number| history.commits - number).collect();
        history.touched.insert(path.clone(), ascending);
    }
    Ok(history)
}
