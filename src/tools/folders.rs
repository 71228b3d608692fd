//! What the folders that a change touches have to say: their `.seam.yml`, as the default branch has it.

use bytes::Bytes;

use super::error::ToolError;
use crate::{
    analysis::engine::Engine,
    change::change_set::ChangeSet,
    config::{
        effective::Effective,
        folder_files::{FolderFile, MOST_BYTES, MOST_FILES, folders_above},
        policy::Policy,
        policy_file::too_large,
    },
    domain::ids::CommitSha,
    git::{error::GitError, mirror::Mirror},
};

/// The policy with that of the folders, and what is wrong with their files. `settings_at`: the commit that they are read from,
/// which is in the mirror.
pub(super) async fn with_folders(
    policy: Policy,
    settings_at: Option<&CommitSha>,
    (mirror, changes): (&Mirror, &ChangeSet),
    engine: &Engine,
) -> Result<Effective, ToolError> {
    let mut effective = Effective { policy, ..Effective::default() };
    let Some(commit) = settings_at else { return Ok(effective) };
    let changed: Vec<String> = changes.files.iter().map(|file| file.path.display()).collect();
    let folders = folders_above(changed.iter().map(String::as_str));
    let paths = folders.iter().map(|folder| FolderFile::path_in(folder)).collect();
    // One more than count, to know that there are more.
    let found = mirror.small_files(commit, paths, MOST_FILES + 1, MOST_BYTES).await?;
    let text = |read: Result<Bytes, GitError>| {
        read.map_or_else(|_| too_large(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let files: Vec<_> = found.into_iter().map(|(path, read)| FolderFile::at(&path, text(read))).collect();
    effective.add_folders(&files);
    effective.tell_unknown_rules(|| engine.rule_ids());
    Ok(effective)
}
