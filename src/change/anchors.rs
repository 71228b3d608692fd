//! Where in a pull request's diff GitHub accepts a comment. A single comment outside of it makes GitHub refuse the whole
//! review (422), so every anchor is asked for here.
//!
//! The rule: on the right, every line that the diff shows (added, or context within a hunk); on the left, removed lines.
//! A range starts and ends on such lines of one hunk.
//! Source: <https://docs.github.com/rest/pulls/comments#create-a-review-comment-for-a-pull-request>.

use super::change_set::{FileChange, Hunk};
use crate::domain::{
    anchor::{Anchor, Side},
    ledger::FileStatus,
};

/// Whether GitHub takes a comment on `file` at `anchor`.
pub fn accepts(file: &FileChange, anchor: Anchor) -> bool {
    anchor.start_line <= anchor.line
        && file.path.to_utf8().is_some()
        && file.hunks.iter().any(|hunk| {
            shows(file, hunk, anchor.side, anchor.start_line) && shows(file, hunk, anchor.side, anchor.line)
        })
}

fn shows(file: &FileChange, hunk: &Hunk, side: Side, line: u32) -> bool {
    match side {
        Side::Right => hunk.new.contains(&line),
        // GitHub knows no copies: to it the file is new, and has no left side.
        Side::Left => file.status != FileStatus::Copied && hunk.edits.iter().any(|edit| edit.old.contains(&line)),
    }
}

/// The place for a comment about lines `start..=end` of the head: as much of them as one hunk shows, preferably the hunk
/// that changes one of them. `None` when the diff shows none of them.
pub fn on_head_lines(file: &FileChange, start: u32, end: u32) -> Option<Anchor> {
    let shown = |hunk: &&Hunk| hunk.new.start <= end && start < hunk.new.end;
    let changed = |hunk: &&Hunk| hunk.edits.iter().any(|edit| edit.new.start <= end && start < edit.new.end);
    let hunk = file.hunks.iter().filter(shown).find(changed).or_else(|| file.hunks.iter().find(shown))?;
    let anchor = Anchor { side: Side::Right, start_line: start.max(hunk.new.start), line: end.min(hunk.new.end - 1) };
    accepts(file, anchor).then_some(anchor)
}

/// The place for a comment about removed lines `start..=end` of the base: from the first to the last of them that one hunk
/// removes.
pub fn on_base_lines(file: &FileChange, start: u32, end: u32) -> Option<Anchor> {
    file.hunks.iter().find_map(|hunk| {
        let mut removed = hunk
            .edits
            .iter()
            .map(|edit| edit.old.start.max(start)..edit.old.end.min(end.saturating_add(1)))
            .filter(|lines| !lines.is_empty());
        let first = removed.next()?;
        let last = removed.next_back().unwrap_or_else(|| first.clone());
        let anchor = Anchor { side: Side::Left, start_line: first.start, line: last.end - 1 };
        accepts(file, anchor).then_some(anchor)
    })
}
