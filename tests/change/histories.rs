//! Histories that others made, and what of them is an author's own.

use std::fmt::Write as _;

use seam::{
    domain::ids::RepositoryId,
    git::{mirror::Mirrors, mirror_limits::MirrorLimits},
};

use super::git;

/// One commit as fast-import wants it, which writes one file.
fn commit(stream: &mut String, branch: &str, subject: &str, parents: &str, file: &str) {
    let length = subject.len();
    write!(stream, "commit refs/heads/{branch}\ncommitter A <a@example.com> 1 +0000\ndata {length}\n{subject}\n")
        .unwrap();
    write!(stream, "{parents}M 100644 inline {file}\ndata {length}\n{subject}\n").unwrap();
}

/// A branch of two commits, between which the base branch was merged so often; gives those that are told to be its author's.
fn told_after(merges: usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("7.git");
    std::fs::create_dir(&repository).unwrap();
    git::run(&repository, &["init", "--quiet", "--bare", "."], &[]);
    let mut stream = String::new();
    commit(&mut stream, "base", "Begin", "", "README.md");
    commit(&mut stream, "head", "Add till", "from refs/heads/base\n", "till.py");
    for number in 0..merges {
        let subject = format!("Change {number}");
        commit(&mut stream, "base", &subject, "", "README.md");
        commit(&mut stream, "head", &subject, "merge refs/heads/base\n", "README.md");
    }
    commit(&mut stream, "head", "Add quay", "", "quay.py");
    git::run(&repository, &["fast-import", "--quiet", "--done"], format!("{stream}done\n").as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = "https://nowhere.invalid".parse().unwrap();
        let mirrors = Mirrors::new(folder.path(), url, MirrorLimits::default()).unwrap();
        let [base, head] = ["base", "head"].map(|name| git::text(&repository, &["rev-parse", name]).parse().unwrap());
        let commits = [base, head];
        let mirror = mirrors.fetch(RepositoryId(7), &"o/r".parse().unwrap(), None, &commits).await.unwrap();
        let set = mirror.change_set(&commits[0], &commits[1]).await.unwrap();
        let surroundings = mirror.surroundings(&commits[0], &commits[1], &set).await.unwrap();
        surroundings.commits.into_iter().map(|commit| commit.subject).collect()
    })
}

#[test]
fn an_author_has_no_part_in_merges_of_the_base() {
    assert_eq!(told_after(0), ["Add till", "Add quay"]);
    assert_eq!(told_after(30), ["Add till", "Add quay"]);
}

#[test]
fn a_history_is_not_walked_without_end() {
    assert!(told_after(3_000).is_empty());
}
