//! From blocks to groups: what the strategy says, what is special, who follows whom, and no group larger than it may be.

use std::collections::BTreeSet;

use super::{
    advice::advised,
    cluster, companions,
    group::Group,
    reasons::Told,
    special::{self, Special},
    strategy::{self, Scene},
};
use crate::domain::plan::Strategy;

/// All groups of a change, in the order of their first files; whole files only. With them what became of asking a model.
pub fn groups(scene: &Scene<'_>, told: &Told<'_>) -> (Vec<Group>, Option<String>) {
    let Scene { input, blocks, likelihoods, .. } = scene;
    let mut sets: Vec<(Option<Special>, Vec<usize>)> =
        specials(scene).into_iter().map(|(kind, set)| (Some(kind), set)).collect();
    let taken: BTreeSet<usize> = sets.iter().flat_map(|(_, set)| set.iter().copied()).collect();
    let mut ordinary = strategy::groups(scene);
    for set in &mut ordinary {
        set.retain(|block| !taken.contains(block));
        set.sort_unstable();
    }
    ordinary.retain(|set| !set.is_empty());
    let mut advised = advised(scene, ordinary, input.model);
    companions::join(&mut advised.groups, input.set, blocks, likelihoods);
    sets.extend(std::mem::take(&mut advised.groups).into_iter().map(|set| (None, set)));
    let cap = input.options.max_files;
    let weights = blocks.weights();
    let reason = strategy::reasons(scene);
    let mut groups = Vec::new();
    let mut members = Vec::new();
    for (special, set) in sets {
        let files: usize = set.iter().map(|block| weights[*block]).sum();
        let pieces = if files > cap { cluster::pieces(&set, likelihoods, &weights, cap) } else { vec![set] };
        let of = pieces.len();
        for (at, piece) in pieces.into_iter().enumerate() {
            let mut group = Group::of_files(blocks.files_of(&piece));
            group.special = special.clone();
            group.part = (of > 1).then_some((at + 1, of));
            group.names = told.names(&piece);
            group.reasons = match &special {
                Some(special) => vec![Told::special(special)],
                None => advised.reason(&piece).into_iter().chain(reason(&piece)).chain(told.of(&piece)).collect(),
            };
            if of > 1 {
                group.reasons.push(format!("part {} of {of} of what is more than {cap} files", at + 1));
            } else if group.parts.len() > cap {
                group.reasons.push(format!("it has more than {cap} files, and none of them can be apart"));
            }
            groups.push(group);
            members.push(piece);
        }
    }
    for (at, group) in groups.iter_mut().enumerate() {
        group.confidence = confidence(scene, &members, at);
    }
    groups.sort_by_key(|group| group.parts[0].file);
    (groups, advised.note)
}

/// What stands out in every strategy that looks at contents, unless nothing else would be left to set it apart from.
fn specials(scene: &Scene<'_>) -> Vec<(Special, Vec<usize>)> {
    let Scene { input, blocks, .. } = scene;
    if !matches!(input.options.strategy, Strategy::Hybrid | Strategy::Semantic | Strategy::Dependency) {
        return Vec::new();
    }
    special::find(input.set, input.contents, &blocks.files, |block| blocks.items[block].facts.clone())
}

/// How much more alike the members of a group are to each other than to those of the nearest other group, in percent.
fn confidence(scene: &Scene<'_>, members: &[Vec<usize>], at: usize) -> u8 {
    let within = scene.likelihoods.within(&members[at]);
    let others = members.iter().enumerate().filter(|(other, _)| *other != at);
    let nearest = others.map(|(_, other)| scene.likelihoods.between(&members[at], other)).fold(0.0, f64::max);
    // Half is a border that may as well be elsewhere.
    (((within - nearest + 1.0) / 2.0).clamp(0.0, 1.0) * 100.0).round() as u8
}
