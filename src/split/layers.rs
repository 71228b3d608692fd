//! What each slice of a plan does to the tree that it stands on, entry by entry.

use std::collections::{BTreeMap, HashMap};

use super::{
    atoms,
    group::{Group, Part},
};
use crate::{
    change::{
        apply::apply,
        change_set::{ChangeSet, Edit, FileChange, FileVersion},
        contents::Contents,
        tree_edit::{Becomes, TreeEdit},
    },
    domain::plan::{HunkRange, Plan, SliceFile, SliceId},
};

/// A plan that does not fit its change. People edit plans; this says what they did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("`{path}` is in no slice")]
    Lost { path: String },
    #[error("the hunk {hunk} of `{path}` is in no slice")]
    LostHunk { path: String, hunk: String },
    #[error("`{path}` is in more than one slice, or twice in one: {one} and {other}")]
    Twice { path: String, one: SliceId, other: SliceId },
    #[error("the slice {slice} has `{path}`, which the change does not touch")]
    Unknown { slice: SliceId, path: String },
    #[error("the slice {slice} has the hunk {hunk} of `{path}`, which is none of its hunks")]
    UnknownHunk { slice: SliceId, path: String, hunk: String },
    #[error("`{path}` cannot be cut into hunks: {why}")]
    Uncuttable { path: String, why: String },
}

/// The part of one file in one slice: the slice's number and the file's edits in it; `None` is all of it.
type Share = (usize, Option<Vec<usize>>);

/// For each slice, in the order of the plan, what it changes in the tree below it.
///
/// # Errors
/// When not every change of `set` stands in exactly one slice.
pub fn of(plan: &Plan, set: &ChangeSet, contents: &dyn Contents) -> Result<Vec<Vec<TreeEdit>>, Misfit> {
    let shares = shares(plan, set)?;
    // What moves away from a path and what is put there set the same entry: it is the head's whoever comes first.
    let head: HashMap<&[u8], &FileVersion> =
        set.files.iter().filter_map(|file| Some((&file.path.0[..], file.new.as_ref()?))).collect();
    let mut layers: Vec<BTreeMap<&[u8], TreeEdit>> = vec![BTreeMap::new(); plan.slices.len()];
    for (file, shares) in set.files.iter().zip(&shares) {
        if let [(slice, None)] = &shares[..] {
            for path in atoms::paths(file) {
                let becomes =
                    head.get(&path.0[..]).map_or(Becomes::Gone, |version| Becomes::Version((*version).clone()));
                layers[*slice].insert(&path.0, TreeEdit { path: path.clone(), becomes });
            }
            continue;
        }
        for (slice, becomes) in cut(file, shares, contents)? {
            layers[slice].insert(&file.path.0, TreeEdit { path: file.path.clone(), becomes });
        }
    }
    Ok(layers.into_iter().map(|layer| layer.into_values().collect()).collect())
}

/// The file after each of its slices.
fn cut(file: &FileChange, shares: &[Share], contents: &dyn Contents) -> Result<Vec<(usize, Becomes)>, Misfit> {
    let uncuttable = |why: &str| Misfit::Uncuttable { path: file.path.display(), why: why.to_owned() };
    let (Some(old), Some(new)) = (&file.old, &file.new) else {
        return Err(uncuttable("it is wholly new, or wholly gone"));
    };
    if file.old_path.is_some() || old.mode != new.mode {
        return Err(uncuttable("it moved, or its mode changed"));
    }
    let read = |content: Result<Option<bytes::Bytes>, _>| {
        content.ok().flatten().ok_or_else(|| uncuttable("it cannot be read"))
    };
    let (base, head) = (read(contents.base(file))?, read(contents.head(file))?);
    let edits: Vec<&Edit> = edits_of(file);
    let mut done: Vec<usize> = Vec::new();
    let mut versions = Vec::new();
    for (at, (slice, chosen)) in shares.iter().enumerate() {
        done.extend(chosen.iter().flatten());
        done.sort_unstable();
        let becomes = if at + 1 == shares.len() {
            Becomes::Version(new.clone())
        } else {
            let some = done.iter().map(|edit| edits[*edit]);
            let content = apply(&base, &head, some).map_err(|misfit| uncuttable(&misfit.to_string()))?;
            Becomes::Cut { mode: new.mode, content: content.into() }
        };
        versions.push((*slice, becomes));
    }
    Ok(versions)
}

/// All edits of a file, in order.
pub fn edits_of(file: &FileChange) -> Vec<&Edit> {
    file.hunks.iter().flat_map(|hunk| &hunk.edits).collect()
}

/// The slices of a plan as groups of the change.
pub fn groups(plan: &Plan, set: &ChangeSet) -> Result<Vec<Group>, Misfit> {
    let mut groups: Vec<Group> = plan.slices.iter().map(|_| Group::of_files(Vec::new())).collect();
    for (file, shares) in shares(plan, set)?.into_iter().enumerate() {
        for (slice, edits) in shares {
            groups[slice].parts.push(Part { file, edits });
        }
    }
    Ok(groups)
}

/// Whom each file of the change went to, in the order of slices.
fn shares(plan: &Plan, set: &ChangeSet) -> Result<Vec<Vec<Share>>, Misfit> {
    let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, file) in set.files.iter().enumerate() {
        by_path.entry(file.path.display()).or_default().push(at);
    }
    let mut shares: Vec<Vec<Share>> = vec![Vec::new(); set.files.len()];
    for (number, slice) in plan.slices.iter().enumerate() {
        for part in &slice.files {
            let unknown = || Misfit::Unknown { slice: slice.id.clone(), path: part.path.clone() };
            for at in by_path.get(&part.path).ok_or_else(unknown)? {
                let edits = chosen(&set.files[*at], part, &slice.id)?;
                let earlier = shares[*at].iter().find(|(_, theirs)| overlap(theirs.as_deref(), edits.as_deref()));
                if let Some((earlier, _)) = earlier {
                    let one = plan.slices[*earlier].id.clone();
                    return Err(Misfit::Twice { path: part.path.clone(), one, other: slice.id.clone() });
                }
                shares[*at].push((number, edits));
            }
        }
    }
    for (file, shares) in set.files.iter().zip(&mut shares) {
        let path = || file.path.display();
        if shares.is_empty() {
            return Err(Misfit::Lost { path: path() });
        }
        let edits = edits_of(file);
        let has = |at: usize| shares.iter().any(|(_, edits)| edits.as_ref().is_none_or(|edits| edits.contains(&at)));
        if let Some(lost) = (0..edits.len()).find(|at| !has(*at)) {
            return Err(Misfit::LostHunk { path: path(), hunk: range_of(edits[lost]).to_string() });
        }
        // All hunks in one slice are the whole file.
        if let [(_, edits)] = &mut shares[..] {
            *edits = None;
        }
    }
    Ok(shares)
}

fn overlap(one: Option<&[usize]>, other: Option<&[usize]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.iter().any(|edit| other.contains(edit)),
        _ => true,
    }
}

fn chosen(file: &FileChange, part: &SliceFile, slice: &SliceId) -> Result<Option<Vec<usize>>, Misfit> {
    let Some(hunks) = &part.hunks else { return Ok(None) };
    let edits = edits_of(file);
    let number = |hunk: &HunkRange| {
        edits.iter().position(|edit| range_of(edit) == *hunk).ok_or_else(|| Misfit::UnknownHunk {
            slice: slice.clone(),
            path: part.path.clone(),
            hunk: hunk.to_string(),
        })
    };
    let mut numbers = hunks.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(Some(numbers))
}

/// An edit as plans name it.
pub fn range_of(edit: &Edit) -> HunkRange {
    HunkRange { old: edit.old.clone(), new: edit.new.clone() }
}
