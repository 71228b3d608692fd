//! Puts what belongs together into groups: average linkage, from the most similar pair on, until what is left is too
//! different. Ties go to what comes first, so that the same change gives the same groups.

use super::weights::{CERTAIN, Likelihood, Weights};

/// How likely each pair belongs together.
pub struct Likelihoods {
    atoms: usize,
    sums: Vec<Likelihood>,
}

impl Likelihoods {
    /// `of` is asked once for every pair, the lower number first.
    pub fn of(atoms: usize, of: impl Fn(usize, usize) -> Likelihood) -> Self {
        let mut likelihoods = Self { atoms, sums: vec![0; atoms * atoms] };
        for one in 0..atoms {
            for other in one + 1..atoms {
                let likelihood = of(one, other);
                likelihoods.sums[one * atoms + other] = likelihood;
                likelihoods.sums[other * atoms + one] = likelihood;
            }
        }
        likelihoods
    }

    pub fn atoms(&self) -> usize {
        self.atoms
    }

    pub fn pair(&self, one: usize, other: usize) -> Likelihood {
        self.sums[one * self.atoms + other]
    }

    /// The mean between the members of two groups, from 0 to 1.
    pub fn between(&self, one: &[usize], other: &[usize]) -> f64 {
        let sum: u64 = one.iter().flat_map(|one| other.iter().map(|other| self.pair(*one, *other))).sum();
        mean(sum, one.len() * other.len())
    }

    /// The mean within a group; 1 for a single member.
    pub fn within(&self, group: &[usize]) -> f64 {
        if group.len() < 2 {
            return 1.0;
        }
        let sum: u64 = group.iter().flat_map(|one| group.iter().map(|other| self.pair(*one, *other))).sum();
        mean(sum, group.len() * (group.len() - 1))
    }
}

fn mean(sum: u64, pairs: usize) -> f64 {
    sum as f64 / (pairs.max(1) as u64 * CERTAIN) as f64
}

/// One step: two groups become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// The groups, each named by its first member; `one < other`.
    pub one: usize,
    pub other: usize,
    /// How similar they were.
    pub height: f64,
}

/// All merges from the most similar pair down. `weights` says how many files an atom stands for; no group gets more than
/// `cap` of them.
pub fn dendrogram(likelihoods: &Likelihoods, weights: &[usize], cap: usize) -> Vec<Merge> {
    let atoms = likelihoods.atoms;
    let mut sums = likelihoods.sums.clone();
    let mut members = vec![1_usize; atoms];
    let mut files = weights.to_vec();
    let mut alive: Vec<usize> = (0..atoms).collect();
    let mut merges = Vec::new();
    let best_of = |row: usize, alive: &[usize], sums: &[u64], members: &[usize], files: &[usize]| {
        let mut best: Option<(f64, usize)> = None;
        for &other in alive.iter().filter(|other| **other > row && files[row] + files[**other] <= cap) {
            let height = mean(sums[row * atoms + other], members[row] * members[other]);
            if best.is_none_or(|(most, _)| height > most) {
                best = Some((height, other));
            }
        }
        best
    };
    let mut best: Vec<_> = (0..atoms).map(|row| best_of(row, &alive, &sums, &members, &files)).collect();
    loop {
        let mut top: Option<(f64, usize, usize)> = None;
        for &row in &alive {
            if let Some((height, other)) = best[row]
                && top.is_none_or(|(most, ..)| height > most)
            {
                top = Some((height, row, other));
            }
        }
        let Some((height, one, other)) = top else { return merges };
        merges.push(Merge { one, other, height });
        for &third in &alive {
            let sum = sums[one * atoms + third] + sums[other * atoms + third];
            sums[one * atoms + third] = sum;
            sums[third * atoms + one] = sum;
        }
        members[one] += members[other];
        files[one] += files[other];
        alive.retain(|row| *row != other);
        for &row in &alive {
            let stale = row == one || matches!(best[row], Some((_, to)) if to == one || to == other);
            if stale {
                best[row] = best_of(row, &alive, &sums, &members, &files);
            } else if row < one && files[row] + files[one] <= cap {
                let height = mean(sums[row * atoms + one], members[row] * members[one]);
                // The earlier of two that are equally similar stays.
                if best[row].is_none_or(|(most, to)| height > most || (height == most && one < to)) {
                    best[row] = Some((height, one));
                }
            }
        }
    }
}

/// The groups after the first `merges` of a dendrogram; each in the order of its members, the groups by their first.
pub fn groups(atoms: usize, merges: &[Merge]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..atoms).map(|atom| vec![atom]).collect();
    for merge in merges {
        let other = std::mem::take(&mut groups[merge.other]);
        groups[merge.one].extend(other);
    }
    groups.retain(|group| !group.is_empty());
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// Lets each group of one join the group it resembles most, if at all.
pub fn attach(groups: &mut Vec<Vec<usize>>, likelihoods: &Likelihoods, weights: &[usize], cap: usize, threshold: f64) {
    for at in 0..groups.len() {
        let [alone] = groups[at][..] else { continue };
        let mut best: Option<(f64, usize)> = None;
        for (to, group) in groups.iter().enumerate() {
            let files: usize = group.iter().map(|atom| weights[*atom]).sum();
            if to == at || group.is_empty() || files + weights[alone] > cap {
                continue;
            }
            let height = likelihoods.between(&[alone], group);
            if best.is_none_or(|(most, _)| height > most) {
                best = Some((height, to));
            }
        }
        if let Some((_, to)) = best.filter(|(height, _)| *height >= threshold) {
            groups[at].clear();
            groups[to].push(alone);
        }
    }
    groups.retain(|group| !group.is_empty());
    for group in groups.iter_mut() {
        group.sort_unstable();
    }
    groups.sort_unstable();
}

/// Cuts a group where its members are least alike, into as few pieces of at most `cap` files as the seams allow. One member
/// with more files stays as it is.
pub fn pieces(group: &[usize], likelihoods: &Likelihoods, weights: &[usize], cap: usize) -> Vec<Vec<usize>> {
    let inner = Likelihoods::of(group.len(), |one, other| likelihoods.pair(group[one], group[other]));
    let weights: Vec<usize> = group.iter().map(|block| weights[*block]).collect();
    let pieces = groups(group.len(), &dendrogram(&inner, &weights, cap));
    pieces.into_iter().map(|piece| piece.into_iter().map(|member| group[member]).collect()).collect()
}

/// Groups of blocks by the weights' own rule of when to stop. `files` says how many each has.
pub fn cluster(likelihoods: &Likelihoods, files: &[usize], cap: usize, weights: &Weights) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..likelihoods.atoms()).collect();
    let merges = dendrogram(likelihoods, files, cap);
    if files.iter().sum::<usize>() <= cap
        && let Some(last) = merges.last()
        && weights.whole.is(last.height, likelihoods.within(&all))
    {
        return vec![all];
    }
    let kept = merges.iter().take_while(|merge| merge.height >= weights.threshold).count();
    let mut groups = groups(likelihoods.atoms(), &merges[..kept]);
    attach(&mut groups, likelihoods, files, cap, weights.attach);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many groups come of two pairs of files, each pair alike by 90 percent, and so alike to the other one.
    fn groups_of(percent: Likelihood, cap: usize) -> usize {
        let weights = r#"{ "provenance": "", "intercept": 0, "log_files": 0, "commits": { "shared": 0, "apart": 0 }, "threshold": 0.4, "attach": 0.4,
            "whole": { "intercept": 2, "last": 1, "mean": 2, "above": 0.75 }, "features": {} }"#;
        let likelihoods =
            Likelihoods::of(4, |one, other| CERTAIN / 100 * if one / 2 == other / 2 { 90 } else { percent });
        cluster(&likelihoods, &[1; 4], cap, &Weights::parse(weights).unwrap()).len()
    }

    #[test]
    fn what_is_alike_throughout_is_one_thing_although_it_has_a_seam() {
        assert_eq!([groups_of(50, 4), groups_of(35, 4), groups_of(10, 4)], [1, 1, 2]);
        assert_eq!([groups_of(50, 3), groups_of(35, 3)], [2, 2], "never more than one slice may have");
    }
}
