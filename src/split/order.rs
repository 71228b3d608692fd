//! Brings groups into the order in which they can be merged: what is needed comes first; groups that need each other in a
//! circle become one.

use std::collections::BTreeSet;

use super::{
    atoms::Links,
    group::Group,
    needs::Need,
    place::{Place, Role},
    special::Special,
};
use crate::change::change_set::ChangeSet;

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

/// The groups of each stack, from the bottom up. Stacks need nothing of each other; `stacked` makes one of all.
pub fn stacks(groups: &[Group], needs: &[Need], set: &ChangeSet, stacked: bool) -> Vec<Vec<usize>> {
    let mut links = Links::new(groups.len());
    for need in needs {
        links.join(need.group, need.needs);
    }
    if stacked {
        for group in 1..groups.len() {
            links.join(0, group);
        }
    }
    let preferences: Vec<_> = groups.iter().map(|group| preference(group, set)).collect();
    let needed = needed(groups.len(), needs);
    let mut is_placed = vec![false; groups.len()];
    let mut stacks = links.groups();
    for stack in &mut stacks {
        let mut left = std::mem::take(stack);
        left.sort_by_key(|group| preferences[*group]);
        while !left.is_empty() {
            let is_ready = |group: &usize| needed[*group].iter().all(|needed| is_placed[*needed] || needed == group);
            // A circle that was too large to become one is broken where it costs least.
            let next = left.remove(left.iter().position(is_ready).unwrap_or(0));
            is_placed[next] = true;
            stack.push(next);
        }
    }
    stacks.sort_by_key(|stack| preferences[stack[0]]);
    stacks
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
