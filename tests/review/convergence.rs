//! Which findings are old news: about code that is as it was at the last review.

use std::collections::BTreeSet;

use bytes::Bytes;
use seam::{
    change::{
        change_set::{ChangeSet, FileChange, FileMode, FileVersion, RepoPath},
        contents::{Contents, ContentsError},
        hunks,
    },
    config::policy::Policy,
    review::convergence::{Since, basis, unchanged},
};

use super::table::{finding, input};

/// Every version of a file names its own text.
struct Texts;

impl Texts {
    fn of(version: Option<&FileVersion>) -> Option<Bytes> {
        version.and_then(|version| version.id.clone()).map(Bytes::from)
    }
}

impl Contents for Texts {
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        Ok(Self::of(file.old.as_ref()))
    }

    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        Ok(Self::of(file.new.as_ref()))
    }
}

fn change(path: &str, old: &str, new: &str) -> FileChange {
    let version =
        |text: &str| FileVersion { mode: FileMode::Regular, id: Some(text.to_owned()), size: text.len() as u64 };
    let old_version = (!old.is_empty()).then(|| version(old));
    let mut file = FileChange::unpaired(RepoPath::from(path), old_version, Some(version(new)));
    file.hunks = hunks::between(old.as_bytes(), new.as_bytes(), &mut u64::MAX.clone());
    file
}

fn set(files: Vec<FileChange>) -> ChangeSet {
    ChangeSet { files, ..ChangeSet::default() }
}

const HEAD: &str =
    "import os\n\n\ndef price(formula):\n    return eval(formula)\n\n\n\n\n\n\n\n\n\ndef other():\n    pass\n";

/// Whether the finding in line 5 of `HEAD` is old news after this change.
fn is_old_news(since: Vec<FileChange>, partly: &[&str]) -> bool {
    let changes = set(vec![
        change("a.py", "import os\n\n\n\n\n\n\n\n\n\ndef other():\n    pass\n", HEAD),
        change("b.py", "", "x\n"),
    ]);
    let partly: Vec<_> = partly.iter().map(|path| (*path).to_owned()).collect();
    let since = Since { changes: &set(since), partly: &partly };
    let found = unchanged(&[finding("a.py", 5, "eval(formula)")], &changes, &since, &Texts);
    assert!(found.is_empty() || found == BTreeSet::from([0]));
    !found.is_empty()
}

#[test]
fn a_hunk_that_did_not_change_is_old_news() {
    assert!(is_old_news(vec![], &[]));
    assert!(is_old_news(vec![change("b.py", "", "x = 1\n")], &["b.py"]));
    assert!(
        is_old_news(vec![change("a.py", &HEAD.replace("def other", "def another"), HEAD)], &[]),
        "far away in its file"
    );
}

#[test]
fn a_hunk_that_changed_is_not() {
    assert!(!is_old_news(vec![change("a.py", &HEAD.replace("eval(formula)", "formula"), HEAD)], &[]));
    assert!(
        !is_old_news(vec![change("a.py", &HEAD.replace("import os\n", ""), HEAD)], &[]),
        "a line near by, in one hunk"
    );
    assert!(
        !is_old_news(vec![change("a.py", &HEAD.replace("import os\n", "import os\nimport re\n"), HEAD)], &[]),
        "removed"
    );
}

#[test]
fn what_the_code_depends_on_may_have_changed() {
    assert!(!is_old_news(vec![change("b.py", "", "formula = input()\n")], &[]), "a name that the hunk uses");
    assert!(!is_old_news(vec![change("b.py", "def price():\n", "x\n")], &[]), "a name that was removed");
    assert!(is_old_news(vec![change("b.py", "", "def return import\n")], &[]), "words of the language");
}

#[test]
fn what_nobody_looked_at_in_full_is_not() {
    assert!(!is_old_news(vec![], &["a.py"]));
    let mut renamed = change("a.py", HEAD, HEAD);
    renamed.old_path = Some(RepoPath::from("old.py"));
    assert!(is_old_news(vec![renamed.clone()], &[]), "a rename changes nothing");
    assert!(!is_old_news(vec![renamed], &["old.py"]));
}

#[test]
fn other_settings_or_another_base_may_find_something_anywhere() {
    let pull = input(Vec::new()).target.pull().unwrap().clone();
    let mut other = pull.clone();
    other.base = "next".to_owned();
    let mut policy = Policy::default();
    let first = basis(&policy, &pull);
    assert_eq!(first, basis(&Policy::default(), &pull));
    assert_ne!(first, basis(&policy, &other));
    policy.review.max_comments = 1;
    assert_eq!(first, basis(&policy, &pull));
    policy.rules.disable.push("py/x".to_owned());
    assert_ne!(first, basis(&policy, &pull));
}
