//! What is surely one: the parts of groups that a model is not asked about.

use crate::split::cluster::{self, Likelihoods, Merge};

/// How likely the members of a piece belong together, on the mean.
const SURE: f64 = 0.8;
/// That a question shows; beyond it less sure ones are made one.
pub(super) const MAX_PIECES: usize = 60;

/// Each within one group; the pieces by their first blocks. `None` where even whole groups are too many.
pub(super) fn of(likelihoods: &Likelihoods, groups: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
    if groups.len() > MAX_PIECES {
        return None;
    }
    let merges: Vec<Vec<Merge>> = groups.iter().map(|group| merges(likelihoods, group)).collect();
    let blocks: usize = groups.iter().map(Vec::len).sum();
    let mut heights: Vec<f64> = merges.iter().flatten().map(|merge| merge.height).collect();
    heights.sort_by(|one, other| other.total_cmp(one));
    // So many merges leave as many pieces as are shown.
    let last = blocks.checked_sub(MAX_PIECES + 1).and_then(|at| heights.get(at));
    let sure = last.map_or(SURE, |height| height.min(SURE));
    let mut pieces = Vec::new();
    for (group, merges) in groups.iter().zip(&merges) {
        let kept = merges.iter().take_while(|merge| merge.height >= sure).count();
        let inner = cluster::groups(group.len(), &merges[..kept]);
        pieces.extend(inner.into_iter().map(|piece| piece.into_iter().map(|at| group[at]).collect::<Vec<_>>()));
    }
    pieces.sort_unstable();
    Some(pieces)
}

fn merges(likelihoods: &Likelihoods, group: &[usize]) -> Vec<Merge> {
    let inner = Likelihoods::of(group.len(), |one, other| likelihoods.pair(group[one], group[other]));
    cluster::dendrogram(&inner, &vec![1; group.len()], group.len())
}
