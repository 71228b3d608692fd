//! How near a grouping comes to the truth. All of these are over files that came from one pull request alone.

use std::collections::BTreeMap;

use crate::case::{Assigned, Case};

/// More pull requests than this in one case are a big one.
const BIG: usize = 12;

#[derive(Clone)]
pub(crate) struct Score {
    pub(crate) repo: String,
    pub(crate) kind: Kind,
    /// Adjusted Rand index: 1 for the truth, 0 for chance. <https://doi.org/10.1007/BF01908075>
    pub(crate) ari: f64,
    /// Share of files in their right place, when each group stands for the pull request that makes the most of it.
    pub(crate) accuracy: f64,
    /// Of pairs of files.
    pub(crate) f1: f64,
    /// Groups too many, or too few.
    pub(crate) off_by: f64,
    /// Not cut at all.
    pub(crate) whole: f64,
    /// Adjusted Rand index with the hunks of files that several pull requests touched.
    pub(crate) hunk_ari: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tangle,
    Big,
    /// One pull request: it is to stay whole.
    Atomic,
}

impl Score {
    pub(crate) fn of(case: &Case, assigned: &Assigned) -> Self {
        let mut alone = usize::MAX / 2;
        let mut group = |assigned: Option<usize>| {
            // What was forgotten stands by itself.
            alone += 1;
            assigned.unwrap_or(alone)
        };
        let mut pairs: Vec<(usize, usize)> = case
            .files
            .iter()
            .filter(|file| file.scored)
            .map(|file| (file.groups[0], group(assigned.files.get(&file.path).copied())))
            .collect();
        let counts = Counts::of(&pairs);
        let single = case.hunks.iter().filter(|hunk| hunk.groups.len() == 1);
        pairs.extend(single.map(|hunk| (hunk.groups[0], group(assigned.hunk(hunk)))));
        let groups: std::collections::BTreeSet<_> =
            case.files.iter().map(|file| assigned.files.get(&file.path)).collect();
        Self {
            repo: case.repo.clone(),
            kind: match case.k {
                1 => Kind::Atomic,
                k if k >= BIG => Kind::Big,
                _ => Kind::Tangle,
            },
            ari: counts.ari(),
            accuracy: counts.accuracy(),
            f1: counts.f1(),
            off_by: (counts.predicted.len() as f64 - counts.truth.len() as f64).abs(),
            whole: f64::from(u8::from(groups.len() == 1)),
            hunk_ari: Counts::of(&pairs).ari(),
        }
    }
}

struct Counts {
    items: usize,
    truth: BTreeMap<usize, usize>,
    predicted: BTreeMap<usize, usize>,
    both: BTreeMap<(usize, usize), usize>,
}

fn pairs(items: usize) -> f64 {
    items as f64 * (items as f64 - 1.0) / 2.0
}

impl Counts {
    fn of(items: &[(usize, usize)]) -> Self {
        let mut counts =
            Self { items: items.len(), truth: BTreeMap::new(), predicted: BTreeMap::new(), both: BTreeMap::new() };
        for (truth, predicted) in items {
            *counts.truth.entry(*truth).or_default() += 1;
            *counts.predicted.entry(*predicted).or_default() += 1;
            *counts.both.entry((*truth, *predicted)).or_default() += 1;
        }
        counts
    }

    fn sums(&self) -> (f64, f64, f64) {
        let sum = |counts: &BTreeMap<usize, usize>| counts.values().map(|count| pairs(*count)).sum::<f64>();
        (self.both.values().map(|count| pairs(*count)).sum(), sum(&self.truth), sum(&self.predicted))
    }

    fn ari(&self) -> f64 {
        let (both, truth, predicted) = self.sums();
        let all = pairs(self.items);
        let by_chance = if all > 0.0 { truth * predicted / all } else { 0.0 };
        let most = (truth + predicted) / 2.0;
        if most == by_chance { 1.0 } else { (both - by_chance) / (most - by_chance) }
    }

    fn f1(&self) -> f64 {
        let (both, truth, predicted) = self.sums();
        let precision = if predicted > 0.0 { both / predicted } else { 1.0 };
        let recall = if truth > 0.0 { both / truth } else { 1.0 };
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }

    fn accuracy(&self) -> f64 {
        let rows: Vec<Vec<usize>> = self
            .truth
            .keys()
            .map(|truth| {
                self.predicted.keys().map(|group| self.both.get(&(*truth, *group)).copied().unwrap_or(0)).collect()
            })
            .collect();
        best_assignment(&rows) as f64 / self.items.max(1) as f64
    }
}

/// The most that rows and columns matched one to one can hold: the Hungarian method with potentials.
fn best_assignment(rows: &[Vec<usize>]) -> usize {
    let columns = rows.first().map_or(0, Vec::len);
    if rows.len() > columns {
        let turned: Vec<Vec<usize>> = (0..columns).map(|column| rows.iter().map(|row| row[column]).collect()).collect();
        return if columns == 0 { 0 } else { best_assignment(&turned) };
    }
    let (mut of_row, mut of_column) = (vec![0_i64; rows.len() + 1], vec![0_i64; columns + 1]);
    let mut matched = vec![0; columns + 1];
    for row in 1..=rows.len() {
        let (mut least, mut seen, mut way) =
            (vec![i64::MAX; columns + 1], vec![false; columns + 1], vec![0; columns + 1]);
        matched[0] = row;
        let mut at = 0;
        while matched[at] != 0 {
            seen[at] = true;
            let (from, mut step, mut next) = (matched[at], i64::MAX, 0);
            for column in (1..=columns).filter(|column| !seen[*column]) {
                let cost = -(rows[from - 1][column - 1] as i64) - of_row[from] - of_column[column];
                if cost < least[column] {
                    (least[column], way[column]) = (cost, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=columns {
                if seen[column] {
                    of_row[matched[column]] += step;
                    of_column[column] -= step;
                } else {
                    least[column] = least[column].saturating_sub(step);
                }
            }
            at = next;
        }
        while at != 0 {
            matched[at] = matched[way[at]];
            at = way[at];
        }
    }
    (1..=columns).filter(|column| matched[*column] > 0).map(|column| rows[matched[column] - 1][column - 1]).sum()
}
