//! Ways to group blocks: one file each. A strategy is given what is known of the blocks and gives groups of them; sizes,
//! order and reasons are the same for all.

mod codeowners;
mod commits;
mod dependency;
mod directory;

use super::{
    blocks::Blocks,
    cluster::{self, Likelihoods},
    evidence::Evidence,
    facts::Reader,
    input::SplitInput,
    weights::Weights,
};
use crate::domain::plan::Strategy;

/// What strategies look at.
pub struct Scene<'a> {
    pub input: SplitInput<'a>,
    pub blocks: &'a Blocks,
    pub evidence: &'a Evidence,
    /// Of pairs of blocks, as the chosen weights see them.
    pub likelihoods: &'a Likelihoods,
    pub weights: &'a Weights,
    /// Knows how words are spelled.
    pub reader: &'a Reader<'a>,
}

/// Groups of blocks; every block is in one.
pub fn groups(scene: &Scene<'_>) -> Vec<Vec<usize>> {
    let Scene { input, blocks, likelihoods, weights, .. } = scene;
    match input.options.strategy {
        Strategy::Hybrid | Strategy::Semantic => {
            cluster::cluster(likelihoods, &blocks.weights(), input.options.max_files, weights)
        }
        Strategy::Directory => directory::groups(blocks),
        Strategy::Dependency => dependency::groups(scene),
        Strategy::Codeowners => codeowners::groups(scene),
        Strategy::Commits => commits::groups(scene),
    }
}

/// How likely two blocks belong together, in the eyes of a strategy.
pub fn likelihoods(input: SplitInput<'_>, blocks: &Blocks, evidence: &Evidence, weights: &Weights) -> Likelihoods {
    let commits = commits::Shared::of(input, blocks);
    let honours_commits = input.options.strategy == Strategy::Hybrid;
    Likelihoods::of(evidence.atoms(), |one, other| {
        let shared = if honours_commits { commits.share(one, other) } else { 0.0 };
        weights.likelihood(evidence.pair(one, other), evidence.atoms(), shared)
    })
}
