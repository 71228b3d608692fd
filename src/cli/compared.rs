//! What a command compares: a work tree found around a place, a head, and the commit it is compared with.

use std::path::Path;

use anyhow::bail;

use crate::{
    change::assemble::Limits,
    domain::ids::CommitSha,
    git::work_tree::{Head, WorkTree},
};

/// The work tree around a file or a folder.
pub(super) fn open(place: &Path) -> anyhow::Result<WorkTree> {
    if !place.exists() {
        bail!("{} is not there: name a file or a folder in a git work tree", place.display());
    }
    let folder = if place.is_file() { place.parent().unwrap_or(place) } else { place };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Ok(WorkTree::discover(folder, Limits::default())?)
}

/// Where `head` left the revision asked for, or the upstream default branch where none was.
pub(super) fn base(tree: &WorkTree, asked: Option<&str>, head: &Head) -> anyhow::Result<CommitSha> {
    let base = match asked {
        Some(revision) => tree.resolve(revision)?,
        // Before the first commit there is no HEAD, and the default is the empty tree.
        None if *head == Head::Staged => match tree.resolve("HEAD") {
            Ok(head) => head,
            Err(_) => tree.default_base()?,
        },
        None => tree.default_base()?,
    };
    let compared = match head {
        Head::Commit(commit) => Ok(commit.clone()),
        Head::WorkTree | Head::Staged => tree.resolve("HEAD"),
    };
    match compared {
        Ok(head) if !base.is_zero() => Ok(tree.merge_base(&base, &head)?.unwrap_or(base)),
        _ => Ok(base),
    }
}
