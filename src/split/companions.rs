//! Files that follow others: lock files, and what a program wrote or somebody else maintains. They go with what caused them
//! and are never a slice of their own, unless there is nothing else.

use super::{blocks::Blocks, cluster::Likelihoods, place::Role};
use crate::change::{change_set::ChangeSet, generated};

/// Folders with other people's work.
const FOREIGN: [&str; 4] = ["vendor", "node_modules", "third_party", "third-party"];

/// Moves companions into the groups of their causes.
pub fn join(groups: &mut Vec<Vec<usize>>, set: &ChangeSet, blocks: &Blocks, likelihoods: &Likelihoods) {
    let follows: Vec<bool> = (0..blocks.files.len()).map(|block| is_companion(set, blocks, block)).collect();
    let leads = |group: &[usize]| group.iter().any(|block| !follows[*block]);
    if !groups.iter().any(|group| leads(group)) {
        return;
    }
    for block in (0..follows.len()).filter(|block| follows[*block]) {
        let is_lock = blocks.files[block].iter().all(|file| generated::is_lock_file(&set.files[*file].path));
        let Some(home) = groups.iter().position(|group| group.contains(&block)) else { continue };
        let manifest = if is_lock { nearest_manifest(groups, blocks, &follows, block) } else { None };
        let cause = match manifest {
            Some(group) => Some(group),
            None if leads(&groups[home]) => None,
            None => most_alike(groups, &follows, likelihoods, block),
        };
        if let Some(cause) = cause.filter(|cause| *cause != home) {
            groups[home].retain(|member| *member != block);
            groups[cause].push(block);
            groups[cause].sort_unstable();
        }
    }
    groups.retain(|group| !group.is_empty());
}

fn is_companion(set: &ChangeSet, blocks: &Blocks, block: usize) -> bool {
    blocks.files[block].iter().map(|file| &set.files[*file]).all(|file| {
        file.generated.is_some()
            || generated::is_lock_file(&file.path)
            || file.path.0.split(|byte| *byte == b'/').any(|part| FOREIGN.iter().any(|name| name.as_bytes() == part))
    })
}

/// The group with the manifest that stands nearest above a lock file.
fn nearest_manifest(groups: &[Vec<usize>], blocks: &Blocks, follows: &[bool], lock: usize) -> Option<usize> {
    let folders = &blocks.items[lock].place.folders;
    let mut best: Option<(usize, usize)> = None;
    for (at, group) in groups.iter().enumerate() {
        for block in group.iter().filter(|block| !follows[**block]) {
            let place = &blocks.items[*block].place;
            let is_manifest = place.role == Role::Build && !place.name.starts_with('.');
            let common = folders.iter().zip(&place.folders).take_while(|(one, other)| one == other).count();
            let apart = folders.len() + place.folders.len() - 2 * common;
            if is_manifest && best.is_none_or(|(least, _)| apart < least) {
                best = Some((apart, at));
            }
        }
    }
    best.map(|(_, group)| group)
}

fn most_alike(groups: &[Vec<usize>], follows: &[bool], likelihoods: &Likelihoods, block: usize) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (at, group) in groups.iter().enumerate() {
        let leaders: Vec<usize> = group.iter().copied().filter(|member| !follows[*member]).collect();
        let alike = likelihoods.between(&[block], &leaders);
        if !leaders.is_empty() && best.is_none_or(|(most, _)| alike > most) {
            best = Some((alike, at));
        }
    }
    best.map(|(_, group)| group)
}
