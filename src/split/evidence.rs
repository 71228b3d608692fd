//! What speaks for two atoms belonging together: a handful of measures for each pair, every one of which can be told to a
//! person. How much each is worth stands in `weights.json`.

use std::collections::HashMap;

use super::{facts::Facts, place::Place};
use crate::{
    change::{
        frequencies::Frequencies,
        surroundings::History,
        words::{self, WordId},
    },
    domain::ledger::FileStatus,
};

/// A word in more atoms than this of a large change tells none of them from the others.
const MAX_HOLDERS: usize = 400;

/// One atom, as far as evidence goes.
#[derive(Clone, Debug)]
pub struct Item {
    pub place: Place,
    pub facts: Facts,
    pub status: FileStatus,
    /// Earlier commits that touched it, ascending.
    pub touched: Vec<u32>,
}

/// The measures, each from 0 (nothing) to 1; history also speaks against, down to -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Feature {
    /// The same identifiers are added and removed.
    Edits,
    /// The changed lines speak of the same things.
    Words,
    /// The paths have rare words in common.
    Path,
    /// They stand near each other.
    Folder,
    /// They were changed together before, more often than by chance.
    History,
    /// The same number of lines were added and removed in the same kind of file.
    Shape,
    /// Both were added, or removed, or moved.
    Status,
    /// One is the test of the other.
    Test,
    /// One is named in the changed lines of the other.
    Mention,
}

impl Feature {
    pub const COUNT: usize = 9;
    pub const ALL: [Self; Self::COUNT] = [
        Self::Edits,
        Self::Words,
        Self::Path,
        Self::Folder,
        Self::History,
        Self::Shape,
        Self::Status,
        Self::Test,
        Self::Mention,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edits => "edits",
            Self::Words => "words",
            Self::Path => "path",
            Self::Folder => "folder",
            Self::History => "history",
            Self::Shape => "shape",
            Self::Status => "status",
            Self::Test => "test",
            Self::Mention => "mention",
        }
    }
}

/// The measures of one pair, by [`Feature`].
pub type Measures = [f32; Feature::COUNT];

/// The measures of all pairs.
pub struct Evidence {
    atoms: usize,
    pairs: Vec<Measures>,
}

impl Evidence {
    pub fn of(items: &[Item], frequencies: &Frequencies, history: &History) -> Self {
        let mut evidence = Self { atoms: items.len(), pairs: vec![[0.0; Feature::COUNT]; pairs(items.len())] };
        evidence.cosines(Feature::Edits, &items.iter().map(|item| net_edits(item, frequencies)).collect::<Vec<_>>());
        evidence.cosines(Feature::Words, &word_parts(items, frequencies));
        evidence.cosines(Feature::Path, &items.iter().map(|item| path_words(item, frequencies)).collect::<Vec<_>>());
        let mentions = mentions(items, frequencies);
        for (at, one) in items.iter().enumerate() {
            for (to, other) in items.iter().enumerate().skip(at + 1) {
                let pair = evidence.pair_mut(at, to);
                let flag = |is: bool| f32::from(u8::from(is));
                pair[Feature::Folder as usize] = one.place.nearness(&other.place) as f32;
                pair[Feature::History as usize] =
                    changed_together(&one.touched, &other.touched, history.commits) as f32;
                pair[Feature::Shape as usize] = flag(same_shape(one, other));
                pair[Feature::Status as usize] = flag(one.status == other.status && one.status != FileStatus::Modified);
                pair[Feature::Test as usize] = flag(one.place.pairs_with(&other.place));
            }
        }
        for (at, to, rarity) in mentions {
            let value = &mut evidence.pair_mut(at.min(to), at.max(to))[Feature::Mention as usize];
            *value = value.max(rarity as f32);
        }
        evidence
    }

    pub fn atoms(&self) -> usize {
        self.atoms
    }

    /// Of two different atoms.
    pub fn pair(&self, one: usize, other: usize) -> &Measures {
        &self.pairs[index(self.atoms, one.min(other), one.max(other))]
    }

    fn pair_mut(&mut self, one: usize, other: usize) -> &mut Measures {
        &mut self.pairs[index(self.atoms, one, other)]
    }

    /// Fills in the cosines between weighted rows of words, each in the order of words.
    fn cosines(&mut self, feature: Feature, rows: &[Vec<(WordId, f64)>]) {
        let mut holders: HashMap<WordId, Vec<(usize, f64)>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let length = row.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            for (word, weight) in row.iter().filter(|(_, weight)| *weight > 0.0) {
                holders.entry(*word).or_default().push((at, weight / length));
            }
        }
        // Sums of floats depend on their order: words come in the order of their ids.
        let mut words: Vec<_> =
            holders.into_iter().filter(|(_, atoms)| atoms.len() > 1 && atoms.len() <= MAX_HOLDERS).collect();
        words.sort_unstable_by_key(|(word, _)| *word);
        for (_, atoms) in words {
            for (at, (one, weight)) in atoms.iter().enumerate() {
                for (other, theirs) in &atoms[at + 1..] {
                    self.pair_mut(*one, *other)[feature as usize] += (weight * theirs) as f32;
                }
            }
        }
    }
}

/// How many pairs there are among so many.
fn pairs(atoms: usize) -> usize {
    atoms * atoms.saturating_sub(1) / 2
}

fn index(atoms: usize, one: usize, other: usize) -> usize {
    one * (2 * atoms - one - 1) / 2 + (other - one - 1)
}

/// Identifiers by what the change does to them: a word that one atom adds and another removes does not bind them.
fn net_edits(item: &Item, frequencies: &Frequencies) -> Vec<(WordId, f64)> {
    let weight = |net: i32| f64::from(net.unsigned_abs()).ln_1p();
    let signed = |word: WordId, net: i32| if net > 0 { word } else { !word };
    item.facts.net.iter().map(|(word, net)| (signed(*word, *net), weight(*net) * frequencies.rarity(*word))).collect()
}

/// Parts of words, by their rarity in the base and within this change.
fn word_parts(items: &[Item], frequencies: &Frequencies) -> Vec<Vec<(WordId, f64)>> {
    let mut holders: HashMap<WordId, u32> = HashMap::new();
    for (part, _) in items.iter().flat_map(|item| &item.facts.parts) {
        *holders.entry(*part).or_default() += 1;
    }
    let all = items.len() as f64 + 1.0;
    let weight = |part: WordId, count: u32| {
        f64::from(count).ln_1p() * frequencies.rarity_of_part(part) * (all / f64::from(holders[&part])).ln()
    };
    let row = |item: &Item| item.facts.parts.iter().map(|(part, count)| (*part, weight(*part, *count))).collect();
    items.iter().map(row).collect()
}

fn path_words(item: &Item, frequencies: &Frequencies) -> Vec<(WordId, f64)> {
    item.place.parts.iter().map(|part| (*part, frequencies.rarity_in_paths(*part).powi(2))).collect()
}

/// Who is named in whose changed lines, and how rare the name is.
fn mentions(items: &[Item], frequencies: &Frequencies) -> Vec<(usize, usize, f64)> {
    let mut holders: HashMap<WordId, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        for word in &item.facts.changed {
            holders.entry(*word).or_default().push(at);
        }
    }
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some(word) = item.place.key.as_ref().map(|key| words::id(key.as_bytes())) else { continue };
        let rarity = frequencies.rarity(word).max(0.2);
        let others = holders.get(&word).into_iter().flatten().filter(|other| **other != at);
        found.extend(others.map(|other| (at, *other, rarity)));
    }
    found
}

/// How much more often two files changed together than chance would have it; both lists ascend.
fn changed_together(one: &[u32], other: &[u32], commits: u32) -> f64 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let mut others = other.iter().peekable();
    let mut together = 0_u32;
    for commit in one {
        while others.next_if(|theirs| *theirs < commit).is_some() {}
        together += u32::from(others.next_if_eq(&commit).is_some());
    }
    let by_chance = one.len() as f64 * other.len() as f64 / f64::from(commits.max(1));
    (((f64::from(together) + 0.3) / (by_chance + 0.3)).ln() / 4.0).clamp(-1.0, 1.0)
}

fn same_shape(one: &Item, other: &Item) -> bool {
    one.status == FileStatus::Modified
        && other.status == FileStatus::Modified
        && (one.facts.added_lines, one.facts.removed_lines) == (other.facts.added_lines, other.facts.removed_lines)
        && one.place.ending() == other.place.ending()
}
