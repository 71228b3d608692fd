//! What is never cut apart: files whose changes only make sense together, whoever groups them.

use std::collections::HashMap;

use crate::{
    change::{
        change_set::{ChangeSet, FileChange, FileMode, RepoPath},
        contents::Contents,
    },
    domain::ledger::FileStatus,
};

/// Files of a change set, by number, that have to stay together; each set ascends, and the sets by their first.
pub fn of(set: &ChangeSet, contents: &dyn Contents) -> Vec<Vec<usize>> {
    let mut links = Links::new(set.files.len());
    link_same_paths(set, &mut links);
    link_folders(set, &mut links);
    link_submodules(set, &mut links);
    link_symlinks(set, contents, &mut links);
    links.groups()
}

/// The paths whose entries a file's change sets: where it is, and where it was.
pub fn paths(file: &FileChange) -> impl Iterator<Item = &RepoPath> {
    let left = file.old_path.as_ref().filter(|_| file.status == FileStatus::Renamed);
    std::iter::once(&file.path).chain(left)
}

/// What is moved away from a path, and what is put there. Also two paths that look the same to people: a plan names files
/// by what is shown.
fn link_same_paths(set: &ChangeSet, links: &mut Links) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, file) in set.files.iter().enumerate() {
        for path in paths(file) {
            links.join(*seen.entry(path.display()).or_insert(at), at);
        }
    }
}

/// A file that became a folder, or the other way.
fn link_folders(set: &ChangeSet, links: &mut Links) {
    let touched: HashMap<&[u8], usize> =
        set.files.iter().enumerate().flat_map(|(at, file)| paths(file).map(move |path| (&path.0[..], at))).collect();
    for (at, file) in set.files.iter().enumerate() {
        for path in paths(file) {
            let slashes = path.0.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(slash, _)| slash);
            for folder in slashes.filter_map(|slash| touched.get(&path.0[..slash])) {
                links.join(*folder, at);
            }
        }
    }
}

/// A submodule and the file that says where it comes from.
fn link_submodules(set: &ChangeSet, links: &mut Links) {
    let Some(modules) = set.files.iter().position(|file| file.path.0 == b".gitmodules") else { return };
    let is_submodule =
        |file: &FileChange| file.old.iter().chain(&file.new).any(|version| version.mode == FileMode::Submodule);
    // One that only moves on to another commit needs no new line there.
    let moves = |file: &FileChange| {
        file.status == FileStatus::Modified
            && file.old.as_ref().map(|old| old.mode) == file.new.as_ref().map(|new| new.mode)
    };
    for (at, file) in set.files.iter().enumerate() {
        if is_submodule(file) && !moves(file) {
            links.join(modules, at);
        }
    }
}

/// A symlink and what it points to, where both are new.
fn link_symlinks(set: &ChangeSet, contents: &dyn Contents, links: &mut Links) {
    let is_link = |file: &FileChange| file.new.as_ref().is_some_and(|version| version.mode == FileMode::Symlink);
    for (at, link) in set.files.iter().enumerate() {
        if link.status != FileStatus::Added || !is_link(link) {
            continue;
        }
        let Ok(Some(target)) = contents.head(link) else { continue };
        let target = resolve(&link.path, &target);
        let found = set.files.binary_search_by(|file| file.path.cmp(&target));
        if let Ok(target) = found
            .or_else(|at| if at < set.files.len() && is_below(&set.files[at].path, &target) { Ok(at) } else { Err(at) })
            && set.files[target].status == FileStatus::Added
        {
            links.join(target, at);
        }
    }
}

/// Where a symlink's target is, seen from the top.
fn resolve(link: &RepoPath, target: &[u8]) -> RepoPath {
    let mut parts: Vec<&[u8]> = link.0.split(|byte| *byte == b'/').collect();
    parts.pop();
    for part in target.split(|byte| *byte == b'/') {
        match part {
            b".." => drop(parts.pop()),
            b"" | b"." => {}
            name => parts.push(name),
        }
    }
    RepoPath(parts.join(&b'/'))
}

fn is_below(path: &RepoPath, folder: &RepoPath) -> bool {
    path.0.strip_prefix(&folder.0[..]).is_some_and(|rest| rest.starts_with(b"/"))
}

/// Sets that grow together; the first member stands for its set.
pub struct Links(Vec<usize>);

impl Links {
    pub fn new(members: usize) -> Self {
        Self((0..members).collect())
    }

    pub fn first(&self, mut member: usize) -> usize {
        while self.0[member] != member {
            member = self.0[member];
        }
        member
    }

    pub fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        let (first, second) = (one.min(other), one.max(other));
        self.0[second] = first;
    }

    pub fn groups(mut self) -> Vec<Vec<usize>> {
        let mut groups = vec![Vec::new(); self.0.len()];
        for member in 0..self.0.len() {
            let first = self.first(member);
            self.0[member] = first;
            groups[first].push(member);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::change::{change_set::FileVersion, contents::ContentsError};

    fn file(path: &str, old: Option<FileMode>, new: Option<FileMode>) -> FileChange {
        let version = |mode: FileMode| FileVersion { mode, id: None, size: 0 };
        FileChange::unpaired(path.into(), old.map(version), new.map(version))
    }

    /// Every file of it holds the same.
    struct Holding(&'static str);

    impl Contents for Holding {
        fn base(&self, _: &FileChange) -> Result<Option<Bytes>, ContentsError> {
            Ok(None)
        }

        fn head(&self, _: &FileChange) -> Result<Option<Bytes>, ContentsError> {
            Ok(Some(Bytes::from_static(self.0.as_bytes())))
        }
    }

    fn linked(files: Vec<FileChange>) -> Vec<Vec<usize>> {
        of(&ChangeSet { files, ..ChangeSet::default() }, &Holding("../x/a.txt"))
    }

    #[test]
    fn what_takes_the_place_of_another_stays_with_it() {
        use FileMode::{Regular, Submodule, Symlink};
        let moved = FileChange {
            old_path: Some("a".into()),
            status: FileStatus::Renamed,
            ..file("b", Some(Regular), Some(Regular))
        };
        let on = FileChange { old_path: Some("b".into()), path: "c".into(), ..moved.clone() };
        assert_eq!(linked(vec![moved, on, file("d", None, Some(Regular))]), [vec![0, 1], vec![2]]);
        let folder =
            [file("lib", Some(Regular), None), file("lib/a/b", None, Some(Regular)), file("lib2", None, Some(Regular))];
        assert_eq!(linked(folder.into()), [vec![0, 1], vec![2]]);
        let module = [
            file(".gitmodules", None, Some(Regular)),
            file("m", None, Some(Submodule)),
            file("n", Some(Submodule), Some(Submodule)),
        ];
        assert_eq!(linked(module.into()), [vec![0, 1], vec![2]]);
        let link = [file("x/a.txt", None, Some(Regular)), file("y/a", None, Some(Symlink))];
        assert_eq!(linked(link.into()), [vec![0, 1]]);
    }
}
