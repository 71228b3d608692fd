//! The table: one line for each way to split, means over cases, then over repositories.

use std::collections::BTreeMap;

use crate::score::{Kind, Score};

pub(crate) struct Table {
    each: bool,
}

impl Table {
    pub(crate) fn new(each: bool) -> Self {
        println!(
            "{:<24} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8}",
            "", "ARI", "acc", "F1", "off by", "hunks", "big", "atomic"
        );
        Self { each }
    }

    pub(crate) fn add(&mut self, name: &str, scores: Vec<Score>) {
        line(name, &scores);
        if self.each {
            let mut by_repo: BTreeMap<String, Vec<Score>> = BTreeMap::new();
            for score in scores {
                by_repo.entry(score.repo.clone()).or_default().push(score);
            }
            for (repo, scores) in by_repo {
                line(&format!("  {repo}"), &scores);
            }
        }
    }
}

fn line(name: &str, scores: &[Score]) {
    let mean = |kind: Kind, of: fn(&Score) -> f64| {
        let mut by_repo: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for score in scores.iter().filter(|score| score.kind == kind) {
            by_repo.entry(&score.repo).or_default().push(of(score));
        }
        let means: Vec<f64> = by_repo.values().map(|all| all.iter().sum::<f64>() / all.len() as f64).collect();
        if means.is_empty() { f64::NAN } else { means.iter().sum::<f64>() / means.len() as f64 }
    };
    let tangle = |of| mean(Kind::Tangle, of);
    println!(
        "{name:<24} {:>6.3} {:>6.3} {:>6.3} {:>6.2} {:>6.3} {:>6.3} {:>7.0}%",
        tangle(|score| score.ari),
        tangle(|score| score.accuracy),
        tangle(|score| score.f1),
        tangle(|score| score.off_by),
        tangle(|score| score.hunk_ari),
        mean(Kind::Big, |score| score.ari),
        100.0 * mean(Kind::Atomic, |score| score.whole),
    );
}
