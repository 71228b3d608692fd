//! What a plan to split a change is made from besides the change itself: plain data that the git room reads from the base
//! and from history. Nothing in here comes from the head but the author's own commits.

use std::collections::BTreeMap;

use super::{change_set::RepoPath, frequencies::Frequencies};

#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub frequencies: Frequencies,
    pub history: History,
    /// The author's commits from base to head, oldest first; empty for a work tree.
    pub commits: Vec<AuthorCommit>,
    /// `CODEOWNERS` of the base.
    pub codeowners: Option<String>,
    /// The pull request template of the base.
    pub template: Option<String>,
}

/// Which of the changed files were touched by which earlier commits.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// How many commits were looked at.
    pub commits: u32,
    /// Of each path of the base the commits that touched it, by ascending number.
    pub touched: BTreeMap<RepoPath, Vec<u32>>,
    /// First lines of commit messages, newest first.
    pub subjects: Vec<String>,
}

/// One commit of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorCommit {
    pub id: String,
    pub subject: String,
    pub body: String,
    /// As in `Ada <ada@example.com>`.
    pub author: String,
    /// What it touched: old and new paths.
    pub paths: Vec<RepoPath>,
}
