//! Cuts files whose hunks belong to different groups. A hunk moves only where its words are plainly those of another group
//! and not of its own; hunks that need each other stay together.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    atoms::Links,
    facts::{Facts, Reader, Texts},
    group::{Group, Part},
    layers::edits_of,
};
use crate::change::{
    change_set::{ChangeSet, Edit, FileChange, FileKind},
    contents::Contents,
    frequencies::Frequencies,
    words::WordId,
};

/// Another group must speak so much more of a hunk's words than its own does.
const MARGIN: f64 = 1.5;
/// And it must speak of them at all: so much rarity in common.
const LEAST: f64 = 0.8;
/// Lines between changes that are one thought.
const NEAR: u32 = 2;
/// Files with more edits are left whole.
const MAX_EDITS: usize = 400;

pub struct Cutter<'a> {
    pub set: &'a ChangeSet,
    pub contents: &'a dyn Contents,
    pub frequencies: &'a Frequencies,
}

impl Cutter<'_> {
    /// Cuts what can be cut. `whole` has the facts of every file.
    pub fn cut(&self, groups: &mut Vec<Group>, whole: &[Facts], reader: &mut Reader<'_>) {
        if groups.len() < 2 {
            return;
        }
        // What each group speaks of, and in how many of its files.
        let mut voices: Vec<BTreeMap<WordId, u32>> = vec![BTreeMap::new(); groups.len()];
        for (voice, group) in voices.iter_mut().zip(groups.iter()) {
            for word in group.parts.iter().flat_map(|part| &whole[part.file].changed) {
                *voice.entry(*word).or_default() += 1;
            }
        }
        let homes: Vec<(usize, usize)> = groups
            .iter()
            .enumerate()
            .flat_map(|(home, group)| group.parts.iter().map(move |part| (home, part.file)))
            .filter(|(home, file)| groups[*home].special.is_none() && is_cuttable(&self.set.files[*file]))
            .collect();
        for (home, file) in homes {
            let own = &whole[file];
            let texts = Texts::of(&self.set.files[file], self.contents);
            let edits = edits_of(&self.set.files[file]);
            let facts: Vec<Facts> = edits.iter().map(|edit| reader.edits(&texts, &[edit])).collect();
            let mut chosen: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for bundle in self.bundles(&edits, &facts) {
                let said = Facts::sum(bundle.iter().map(|edit| &facts[*edit]));
                let group = self.best_group(groups, &voices, home, own, &said);
                chosen.entry(group).or_default().extend(bundle);
            }
            if chosen.len() < 2 {
                continue;
            }
            groups[home].parts.retain(|part| part.file != file);
            for (group, mut edits) in chosen {
                edits.sort_unstable();
                groups[group].parts.push(Part { file, edits: Some(edits) });
                groups[group].parts.sort_by_key(|part| part.file);
            }
        }
        // All hunks of its only file may have gone elsewhere.
        groups.retain(|group| !group.parts.is_empty());
    }

    /// Edits that are one thought: near each other, or one brings a new name that the other uses.
    fn bundles(&self, edits: &[&Edit], facts: &[Facts]) -> Vec<Vec<usize>> {
        let mut links = Links::new(edits.len());
        for (at, pair) in edits.windows(2).enumerate() {
            if pair[1].old.start.saturating_sub(pair[0].old.end) <= NEAR {
                links.join(at, at + 1);
            }
        }
        let mut holders: BTreeMap<WordId, usize> = BTreeMap::new();
        for (at, facts) in facts.iter().enumerate() {
            for word in facts.added.iter().filter(|word| self.frequencies.is_new(**word)) {
                let first = *holders.entry(*word).or_insert(at);
                links.join(first, at);
            }
        }
        links.groups()
    }

    fn best_group(
        &self,
        groups: &[Group],
        voices: &[BTreeMap<WordId, u32>],
        home: usize,
        file: &Facts,
        said: &Facts,
    ) -> usize {
        let words: BTreeSet<WordId> = said.changed.iter().copied().collect();
        let score = |group: usize| -> f64 {
            // The file's own voice at home is not heard: it would always win.
            let own = |word: WordId| u32::from(group == home && file.changes(word));
            let heard = words.iter().filter(|word| voices[group].get(word).copied().unwrap_or(0) > own(**word));
            heard.map(|word| self.frequencies.rarity(*word).powi(2)).sum()
        };
        let at_home = score(home);
        let mut best = (at_home, home);
        for group in (0..groups.len()).filter(|group| groups[*group].special.is_none()) {
            let heard = score(group);
            if heard > best.0 {
                best = (heard, group);
            }
        }
        if best.0 >= LEAST && best.0 >= at_home * MARGIN { best.1 } else { home }
    }
}

fn is_cuttable(file: &FileChange) -> bool {
    let edits = file.hunks.iter().map(|hunk| hunk.edits.len()).sum::<usize>();
    let same_mode = matches!((&file.old, &file.new), (Some(old), Some(new)) if old.mode == new.mode);
    (2..=MAX_EDITS).contains(&edits)
        && same_mode
        && file.old_path.is_none()
        && file.kind == FileKind::Text
        && file.generated.is_none()
}
