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

/// Why a group was made.
pub type Reason<'s> = Box<dyn Fn(&[usize]) -> Option<String> + 's>;

/// Tells of a group why the strategy made it, where that is something that no measure tells.
pub fn reasons<'s>(scene: &'s Scene<'_>) -> Reason<'s> {
    match scene.input.options.strategy {
        Strategy::Codeowners => Box::new(codeowners::reasons(scene)),
        Strategy::Hybrid | Strategy::Commits => Box::new(commits::reasons(scene)),
        Strategy::Semantic | Strategy::Directory | Strategy::Dependency => Box::new(|_| None),
    }
}

/// How likely two blocks belong together, in the eyes of a strategy.
pub fn likelihoods(input: SplitInput<'_>, blocks: &Blocks, evidence: &Evidence, weights: &Weights) -> Likelihoods {
    let commits = (input.options.strategy == Strategy::Hybrid).then(|| commits::Shared::of(input, blocks));
    Likelihoods::of(evidence.atoms(), |one, other| {
        let shared = commits.as_ref().and_then(|commits| commits.share(one, other));
        weights.likelihood(evidence.pair(one, other), evidence.atoms(), shared)
    })
}
