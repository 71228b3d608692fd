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

/// All groups in the order in which they can be merged, each with the group that it stands on. What is needed comes first,
/// whether or not it is stood on: a stack is interrupted where it waits for a group beside it.
pub fn order(groups: &[Group], needs: &[Need], set: &ChangeSet, stacking: Stacking) -> Vec<(usize, Option<usize>)> {
    let mut links = Links::new(groups.len());
    for need in needs.iter().filter(|need| need.cuts || stacking != Stacking::Independent) {
        links.join(need.group, need.needs);
    }
    if stacking == Stacking::All {
        for group in 1..groups.len() {
            links.join(0, group);
        }
    }
    let preferences: Vec<_> = groups.iter().map(|group| preference(group, set)).collect();
    let mut needed = needed(groups.len(), needs);
    for circle in circles(groups.len(), needs) {
        // It was too large to become one: what of it comes later cannot be needed.
        let ordered = in_order(circle, &needed, &preferences, &links);
        for (at, group) in ordered.iter().enumerate() {
            needed[*group].retain(|other| !ordered[at..].contains(other));
        }
    }
    let ordered = in_order((0..groups.len()).collect(), &needed, &preferences, &links);
    let mut tops: HashMap<usize, usize> = HashMap::new();
    ordered.into_iter().map(|group| (group, tops.insert(links.first(group), group))).collect()
}

/// What needs nothing of those that are left comes next: of the stack that was begun, else by preference. A circle is broken
/// by preference.
fn in_order<P: Ord>(mut members: Vec<usize>, needed: &[Vec<usize>], preferences: &[P], stacks: &Links) -> Vec<usize> {
    members.sort_by(|one, other| preferences[*one].cmp(&preferences[*other]));
    let all: BTreeSet<usize> = members.iter().copied().collect();
    let awaits = |group: usize| needed[group].iter().copied().filter(|other| all.contains(other)).collect();
    let mut waiting: Vec<(usize, BTreeSet<usize>)> = members.into_iter().map(|group| (group, awaits(group))).collect();
    let mut ordered: Vec<usize> = Vec::new();
    while !waiting.is_empty() {
        let begun = ordered.last().map(|last| stacks.first(*last));
        let is_free = |(_, awaited): &(usize, BTreeSet<usize>)| awaited.is_empty();
        let goes_on = |one: &(usize, BTreeSet<usize>)| is_free(one) && Some(stacks.first(one.0)) == begun;
        let next = waiting.iter().position(goes_on).or_else(|| waiting.iter().position(is_free)).unwrap_or(0);
        let (group, _) = waiting.remove(next);
        for (_, awaited) in &mut waiting {
            awaited.remove(&group);
        }
        ordered.push(group);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::change_set::FileChange;

    #[test]
    fn a_circle_costs_nobody_else_what_they_need() {
        let files = (0..4).map(|file| FileChange::unpaired((*format!("{file}.py")).into(), None, None)).collect();
        let set = ChangeSet { files, ..ChangeSet::default() };
        let groups: Vec<Group> = (0..4).map(|file| Group::of_files(vec![file])).collect();
        let need = |(group, needs)| Need { group, needs, cuts: false, why: Vec::new() };
        let needs = [(0, 1), (1, 2), (2, 1)].map(need);
        let order = order(&groups, &needs, &set, Stacking::Needed);
        assert_eq!(order, [(1, None), (0, Some(1)), (2, Some(0)), (3, None)]);
    }
}
