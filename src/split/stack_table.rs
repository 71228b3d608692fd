//! The pull requests of a split, as a table: it stands in each of them, and in the comment that follows them.

use super::reasons::listed;
use crate::{
    domain::{
        plan::{Slice, SliceId},
        split::{OpenSlice, Split},
    },
    review::{
        mark::Mark,
        markdown::{cell, code, prose, shorten},
        paper::{MOST_BYTES, Paper},
    },
};

/// Bytes of the table and what is said around it.
const ROOM: usize = 20_000;
/// Above it stand people's words.
const DIVIDER: &str = "<!-- What follows is kept up to date by Seam. -->";

/// The mark by which a slice's pull request is found again.
pub fn mark(split: &Split, slice: &SliceId) -> Mark {
    Mark { kind: "slice".to_owned(), key: format!("{}/{slice}", split.id) }
}

/// What a slice's pull request says at first.
pub fn body(split: &Split, slice: &SliceId) -> String {
    let description = split.plan.slice(slice).map_or("", |planned| planned.description.trim());
    with_table(split, slice, description)
}

/// The same with the table as it is now; what people wrote above it stays.
pub fn renewed(split: &Split, slice: &SliceId, body: &str) -> String {
    let body = body.replace("\r\n", "\n");
    match body.split_once(DIVIDER) {
        Some((above, _)) => with_table(split, slice, above.trim_end()),
        // Somebody wrote it anew, without our part: it is theirs.
        None => body,
    }
}

fn with_table(split: &Split, slice: &SliceId, above: &str) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(&shorten(above, MOST_BYTES - ROOM));
    paper.paragraph(DIVIDER);
    let from = match split.pull {
        Some(pull) => format!("#{pull} ({})", code(&split.branch)),
        None => code(&split.branch),
    };
    paper.paragraph(&format!("---\n\nCut from {from} by Seam:"));
    table(split, Some(slice), &mut paper);
    if let Some(trouble) = split.open_slice(slice).and_then(|open| open.trouble.as_ref()) {
        paper.paragraph(&format!("> [!WARNING]\n> {}", trouble.replace('\n', "\n> ")));
    }
    mark(split, slice).end(&paper.into_text())
}

/// The pull request of a slice, or else its branch.
pub fn name(open: &OpenSlice) -> String {
    open.pull.map_or_else(|| code(&open.branch), |pull| format!("#{pull}"))
}

/// Every slice with its place and state; `this` stands out.
pub fn table(split: &Split, this: Option<&SliceId>, paper: &mut Paper) {
    let slices = split.plan.slices.iter().enumerate();
    let rows = slices.map(|(place, slice)| row(place + 1, split, slice, this == Some(&slice.id)));
    paper.list(ROOM / 2, ("| | Slice | On | State |\n|--|--|--|--|", ""), rows, |left| format!("… and {left} more."));
}

fn row(number: usize, split: &Split, slice: &Slice, is_this: bool) -> String {
    let open = split.open_slice(&slice.id);
    let pull = match open.and_then(|open| open.pull) {
        Some(pull) => format!("#{pull}"),
        None if slice.left_out => "left out:".to_owned(),
        None => "not open yet:".to_owned(),
    };
    let state = match open {
        Some(open) if open.trouble.is_some() && open.state.is_open() => format!("{}, stuck", open.state.as_str()),
        Some(open) => open.state.as_str().to_owned(),
        None if slice.left_out => String::new(),
        None => "planned".to_owned(),
    };
    let on = split.below(slice).and_then(|below| below.pull);
    let mut on = on.map_or_else(|| cell(&code(split.base_of(slice))), |pull| format!("#{pull}"));
    let awaited: Vec<String> =
        split.awaited(slice).filter_map(|open| open.pull).map(|pull| format!("#{pull}")).collect();
    if !awaited.is_empty() {
        on.push_str(&format!(", after {}", listed(&awaited)));
    }
    let (title, own) = (cell(&prose(&shorten(&slice.title, 120))), if is_this { "**" } else { "" });
    format!("| {number} | {own}{pull} {title}{own} | {on} | {state} |")
}
