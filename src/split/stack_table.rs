//! The pull requests of a split, as a table: it stands in each of them, and in the comment that follows them.

use crate::{
    domain::{
        plan::SliceId,
        split::{OpenSlice, SliceState, Split},
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
    let number = split.plan.slices.iter().position(|other| other.id == *slice).map_or(0, |place| place + 1);
    let of = split.plan.slices.len();
    let from = match split.pull {
        Some(pull) => format!("#{pull} ({})", code(&split.branch)),
        None => code(&split.branch),
    };
    paper.paragraph(&format!("---\n\nSlice {number} of {of} of {from}, cut by Seam."));
    table(split, Some(slice), &mut paper);
    if let Some(trouble) = split.open_slice(slice).and_then(|open| open.trouble.as_ref()) {
        paper.paragraph(&format!("> [!WARNING]\n> {}", trouble.replace('\n', "\n> ")));
    }
    mark(split, slice).end(&paper.into_text())
}

/// Every slice with its place and state; `this` stands out.
pub fn table(split: &Split, this: Option<&SliceId>, paper: &mut Paper) {
    let rows = split.plan.slices.iter().enumerate().map(|(number, slice)| {
        let open = split.open_slice(&slice.id);
        let pull = open.and_then(|open| open.pull).map_or("not open yet".to_owned(), |pull| format!("#{pull}"));
        let title = cell(&prose(&shorten(&slice.title, 120)));
        let own = if this == Some(&slice.id) { "**" } else { "" };
        let state = open.map_or("planned", |open| open.state.as_str());
        let state = match open {
            Some(OpenSlice { trouble: Some(_), state: SliceState::Draft | SliceState::Open, .. }) => {
                format!("{state}, stuck")
            }
            _ => state.to_owned(),
        };
        format!("| {} | {own}{pull} {title}{own} | {} | {state} |", number + 1, code(split.base_of(slice)))
    });
    paper.list(ROOM / 2, ("| | Slice | On | State |\n|--|--|--|--|", ""), rows, |left| format!("… and {left} more."));
}
