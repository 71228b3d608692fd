//! What an edited block makes of its plan.

use super::read::{Cut, File, Row, Unreadable, rows};
use crate::{
    domain::{
        ledger::FileStatus,
        plan::{HunkRange, Plan, Slice, SliceFile, SliceId},
    },
    review::markdown::shorten,
};

/// Bytes of a title.
const MAX_TITLE: usize = 200;
/// Of an id, which is part of a branch's name and of marks.
const MAX_ID: usize = 40;

/// The plan as the comment has it now. What its slices need of each other is to be found anew, and whether every change still
/// stands in exactly one is for whoever checks it.
pub fn edited(comment: &str, plan: &Plan) -> Result<Plan, Unreadable> {
    let mut slices: Vec<Slice> = Vec::new();
    for (number, row) in rows(comment)?.into_iter().enumerate() {
        let slice = slice(row, number + 1, plan, &slices)?;
        if slices.iter().any(|other| other.id == slice.id) {
            return Err(Unreadable::SameId(slice.id.0));
        }
        slices.push(slice);
    }
    Ok(Plan { slices, ..plan.clone() })
}

fn slice(row: Row, number: usize, plan: &Plan, before: &[Slice]) -> Result<Slice, Unreadable> {
    let id = SliceId(match row.id {
        Some(id) if is_id(&id) => id,
        Some(other) => return Err(Unreadable::Id(shorten(&other, MAX_ID).into_owned())),
        None => free_id(plan, before),
    });
    let known = plan.slice(&id);
    let files = row.files.into_iter().map(|file| self::file(file, plan)).collect::<Result<Vec<_>, _>>()?;
    let title = row.title.map(|title| shorten(title.trim(), MAX_TITLE).replace(char::is_control, " "));
    let title = title.or_else(|| known.map(|slice| slice.title.clone())).unwrap_or_else(|| format!("Slice {number}"));
    let stands_on = match row.on {
        Some(on) if before.iter().any(|slice| slice.id.0 == on) => Some(SliceId(on)),
        Some(on) => return Err(Unreadable::Nowhere { slice: id.0, on }),
        None => None,
    };
    let mut slice = known.cloned().unwrap_or_else(|| Slice::new(id.clone(), branch(plan, &id)));
    if slice.files != files {
        (slice.reasons, slice.confidence) = (vec!["a person put it together".to_owned()], 100);
    }
    Ok(Slice { title, files, stands_on, left_out: row.open == Some(false), ..slice })
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn free_id(plan: &Plan, before: &[Slice]) -> String {
    let taken = |id: &String| plan.slices.iter().chain(before).any(|slice| slice.id.0 == *id);
    (1..).map(|number| format!("n{number}")).find(|id| !taken(id)).expect("there are more numbers than slices")
}

/// Beside the branches of the other slices.
fn branch(plan: &Plan, id: &SliceId) -> String {
    let folder =
        plan.slices.first().and_then(|slice| slice.branch.rsplit_once('/')).map_or("seam", |(folder, _)| folder);
    format!("{folder}/slice-{id}")
}

/// With the status that the plan knows; a path that it does not know is told of when the plan is checked.
fn file(file: File, plan: &Plan) -> Result<SliceFile, Unreadable> {
    let (path, hunks) = match file {
        File::Whole(path) => (path, None),
        File::Cut(Cut { path, hunks }) => (path, Some(hunks)),
    };
    let parse = |hunk: String| hunk.parse::<HunkRange>().map_err(|_| Unreadable::Hunk { path: path.clone(), hunk });
    let hunks = hunks.map(|hunks| hunks.into_iter().map(parse).collect::<Result<Vec<_>, _>>()).transpose()?;
    let known = plan.slices.iter().flat_map(|slice| &slice.files).find(|file| file.path == path);
    Ok(SliceFile {
        status: known.map_or(FileStatus::Modified, |file| file.status),
        old_path: known.and_then(|file| file.old_path.clone()),
        path,
        hunks,
    })
}
