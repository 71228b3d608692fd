//! By what uses what: definitions and their uses, new files and who names them, tests and what they test.

use super::Scene;
use crate::split::{atoms::Links, evidence::Feature, facts::Reader, group::Group, needs::Needs};

/// A name as rare as this binds who mentions it.
const MIN_RARITY: f32 = 0.5;

pub(super) fn groups(scene: &Scene<'_>) -> Vec<Vec<usize>> {
    let Scene { input, blocks, evidence, reader, .. } = scene;
    let mut links = Links::new(blocks.files.len());
    for one in 0..blocks.files.len() {
        for other in one + 1..blocks.files.len() {
            let pair = evidence.pair(one, other);
            if pair[Feature::Test as usize] > 0.0 || pair[Feature::Mention as usize] >= MIN_RARITY {
                links.join(one, other);
            }
        }
    }
    let reader: &Reader<'_> = reader;
    let alone: Vec<Group> = blocks.files.iter().map(|files| Group::of_files(files.clone())).collect();
    let facts: Vec<_> =
        blocks.items.iter().zip(&blocks.files).map(|(item, files)| vec![item.facts.clone(); files.len()]).collect();
    let needs =
        Needs { set: input.set, contents: input.contents, frequencies: &input.surroundings.frequencies, reader };
    for need in needs.find(&alone, &facts) {
        links.join(need.group, need.needs);
    }
    links.groups()
}
