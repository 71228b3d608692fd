//! From the bare list of what differs between two trees to a [`ChangeSet`]: renames, kinds and hunks. One file's contents are in
//! memory at a time.

use bytes::Bytes;

use super::{
    attributes::{Attributes, PathAttributes},
    change_set::{ChangeSet, FileChange, FileKind, FileMode},
    contents::Contents,
    generated, hunks, lfs,
    rewrites::{self, Rewrites},
};

/// What is more than this is listed and not diffed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one version of a file.
    pub file_bytes: u64,
    /// Edits of all files together: what bounds the memory of a change set.
    pub edits: usize,
    /// Steps of comparing lines, all files together (see [`hunks::between`]): seconds. What would take more is one edit.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 10 * 1024 * 1024, edits: 1_000_000, steps: 1_000_000_000 }
    }
}

/// How git tells binary files: by a NUL among the first bytes.
const SNIFFED_BYTES: usize = 8000;

/// What a change set is made of.
pub struct Parts<'a> {
    /// What is compared, for people.
    pub base: String,
    pub head: String,
    /// What differs: unpaired, with sizes and ids, in the order of paths.
    pub files: Vec<FileChange>,
    pub contents: &'a dyn Contents,
    /// `.gitattributes` of the base.
    pub attributes: &'a Attributes,
    pub rewrites: Rewrites,
    pub limits: Limits,
}

/// Pairs renames, and tells of each file what it is and which lines changed.
pub fn assemble(parts: Parts<'_>) -> ChangeSet {
    let Parts { base, head, files, contents, attributes, rewrites, limits } = parts;
    let mut files = rewrites::pair(files, rewrites, contents, limits.file_bytes);
    let mut left = limits;
    for file in &mut files {
        let said = attributes.of(file.base_path());
        describe(file, contents, said, &mut left);
    }
    ChangeSet { base, head, files }
}

fn describe(file: &mut FileChange, contents: &dyn Contents, said: PathAttributes, left: &mut Limits) {
    file.generated = generated::reason(&file.path, said.generated, &[]);
    let versions = || file.old.iter().chain(&file.new);
    if versions().any(|version| version.size > left.file_bytes) {
        file.kind = FileKind::TooLarge;
        return;
    }
    let (old, new) = match (contents.base(file), contents.head(file)) {
        (Ok(old), Ok(new)) => (old.unwrap_or_default(), new.unwrap_or_default()),
        _ => {
            file.kind = FileKind::Unreadable;
            return;
        }
    };
    file.kind = kind(file, said, &old, &new);
    if file.generated.is_none() && file.kind == FileKind::Text {
        let marked = if file.old.is_some() { &old } else { &new };
        file.generated = generated::reason(&file.path, said.generated, marked);
    }
    if file.kind == FileKind::Binary || old == new || is_type_change(file) {
        return;
    }
    let hunks = hunks::between(&old, &new, &mut left.steps);
    let edits: usize = hunks.iter().map(|hunk| hunk.edits.len()).sum();
    match left.edits.checked_sub(edits) {
        Some(edits) => {
            left.edits = edits;
            file.hunks = hunks;
        }
        None => file.kind = FileKind::TooLarge,
    }
}

fn kind(file: &FileChange, said: PathAttributes, old: &Bytes, new: &Bytes) -> FileKind {
    let mode = |wanted| file.old.iter().chain(&file.new).any(|version| version.mode == wanted);
    if mode(FileMode::Submodule) {
        FileKind::Submodule
    } else if mode(FileMode::Symlink) {
        FileKind::Symlink
    } else if !said.diff.unwrap_or_else(|| is_text(old) && is_text(new)) {
        FileKind::Binary
    } else if lfs::is_pointer(new) || (file.new.is_none() && lfs::is_pointer(old)) {
        FileKind::LfsPointer
    } else {
        FileKind::Text
    }
}

pub(super) fn is_text(content: &[u8]) -> bool {
    !content.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0)
}

/// A file that became a symlink (or the like) is another thing now: git shows no hunks between the two.
fn is_type_change(file: &FileChange) -> bool {
    let plain = |mode| match mode {
        FileMode::Executable => FileMode::Regular,
        other => other,
    };
    matches!((&file.old, &file.new), (Some(old), Some(new)) if plain(old.mode) != plain(new.mode))
}
