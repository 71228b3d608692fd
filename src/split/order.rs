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
    let reach: Vec<BTreeSet<usize>> = (0..groups).map(|group| reachable(group, needs)).collect();
    let mut links = Links::new(groups);
    for one in 0..groups {
        for other in one + 1..groups {
            if reach[one].contains(&other) && reach[other].contains(&one) {
                links.join(one, other);
            }
        }
    }
    links.groups().into_iter().filter(|circle| circle.len() > 1).collect()
}

/// All that a group needs, directly or not.
fn reachable(group: usize, needs: &[Need]) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::new(), vec![group]);
    while let Some(next) = open.pop() {
        let direct = needs.iter().filter(|need| need.group == next).map(|need| need.needs);
        open.extend(direct.filter(|needed| found.insert(*needed)));
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
    let preference = |group: &usize| preference(&groups[*group], set);
    let mut stacks = links.groups();
    for stack in &mut stacks {
        let mut left = std::mem::take(stack);
        left.sort_by_key(preference);
        while !left.is_empty() {
            let is_ready = |group: &usize| {
                !needs.iter().any(|need| need.group == *group && left.contains(&need.needs) && need.needs != *group)
            };
            // A circle that was too large to become one is broken where it costs least.
            let next = left.iter().position(is_ready).unwrap_or(0);
            stack.push(left.remove(next));
        }
    }
    stacks.sort_by_key(|stack| preference(&stack[0]));
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
