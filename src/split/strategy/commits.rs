//! By the author's own commits: whoever cut a change into clean commits has said already what belongs together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Scene;
use crate::{
    change::{change_set::RepoPath, surroundings::AuthorCommit},
    review::markdown::quoted,
    split::{atoms, atoms::Links, blocks::Blocks, input::SplitInput},
};

/// A commit that touches more than this share of the blocks is no ground that others could only mend.
const MOST: f64 = 0.8;
/// Subjects of commits that only mend the one before.
const UNFINISHED: [&str; 9] = ["wip", "fixup!", "squash!", "amend!", "address", "review", "fix typo", "typo", "lint"];

/// The author's commits, as far as they tell anything of the blocks.
struct Commits {
    /// Of each commit the blocks that it touched.
    touched: Vec<BTreeSet<usize>>,
    /// It only mends what earlier ones brought: what it touches together need not belong together.
    mends: Vec<bool>,
}

impl Commits {
    fn of(input: SplitInput<'_>, blocks: &Blocks) -> Self {
        let commits = &input.surroundings.commits;
        let block_of = blocks_by_path(input, blocks);
        let touched_by = |commit: &AuthorCommit| -> BTreeSet<usize> {
            commit.paths.iter().filter_map(|path| block_of.get(path).copied()).collect()
        };
        let touched: Vec<BTreeSet<usize>> = commits.iter().map(touched_by).collect();
        let mut known = BTreeSet::new();
        let mut mends = Vec::new();
        for (commit, touched) in commits.iter().zip(&touched) {
            mends.push(is_unfinished(&commit.subject) || touched.is_subset(&known));
            if touched.len() as f64 <= MOST * blocks.files.len() as f64 {
                known.extend(touched);
            }
        }
        Self { touched, mends }
    }

    fn holders(&self, block: usize) -> impl Iterator<Item = usize> {
        (0..self.touched.len()).filter(move |number| self.touched[*number].contains(&block))
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

/// How far blocks were committed together.
pub(super) struct Shared {
    /// Of each block the commits that touched it and do not only mend.
    holders: Vec<BTreeSet<usize>>,
    /// What each commit tells: the less, the more it touches.
    tells: Vec<f64>,
}

impl Shared {
    pub(super) fn of(input: SplitInput<'_>, blocks: &Blocks) -> Self {
        let commits = Commits::of(input, blocks);
        let all = blocks.files.len();
        let holders = |block| commits.holders(block).filter(|number| !commits.mends[*number]).collect();
        Self {
            holders: (0..all).map(holders).collect(),
            tells: commits.touched.iter().map(|touched| 1.0 - touched.len() as f64 / all as f64).collect(),
        }
    }

    /// Commits that touched both, as a share of those that touched one of them, by what they tell. `None`: the commits say
    /// nothing of one of them.
    pub(super) fn share(&self, one: usize, other: usize) -> Option<f64> {
        let (one, other) = (&self.holders[one], &self.holders[other]);
        let told = |commits: &mut dyn Iterator<Item = &usize>| commits.map(|number| self.tells[*number]).sum::<f64>();
        let is_told = told(&mut one.iter()) > 0.0 && told(&mut other.iter()) > 0.0;
        is_told.then(|| told(&mut one.intersection(other)) / told(&mut one.union(other)))
    }
}

/// Commits in order, each with what it brought. One that mends an earlier one goes with it.
pub(super) fn groups(scene: &Scene<'_>) -> Vec<Vec<usize>> {
    let commits = Commits::of(scene.input, scene.blocks);
    let Commits { touched, mends } = &commits;
    let mut links = Links::new(touched.len());
    for number in (0..touched.len()).filter(|number| mends[*number]) {
        let shares = |earlier: &usize| !touched[*earlier].is_disjoint(&touched[number]);
        let mended = (0..number).rev().find(shares).or_else(|| number.checked_sub(1));
        if let Some(mended) = mended.filter(|_| !touched[number].is_empty()) {
            links.join(mended, number);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for block in 0..scene.blocks.files.len() {
        // What several commits touched is where it was touched with the fewest others; what only mends holds nothing that
        // another one brought.
        let home = commits.holders(block).min_by_key(|number| (mends[*number], touched[*number].len(), *number));
        groups.entry(home.map_or(usize::MAX, |number| links.first(number))).or_default().push(block);
    }
    groups.into_values().collect()
}

/// The commit that a group was made by.
pub(super) fn reasons<'s>(scene: &'s Scene<'_>) -> impl Fn(&[usize]) -> Option<String> + 's {
    let (commits, all) = (Commits::of(scene.input, scene.blocks), scene.blocks.files.len());
    move |group| {
        let tells = |number: &usize| !commits.mends[*number] && commits.touched[*number].len() < all;
        let holds = |number: &usize| group.iter().all(|block| commits.touched[*number].contains(block));
        let number = (0..commits.touched.len()).filter(|_| group.len() > 1).filter(tells).find(holds)?;
        let subject = quoted(&scene.input.surroundings.commits[number].subject);
        Some(format!("the author committed them together: {subject}"))
    }
}
