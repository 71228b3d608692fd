//! By the author's own commits: whoever cut a change into clean commits has said already what belongs together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Scene;
use crate::{
    change::change_set::RepoPath,
    split::{atoms, atoms::Links, blocks::Blocks, input::SplitInput},
};

/// A commit that touches more than this share of the blocks says nothing.
const MOST: f64 = 0.5;
/// Subjects of commits that only mend the one before.
const UNFINISHED: [&str; 9] = ["wip", "fixup!", "squash!", "amend!", "address", "review", "fix typo", "typo", "lint"];

/// Which commits touched which blocks.
pub(super) struct Shared(Vec<BTreeSet<usize>>);

impl Shared {
    pub(super) fn of(input: SplitInput<'_>, blocks: &Blocks) -> Self {
        let mut touched = vec![BTreeSet::new(); blocks.files.len()];
        let commits = &input.surroundings.commits;
        if commits.len() < 2 {
            return Self(touched);
        }
        let block_of = blocks_by_path(input, blocks);
        for (number, commit) in commits.iter().enumerate() {
            let of_commit: BTreeSet<usize> =
                commit.paths.iter().filter_map(|path| block_of.get(path).copied()).collect();
            let tells = (of_commit.len() as f64) <= MOST * blocks.files.len() as f64;
            if tells && !is_unfinished(&commit.subject) {
                for block in of_commit {
                    touched[block].insert(number);
                }
            }
        }
        Self(touched)
    }

    /// Commits that touched both, as a share of those that touched one of them.
    pub(super) fn share(&self, one: usize, other: usize) -> f64 {
        let (one, other) = (&self.0[one], &self.0[other]);
        let all = one.union(other).count();
        if all == 0 { 0.0 } else { one.intersection(other).count() as f64 / all as f64 }
    }
}

fn blocks_by_path<'a>(input: SplitInput<'a>, blocks: &Blocks) -> HashMap<&'a RepoPath, usize> {
    let mut block_of = HashMap::new();
    for (block, files) in blocks.files.iter().enumerate() {
        for file in files.iter().map(|file| &input.set.files[*file]) {
            block_of.extend(atoms::paths(file).map(|path| (path, block)));
        }
    }
    block_of
}

fn is_unfinished(subject: &str) -> bool {
    let subject = subject.to_lowercase();
    UNFINISHED.iter().any(|word| subject.starts_with(word))
}

/// Commits in order, each with what it was the last to touch. One that mends an earlier one goes with it.
pub(super) fn groups(scene: &Scene<'_>) -> Vec<Vec<usize>> {
    let commits = &scene.input.surroundings.commits;
    let block_of = blocks_by_path(scene.input, scene.blocks);
    let of_commit: Vec<BTreeSet<usize>> = commits
        .iter()
        .map(|commit| commit.paths.iter().filter_map(|path| block_of.get(path).copied()).collect())
        .collect();
    let mut links = Links::new(commits.len());
    for (number, commit) in commits.iter().enumerate().filter(|(_, commit)| is_unfinished(&commit.subject)) {
        let shares = |earlier: &usize| !of_commit[*earlier].is_disjoint(&of_commit[number]);
        let mended = (0..number).rev().find(shares).or_else(|| number.checked_sub(1));
        if let Some(mended) = mended.filter(|_| !commit.paths.is_empty()) {
            links.join(mended, number);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for block in 0..scene.blocks.files.len() {
        // A file that several commits touched is where it was touched with most of its neighbours: in the smallest.
        let holders = (0..commits.len()).filter(|number| of_commit[*number].contains(&block));
        let home = holders
            .min_by_key(|number| (of_commit[*number].len(), *number))
            .map_or(usize::MAX, |number| links.first(number));
        groups.entry(home).or_default().push(block);
    }
    groups.into_values().collect()
}
