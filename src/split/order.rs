//! Brings groups into the order in which they can be merged: what is needed comes first; groups that need each other in a
//! circle become one.

use std::collections::{BTreeSet, HashMap};

use super::{
    atoms::Links,
    group::Group,
    needs::Need,
    place::{Place, Role},
    special::Special,
};
use crate::{change::change_set::ChangeSet, domain::plan::Stacking};

/// Sets of groups that need each other in a circle, each with more than one member.
pub fn circles(groups: usize, needs: &[Need]) -> Vec<Vec<usize>> {
    let needed = needed(groups, needs);
    let reach: Vec<BTreeSet<usize>> = (0..groups).map(|group| reachable(group, &needed)).collect();
    let mut links = Links::new(groups);
    for one in 0..groups {
        for &other in reach[one].range(one + 1..) {
            if reach[other].contains(&one) {
                links.join(one, other);
            }
        }
    }
    links.groups().into_iter().filter(|circle| circle.len() > 1).collect()
}

/// What each group needs directly.
fn needed(groups: usize, needs: &[Need]) -> Vec<Vec<usize>> {
    let mut needed = vec![Vec::new(); groups];
    for need in needs {
        needed[need.group].push(need.needs);
    }
    needed
}

/// All that a group needs, directly or not.
fn reachable(group: usize, needed: &[Vec<usize>]) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::new(), vec![group]);
    while let Some(next) = open.pop() {
        open.extend(needed[next].iter().filter(|needed| found.insert(**needed)));
    }
    found
}

/// The groups of each stack, from the bottom up; what is needed comes first, also where it stands by itself.
pub fn stacks(groups: &[Group], needs: &[Need], set: &ChangeSet, stacking: Stacking) -> Vec<Vec<usize>> {
    let mut links = Links::new(groups.len());
    for need in needs.iter().filter(|need| need.cuts || stacking != Stacking::Independent) {
        links.join(need.group, need.needs);
    }
    if stacking == Stacking::All {
        for group in 1..groups.len() {
            links.join(0, group);
        }
    }
    let needed = needed(groups.len(), needs);
    let preferences: Vec<_> = groups.iter().map(|group| preference(group, set)).collect();
    let mut stacks: Vec<Vec<usize>> = Vec::new();
    for stack in links.groups() {
        let alone = stack.into_iter().map(|group| vec![group]).collect();
        stacks.push(in_order(alone, &needed, &preferences).concat());
    }
    in_order(stacks, &needed, &preferences)
}

/// What needs nothing of those that are left comes next, by preference.
fn in_order<P: Ord>(mut left: Vec<Vec<usize>>, needed: &[Vec<usize>], preferences: &[P]) -> Vec<Vec<usize>> {
    left.sort_by(|one, other| preferences[one[0]].cmp(&preferences[other[0]]));
    let mut holder: HashMap<usize, usize> = HashMap::new();
    for (at, stack) in left.iter().enumerate() {
        holder.extend(stack.iter().map(|group| (*group, at)));
    }
    let awaits = |(at, stack): (usize, &Vec<usize>)| -> BTreeSet<usize> {
        let all = stack.iter().flat_map(|group| &needed[*group]);
        all.filter_map(|group| holder.get(group).copied()).filter(|other| *other != at).collect()
    };
    let mut waiting: Vec<(usize, BTreeSet<usize>)> = left.iter().enumerate().map(awaits).enumerate().collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        // A circle that was too large to become one is broken where it costs least.
        let next = waiting.iter().position(|(_, awaited)| awaited.is_empty()).unwrap_or(0);
        let (at, _) = waiting.remove(next);
        for (_, awaited) in &mut waiting {
            awaited.remove(&at);
        }
        ordered.push(std::mem::take(&mut left[at]));
    }
    ordered
}

/// What can come early does: moves and the like, then what is small; documents last.
fn preference(group: &Group, set: &ChangeSet) -> (u8, usize, usize) {
    let roles = || group.parts.iter().map(|part| Place::of(&set.files[part.file].path).role);
    let rank = match group.special {
        Some(Special::Moves) => 0,
        Some(Special::Layout) => 1,
        Some(Special::Renaming { .. }) => 2,
        None if roles().all(|role| role == Role::Build) => 3,
        None if roles().all(|role| role == Role::Docs) => 6,
        None if roles().all(|role| role == Role::Test) => 5,
        None => 4,
    };
    (rank, group.parts.len(), group.parts.first().map_or(0, |part| part.file))
}
