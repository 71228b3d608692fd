//! Commits that a branch may have had: those of the pull requests that a case is made of, clean or as branches really are.

use std::collections::BTreeSet;

use seam::change::{change_set::RepoPath, surroundings::AuthorCommit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// One commit, as a squash leaves it.
    Squash,
    /// One commit for each pull request.
    Clean,
    /// Two for each, every other of its files in either, the last one of the first half in both.
    Steps,
    /// After each a commit that mends every third of its files, and in the end one that touches every fourth of all.
    Mended,
    /// One for each, into which every other one also takes a file of the next.
    Mixed,
}

impl History {
    /// All but the squash.
    pub(crate) const KNOWN: [(&str, Self); 4] =
        [("clean", Self::Clean), ("steps", Self::Steps), ("mended", Self::Mended), ("mixed", Self::Mixed)];

    /// `pulls`: a commit for each pull request, oldest first.
    pub(crate) fn of(self, pulls: &[AuthorCommit]) -> Vec<AuthorCommit> {
        match self {
            Self::Squash => Vec::new(),
            Self::Clean => pulls.to_vec(),
            Self::Steps => pulls.iter().flat_map(steps).collect(),
            Self::Mended => {
                let mend = |pull: &AuthorCommit| commit("Mend it", pull.paths.iter().step_by(3));
                let all: BTreeSet<&RepoPath> = pulls.iter().flat_map(|pull| &pull.paths).collect();
                let sweep = commit("Sweep", all.into_iter().step_by(4));
                pulls.iter().flat_map(|pull| [pull.clone(), mend(pull)]).chain([sweep]).collect()
            }
            Self::Mixed => {
                let next =
                    |at: usize| pulls.get(at + 1).filter(|_| at.is_multiple_of(2)).and_then(|next| next.paths.first());
                let mixed =
                    |(at, pull): (usize, &AuthorCommit)| commit(&pull.subject, pull.paths.iter().chain(next(at)));
                pulls.iter().enumerate().map(mixed).collect()
            }
        }
    }
}

fn steps(pull: &AuthorCommit) -> [AuthorCommit; 2] {
    let last = pull.paths.iter().step_by(2).next_back();
    let first = commit(&pull.subject, pull.paths.iter().step_by(2));
    [first, commit(&pull.subject, last.into_iter().chain(pull.paths.iter().skip(1).step_by(2)))]
}

fn commit<'p>(subject: &str, paths: impl Iterator<Item = &'p RepoPath>) -> AuthorCommit {
    AuthorCommit {
        id: String::new(),
        subject: subject.to_owned(),
        body: String::new(),
        author: String::new(),
        paths: paths.cloned().collect(),
    }
}
