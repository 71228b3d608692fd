//! What a slice does to a tree, in the words that GitHub takes.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    change::{
        change_set::{FileMode, FileVersion},
        tree_edit::{Becomes, TreeEdit},
    },
    domain::effect::{TreeChange, TreeContent, TreeMode},
};

/// # Errors
/// The path that is not UTF-8: GitHub's API cannot be told of it.
pub fn changes(edits: &[TreeEdit]) -> Result<Vec<TreeChange>, String> {
    let change = |edit: &TreeEdit| {
        let path = edit.path.to_utf8().ok_or_else(|| edit.path.display())?.to_owned();
        let becomes = match &edit.becomes {
            Becomes::Gone => TreeContent::Gone,
            Becomes::Version(version) => object(version),
            Becomes::Cut { mode: of, content } => {
                TreeContent::New { mode: mode(*of), content: BASE64_STANDARD.encode(content) }
            }
        };
        Ok(TreeChange { path, becomes })
    };
    edits.iter().map(change).collect()
}

/// An object of a commit, which always has an id.
pub(super) fn object(version: &FileVersion) -> TreeContent {
    TreeContent::Object { mode: mode(version.mode), id: version.id.clone().unwrap_or_default() }
}

pub(super) fn mode(mode: FileMode) -> TreeMode {
    match mode {
        FileMode::Regular => TreeMode::Regular,
        FileMode::Executable => TreeMode::Executable,
        FileMode::Symlink => TreeMode::Symlink,
        FileMode::Submodule => TreeMode::Submodule,
    }
}
