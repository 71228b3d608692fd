//! The change set: every file changed between a base and a head, with hunks but without contents, so that one of
//! 5,000 files or of one huge file stays small. Contents are read through [`super::contents::Contents`], file by file.

use std::ops::Range;

use crate::domain::ledger::FileStatus;

/// All files changed between two trees, in the order of their paths' bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeSet {
    /// What was compared, for people: a commit id, or `work tree`.
    pub base: String,
    pub head: String,
    pub files: Vec<FileChange>,
}

/// A path inside a repository: bytes, for git does not promise UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(pub Vec<u8>);

impl RepoPath {
    /// UTF-8 where it is, `\xNN` for each byte that is not.
    pub fn display(&self) -> String {
        self.0.utf8_chunks().fold(String::with_capacity(self.0.len()), |mut text, chunk| {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                text.push_str(&format!("\\x{byte:02X}"));
            }
            text
        })
    }

    /// `None` when it is not UTF-8: GitHub cannot be told of such a path.
    pub fn to_utf8(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl std::fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileMode {
    Regular,
    Executable,
    Symlink,
    Submodule,
}

/// One side of a changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVersion {
    pub mode: FileMode,
    /// Hexadecimal object id; `None` for a work tree's file that git has not hashed.
    pub id: Option<String>,
    /// In bytes; 0 for a submodule.
    pub size: u64,
}

/// What a changed file holds, as far as it matters to a reader of diffs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Text,
    /// A NUL byte in the first 8,000 bytes (git's own rule), or `-diff`/`binary` in `.gitattributes`.
    Binary,
    Symlink,
    Submodule,
    /// A Git LFS pointer: the content is elsewhere.
    LfsPointer,
    /// Larger than the limit: listed, not diffed.
    TooLarge,
    /// Its bytes are not there or cannot be read: listed, not diffed.
    Unreadable,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FileChange {
    pub path: RepoPath,
    /// Where a renamed or copied file came from.
    pub old_path: Option<RepoPath>,
    pub status: FileStatus,
    /// `None` when added.
    pub old: Option<FileVersion>,
    /// `None` when removed.
    pub new: Option<FileVersion>,
    pub kind: FileKind,
    /// Why it counts as generated, as in "`linguist-generated` in .gitattributes".
    pub generated: Option<String>,
    /// As git shows them: of a text, of an LFS pointer, of a symlink's target, of the line `Subproject commit ID` that stands
    /// for a submodule. Empty for a pure rename or mode change, and for what is not diffed (see [`FileKind`]).
    pub hunks: Vec<Hunk>,
}

/// A hunk as GitHub shows it: changes with up to three lines of context, merged where these touch. Ranges are of 1-based
/// lines, half open; an empty range stands before its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Lines of the base, context included.
    pub old: Range<u32>,
    /// Lines of the head, context included.
    pub new: Range<u32>,
    /// The changes proper, in order.
    pub edits: Vec<Edit>,
}

/// Lines `old` of the base became lines `new` of the head; one of them may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub old: Range<u32>,
    pub new: Range<u32>,
}

impl ChangeSet {
    /// The change of the file that the head has at `path`, or the base had when it was removed.
    pub fn file(&self, path: &RepoPath) -> Option<&FileChange> {
        self.files.iter().find(|file| file.path == *path)
    }
}

impl FileChange {
    /// A change as two trees tell of it: not yet paired with another as a rename, not yet diffed.
    pub fn unpaired(path: RepoPath, old: Option<FileVersion>, new: Option<FileVersion>) -> Self {
        let status = match (&old, &new) {
            (None, _) => FileStatus::Added,
            (_, None) => FileStatus::Removed,
            _ => FileStatus::Modified,
        };
        let kind = FileKind::Text;
        Self { path, old_path: None, status, old, new, kind, generated: None, hunks: Vec::new() }
    }

    /// Where the base has it.
    pub fn base_path(&self) -> &RepoPath {
        self.old_path.as_ref().unwrap_or(&self.path)
    }

    /// The added (or replaced) lines of the head, in order.
    pub fn added_lines(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.hunks
            .iter()
            .flat_map(|hunk| hunk.edits.iter().map(|edit| edit.new.clone()))
            .filter(|lines| !lines.is_empty())
    }
}
