//! Which finding of this round is which problem of the rounds before.
//!
//! A fingerprint says neither path nor line, so several places may share one: within a fingerprint the same line of the
//! same path goes first, then the same path in order, then the path a file was renamed from, then whatever is left; and
//! problems that are still alive go before those that were fixed once. Each finding and each known problem is used once.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{memory::Known, placement::line_of};
use crate::domain::{
    finding::{Finding, Fingerprint},
    life::Life,
};

/// For each finding, the index of the known problem that it is.
pub fn match_known(findings: &[Finding], known: &[Known], renames: &BTreeMap<String, String>) -> Vec<Option<usize>> {
    let mut matching = Matching::new(findings, known);
    let old_path = |finding: &Finding| renames.get(&finding.path).cloned();
    for alive in [true, false] {
        let known_path = |one: &Known| Some(one.path.clone());
        matching.pair(alive, |f| Some((f.path.clone(), line_of(f))), |k| Some((k.path.clone(), k.line)));
        matching.pair(alive, |f| Some(f.path.clone()), known_path);
        matching.pair(alive, old_path, known_path);
        matching.pair(alive, |_| Some(()), |_| Some(()));
    }
    matching.of_finding
}

struct Matching<'a> {
    findings: &'a [Finding],
    known: &'a [Known],
    /// Indexes of `findings` and `known`, in the order of their lines.
    findings_by_line: Vec<usize>,
    known_by_line: Vec<usize>,
    of_finding: Vec<Option<usize>>,
    known_is_taken: Vec<bool>,
}

impl<'a> Matching<'a> {
    fn new(findings: &'a [Finding], known: &'a [Known]) -> Self {
        let mut findings_by_line: Vec<_> = (0..findings.len()).collect();
        findings_by_line.sort_by_key(|&index| (&findings[index].path, line_of(&findings[index])));
        let mut known_by_line: Vec<_> = (0..known.len()).collect();
        known_by_line.sort_by_key(|&index| (&known[index].path, known[index].line));
        Self {
            findings,
            known,
            findings_by_line,
            known_by_line,
            of_finding: vec![None; findings.len()],
            known_is_taken: vec![false; known.len()],
        }
    }

    /// Pairs what is left of both, in order, where fingerprint and place are equal.
    fn pair<Place: std::hash::Hash + Eq>(
        &mut self,
        alive: bool,
        place_of_finding: impl Fn(&Finding) -> Option<Place>,
        place_of_known: impl Fn(&Known) -> Option<Place>,
    ) {
        let mut waiting: HashMap<(&Fingerprint, Place), VecDeque<usize>> = HashMap::new();
        for &index in &self.known_by_line {
            let one = &self.known[index];
            if self.known_is_taken[index] || matches!(one.life, Life::Open | Life::Dismissed) != alive {
                continue;
            }
            if let Some(place) = place_of_known(one) {
                waiting.entry((&one.fingerprint, place)).or_default().push_back(index);
            }
        }
        for &index in &self.findings_by_line {
            let finding = &self.findings[index];
            if self.of_finding[index].is_some() {
                continue;
            }
            let Some(place) = place_of_finding(finding) else { continue };
            if let Some(one) = waiting.get_mut(&(&finding.fingerprint, place)).and_then(VecDeque::pop_front) {
                self.of_finding[index] = Some(one);
                self.known_is_taken[one] = true;
            }
        }
    }
}
