//! What `.gitattributes` say about paths. Only those of the base are ever read: a change cannot hide itself.

use std::{os::unix::ffi::OsStrExt as _, path::Path};

use gix::{
    attrs::{
        Search, StateRef,
        search::{MetadataCollection, Outcome},
    },
    glob::pattern::Case,
};

use super::change_set::RepoPath;

/// A `.gitattributes` beyond this is not read.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;
/// A pattern with more wildcards is not used: matching it could take for ever.
const MAX_WILDCARDS: usize = 8;
/// What is asked for.
const NAMES: [&str; 2] = ["linguist-generated", "diff"];

/// All `.gitattributes` that concern a change.
#[derive(Default)]
pub struct Attributes {
    search: Search,
    names: MetadataCollection,
}

/// What they say about one path. `None` is silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathAttributes {
    /// `linguist-generated`, which GitHub folds in diffs.
    pub generated: Option<bool>,
    /// `diff`: unset means binary, set means text whatever it holds.
    pub diff: Option<bool>,
}

impl Attributes {
    /// From files as (folder, content); the folder is empty for the root.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a RepoPath, &'a [u8])>) -> Self {
        let mut attributes = Self::default();
        attributes.add(b"[attr]binary -diff -merge -text", None);
        let mut files: Vec<_> = files.into_iter().collect();
        // The deeper one wins, and may define no macros.
        files.sort_by_key(|(folder, _)| (folder.0.len(), *folder));
        for (folder, content) in files {
            attributes.add(&without_costly_patterns(content), Some(folder));
        }
        attributes
    }

    fn add(&mut self, content: &[u8], folder: Option<&RepoPath>) {
        let source =
            Path::new(std::ffi::OsStr::from_bytes(folder.map_or(b"", |folder| &folder.0))).join(".gitattributes");
        let is_root = folder.is_none_or(|folder| folder.0.is_empty());
        // Its only error is a path that is none.
        let _ = self.search.add_patterns_buffer(content, source, Some(Path::new("")), &mut self.names, is_root);
    }

    pub fn of(&self, path: &RepoPath) -> PathAttributes {
        let mut found = Outcome::default();
        found.initialize_with_selection(&self.names, NAMES);
        self.search.pattern_matching_relative_path(path.0.as_slice().into(), Case::Sensitive, Some(false), &mut found);
        let [mut generated, mut diff] = [None; 2];
        for (found, value) in found.iter_selected().zip([&mut generated, &mut diff]) {
            *value = match found.assignment.state {
                StateRef::Set => Some(true),
                StateRef::Unset => Some(false),
                StateRef::Value(text) if text.as_bstr() == "true" => Some(true),
                StateRef::Value(text) if text.as_bstr() == "false" => Some(false),
                _ => None,
            };
        }
        PathAttributes { generated, diff }
    }
}

fn without_costly_patterns(content: &[u8]) -> Vec<u8> {
    let cheap = |line: &&[u8]| line.iter().filter(|byte| **byte == b'*').count() <= MAX_WILDCARDS;
    content.split_inclusive(|byte| *byte == b'\n').filter(cheap).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(files: &[(&str, &str)], path: &str) -> PathAttributes {
        let files: Vec<_> = files.iter().map(|(folder, text)| (RepoPath::from(*folder), text.as_bytes())).collect();
        Attributes::parse(files.iter().map(|(folder, text)| (folder, *text))).of(&path.into())
    }

    #[test]
    fn the_deeper_file_wins_and_paths_count_from_its_folder() {
        let files = [("", "*.rs linguist-generated\n*.bin binary\n"), ("src", "/own.rs -linguist-generated\n")];
        assert_eq!(ask(&files, "a.rs").generated, Some(true));
        assert_eq!(ask(&files, "src/own.rs").generated, Some(false));
        assert_eq!(ask(&files, "src/deep/own.rs").generated, Some(true));
        assert_eq!(ask(&files, "x/y.bin"), PathAttributes { generated: None, diff: Some(false) });
        assert_eq!(ask(&files, "README"), PathAttributes::default());
    }

    #[test]
    fn values_as_people_write_them() {
        let files = [("", "a linguist-generated=true\nb linguist-generated=false\nc diff=rust\nd diff\n")];
        assert_eq!(ask(&files, "a").generated, Some(true));
        assert_eq!(ask(&files, "b").generated, Some(false));
        assert_eq!(ask(&files, "c").diff, None);
        assert_eq!(ask(&files, "d").diff, Some(true));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not_used() {
        let slow = format!("{}b linguist-generated\n", "*a".repeat(30));
        assert_eq!(ask(&[("", &slow)], &"a".repeat(200)).generated, None);
        let tolerable = format!("{}b linguist-generated\n", "*a".repeat(8));
        assert_eq!(ask(&[("", &tolerable)], &"a".repeat(4000)).generated, None);
    }
}
