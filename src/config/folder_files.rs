//! `.seam.yml` in a folder: which files may be there for a change, and how many of them count.

use std::collections::BTreeSet;

/// What a folder's file is called.
const NAME: &str = ".seam.yml";

/// Files that are read for one change, those nearest to the top first.
pub const MOST_FILES: usize = 50;
/// Folders that are looked into for one change.
const MOST_FOLDERS: usize = 2_000;
/// Larger files are not read.
pub const MOST_BYTES: u64 = 64 * 1024;

/// One that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderFile {
    /// Without a slash at its end; empty for the top.
    pub folder: String,
    pub text: String,
}

impl FolderFile {
    /// `path`: of the file.
    pub fn at(path: &str, text: String) -> Self {
        Self { folder: path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), text }
    }

    /// Where the file of a folder stands.
    pub fn path_in(folder: &str) -> String {
        if folder.is_empty() { NAME.to_owned() } else { format!("{folder}/{NAME}") }
    }
}

/// The folders that these files lie in, up to the top: those nearest to it first.
pub fn folders_above<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut folders: BTreeSet<(usize, &str)> = BTreeSet::from([(0, "")]);
    for path in paths {
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert((folder.split('/').count(), folder)) {
                break;
            }
            rest = folder;
        }
    }
    folders.into_iter().take(MOST_FOLDERS).map(|(_, folder)| folder.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_above_a_file_is_named_once() {
        assert_eq!(folders_above(["a/b/c.py", "a/d.py", "a/b/e/f.py", "g.py"]), ["", "a", "a/b", "a/b/e"]);
        assert_eq!(folders_above([]), [""]);
        assert_eq!(FolderFile::path_in("a/b"), "a/b/.seam.yml");
    }
}
