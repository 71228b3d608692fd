//! Change sets of random trees, judged by git itself.

use std::path::Path;

use proptest::{prelude::*, test_runner::TestCaseResult};
use seam::{
    change::{
        anchors,
        apply::apply,
        assemble::Limits,
        change_set::{ChangeSet, FileChange, FileKind, FileMode, FileVersion},
        contents::Contents,
    },
    domain::{
        anchor::{Anchor, Side},
        ids::{CommitSha, RepositoryId},
        ledger::FileStatus,
    },
    git::{
        mirror::Mirrors,
        mirror_limits::MirrorLimits,
        work_tree::{Head, LocalChange, WorkTree},
    },
};

use super::{
    git::{self, RawChange, ShownHunk},
    random_tree::{self, Pair},
};

/// What Seam and git say of one pair of trees.
pub(super) struct Case {
    changes: ChangeSet,
    contents: Box<dyn Contents>,
    pub(super) raw: Vec<RawChange>,
    /// Git's hunks of each file of `raw`; none for a change of type, which git shows as two files.
    shown: Vec<Vec<ShownHunk>>,
}

impl Case {
    fn new(
        changes: ChangeSet,
        contents: Box<dyn Contents>,
        repository: &Path,
        options: &[&str],
        what: &[&str],
    ) -> Self {
        let raw = git::raw(repository, options, what);
        let mut sections = git::shown(repository, options, what).into_iter();
        let shown = raw.iter().map(|change| {
            let hunks = sections.next().unwrap();
            if change.status == 'T' {
                sections.next().unwrap();
                return Vec::new();
            }
            hunks
        });
        let shown = shown.collect();
        Self { changes, contents, raw, shown }
    }

    pub(super) fn check(&self) -> TestCaseResult {
        let ours: Vec<RawChange> = self.changes.files.iter().map(as_raw).collect();
        prop_assert_eq!(&ours, &self.raw);
        hunks_are_gits(self)?;
        hunks_applied_to_the_base_give_the_head(self)?;
        anchors_are_accepted_where_github_accepts_them(self)?;
        kinds_are_what_git_shows(self)
    }
}

/// As the server sees it: renames only, as GitHub has them. A mirror that holds everything already asks nobody.
pub(super) fn mirrored(folder: &Path, base: &CommitSha, head: &CommitSha) -> Case {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = "https://nowhere.invalid".parse().unwrap();
    let mirrors = Mirrors::new(folder, url, MirrorLimits::default()).unwrap();
    let (changes, mirror) = runtime.block_on(async {
        let commits = [base.clone(), head.clone()];
        let mirror = mirrors.fetch(RepositoryId(7), &"o/r".parse().unwrap(), None, &commits).await.unwrap();
        (mirror.change_set(base, head).await.unwrap(), mirror)
    });
    Case::new(changes, Box::new(mirror), &folder.join("7.git"), &["-M"], &[base.as_str(), head.as_str()])
}

/// As the command line sees it: renames and copies.
pub(super) fn local(repository: &Path, base: &CommitSha, head: &Head, what: &[&str]) -> Case {
    let work_tree = WorkTree::discover(repository, Limits::default()).unwrap();
    let LocalChange { set, contents } = work_tree.changes(base, head).unwrap();
    Case::new(set, Box::new(contents), repository, &["-M", "-C"], what)
}

fn as_raw(file: &FileChange) -> RawChange {
    let mode = |version: &Option<FileVersion>| match version.as_ref().map(|version| version.mode) {
        None => "000000",
        Some(FileMode::Regular) => "100644",
        Some(FileMode::Executable) => "100755",
        Some(FileMode::Symlink) => "120000",
        Some(FileMode::Submodule) => "160000",
    };
    let id = |version: &Option<FileVersion>| match version {
        None => "0".repeat(40),
        Some(version) => version.id.clone().unwrap(),
    };
    let status = match file.status {
        FileStatus::Added => 'A',
        FileStatus::Removed => 'D',
        FileStatus::Renamed => 'R',
        FileStatus::Copied => 'C',
        FileStatus::Modified => {
            let kind = |version: &Option<FileVersion>| mode(version)[..3].to_owned();
            if kind(&file.old) == kind(&file.new) { 'M' } else { 'T' }
        }
    };
    RawChange {
        status,
        modes: (mode(&file.old).to_owned(), mode(&file.new).to_owned()),
        ids: (id(&file.old), id(&file.new)),
        old_path: file.base_path().0.clone(),
        path: file.path.0.clone(),
    }
}

fn hunks_are_gits(case: &Case) -> TestCaseResult {
    for (file, shown) in case.changes.files.iter().zip(&case.shown) {
        let ours: Vec<ShownHunk> = file
            .hunks
            .iter()
            .map(|hunk| {
                let removed = hunk.edits.iter().flat_map(|edit| edit.old.clone()).collect::<Vec<_>>();
                let added = hunk.edits.iter().flat_map(|edit| edit.new.clone()).collect::<Vec<_>>();
                let kept = |all: std::ops::Range<u32>, changed: &[u32]| {
                    all.filter(|line| !changed.contains(line)).collect::<Vec<_>>()
                };
                let context =
                    std::iter::zip(kept(hunk.old.clone(), &removed), kept(hunk.new.clone(), &added)).collect();
                ShownHunk { removed, added, context }
            })
            .collect();
        prop_assert_eq!(&ours, shown, "{:?}", file);
    }
    Ok(())
}

fn hunks_applied_to_the_base_give_the_head(case: &Case) -> TestCaseResult {
    for file in case.changes.files.iter().filter(|file| !file.hunks.is_empty()) {
        let base = case.contents.base(file).unwrap().unwrap_or_default();
        let head = case.contents.head(file).unwrap().unwrap_or_default();
        let edits = file.hunks.iter().flat_map(|hunk| &hunk.edits);
        prop_assert_eq!(apply(&base, &head, edits).unwrap(), head.to_vec());
    }
    Ok(())
}

/// GitHub's rule, over what git shows: on the right added and context lines, on the left removed ones, a range within one
/// hunk; and a path that GitHub can be told.
fn anchors_are_accepted_where_github_accepts_them(case: &Case) -> TestCaseResult {
    for (file, shown) in case.changes.files.iter().zip(&case.shown) {
        let commentable = |hunk: &ShownHunk, side| match side {
            // GitHub knows no copies: the file is new to it.
            Side::Left if file.status == FileStatus::Copied => Vec::new(),
            Side::Left => hunk.removed.clone(),
            Side::Right => {
                let mut lines: Vec<u32> = hunk.context.iter().map(|(_, new)| *new).chain(hunk.added.clone()).collect();
                lines.sort_unstable();
                lines
            }
        };
        for side in [Side::Left, Side::Right] {
            for line in 0..50_u32 {
                for start_line in line.saturating_sub(6)..=line + 1 {
                    let taken = std::str::from_utf8(&file.path.0).is_ok()
                        && start_line <= line
                        && shown
                            .iter()
                            .map(|hunk| commentable(hunk, side))
                            .any(|lines| lines.contains(&line) && lines.contains(&start_line));
                    let anchor = Anchor { side, start_line, line };
                    prop_assert_eq!(anchors::accepts(file, anchor), taken, "{:?} in {:?}", anchor, file);
                }
            }
        }
        for start in 1..45 {
            let placed =
                [anchors::on_head_lines(file, start, start + 3), anchors::on_base_lines(file, start, start + 3)];
            for anchor in placed.into_iter().flatten() {
                prop_assert!(anchors::accepts(file, anchor), "{:?} was proposed for {:?}", anchor, file);
            }
        }
    }
    Ok(())
}

fn kinds_are_what_git_shows(case: &Case) -> TestCaseResult {
    for (file, shown) in case.changes.files.iter().zip(&case.shown) {
        let has_hunks = !file.hunks.is_empty();
        prop_assert_eq!(has_hunks, !shown.is_empty());
        prop_assert!(!has_hunks || !matches!(file.kind, FileKind::Binary | FileKind::TooLarge | FileKind::Unreadable));
    }
    Ok(())
}

/// Each case asks git five times; `PROPTEST_CASES` asks for more of them.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_set_of_two_commits_is_what_git_says(pair in random_tree::pair()) {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("7.git");
        std::fs::create_dir(&repository).unwrap();
        let (base, head) = random_tree::write(&repository, &pair, &["init", "--quiet", "--bare", "."]);
        mirrored(folder.path(), &base, &head).check()?;
        local(&repository, &base, &Head::Commit(head.clone()), &[base.as_str(), head.as_str()]).check()?;
    }

    #[test]
    fn a_change_set_of_a_work_tree_is_what_git_would_commit(pair in random_tree::pair().prop_map(Pair::without_submodules)) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (base, _) = random_tree::write(root, &pair, &["init", "--quiet", "."]);
        git::run(root, &["reset", "--quiet", "--hard", base.as_str()], &[]);
        pair.lay_out(root);
        let before = WorkTree::discover(root, Limits::default()).unwrap().changes(&base, &Head::WorkTree).unwrap();
        git::run(root, &["add", "--all"], &[]);
        let staged = local(root, &base, &Head::Staged, &["--cached", base.as_str()]);
        staged.check()?;
        prop_assert_eq!(&before.set.files, &staged.changes.files);
        Case { changes: before.set, contents: Box::new(before.contents), ..staged }.check()?;
    }
}
