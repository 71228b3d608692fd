//! From two texts to hunks, as git and GitHub cut them: Myers' algorithm with git's shortcuts for hostile input, git's
//! indentation heuristic for where a movable change stands, three lines of context.

use std::ops::Range;

use gix::diff::blob::{Algorithm, InternedInput, Token, diff_with_slider_heuristics};

use super::{
    change_set::{Edit, Hunk},
    effort,
};

/// Unchanged lines around a change, as GitHub shows them.
pub const CONTEXT: u32 = 3;

/// The hunks between two texts, as git finds them. What that takes goes off `steps_left`; where it would take more, all
/// from the first to the last line that differs is one edit.
pub fn between(old: &[u8], new: &[u8], steps_left: &mut u64) -> Vec<Hunk> {
    let input = InternedInput::new(old, new);
    if !effort::is_affordable(&input.before, &input.after, input.interner.num_tokens(), steps_left) {
        return merge(replaced(&input.before, &input.after).into_iter(), input.before.len(), input.after.len());
    }
    let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
    let edits = diff.hunks().map(|change| Edit { old: one_based(change.before), new: one_based(change.after) });
    merge(edits, input.before.len(), input.after.len())
}

/// All but what both start and end with.
fn replaced(old: &[Token], new: &[Token]) -> Option<Edit> {
    let same = |(one, other): &(&Token, &Token)| one == other;
    let before = old.iter().zip(new).take_while(same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
    let middle = |lines: &[Token]| one_based(line_number(before)..line_number(lines.len() - after));
    (old != new).then(|| Edit { old: middle(old), new: middle(new) })
}

fn line_number(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn one_based(range: Range<u32>) -> Range<u32> {
    range.start + 1..range.end + 1
}

/// Puts edits, in order, into hunks. Two that stand so near that their context would touch share one.
fn merge(edits: impl Iterator<Item = Edit>, old_lines: usize, new_lines: usize) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for edit in edits {
        match hunks.last_mut() {
            Some(hunk) if edit.old.start - last(hunk).old.end <= 2 * CONTEXT => hunk.edits.push(edit),
            _ => hunks.push(Hunk { old: 0..0, new: 0..0, edits: vec![edit] }),
        }
    }
    for hunk in &mut hunks {
        let (first, last) = (hunk.edits[0].clone(), last(hunk).clone());
        hunk.old = with_context(first.old.start, last.old.end, old_lines);
        hunk.new = with_context(first.new.start, last.new.end, new_lines);
    }
    hunks
}

fn last(hunk: &Hunk) -> &Edit {
    hunk.edits.last().expect("a hunk starts with an edit")
}

fn with_context(start: u32, end: u32, lines: usize) -> Range<u32> {
    let after_last = line_number(lines).saturating_add(1);
    start.saturating_sub(CONTEXT).max(1)..end.saturating_add(CONTEXT).min(after_last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(old: &[u8], new: &[u8]) -> Vec<Hunk> {
        super::between(old, new, &mut 1_000_000)
    }

    fn numbered(lines: std::ops::RangeInclusive<u32>) -> String {
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn changes_six_lines_apart_share_a_hunk_and_seven_do_not() {
        let old = numbered(1..=30);
        let near = old.replace("\n10\n", "\nten\n").replace("\n17\n", "\nseventeen\n");
        let hunks = between(old.as_bytes(), near.as_bytes());
        assert_eq!(hunks.len(), 1);
        assert_eq!((hunks[0].old.clone(), hunks[0].new.clone(), hunks[0].edits.len()), (7..21, 7..21, 2));

        let far = old.replace("\n10\n", "\nten\n").replace("\n18\n", "\neighteen\n");
        assert_eq!(between(old.as_bytes(), far.as_bytes()).len(), 2);
    }

    #[test]
    fn an_added_and_a_removed_file_are_one_hunk_each() {
        let added = between(b"", b"a\nb");
        assert_eq!(added, [Hunk { old: 1..1, new: 1..3, edits: vec![Edit { old: 1..1, new: 1..3 }] }]);
        let removed = between(b"a\nb", b"");
        assert_eq!(removed, [Hunk { old: 1..3, new: 1..1, edits: vec![Edit { old: 1..3, new: 1..1 }] }]);
        assert_eq!(between(b"", b""), []);
    }

    #[test]
    fn a_lost_newline_at_the_end_is_a_change_of_the_last_line() {
        let hunks = between(b"a\nb\n", b"a\nb");
        assert_eq!(hunks[0].edits, [Edit { old: 2..3, new: 2..3 }]);
    }

    #[test]
    fn what_would_take_too_long_is_one_edit() {
        let old = numbered(1..=1_000);
        let new = old.replace("\n20\n", "\nx\n").replace("\n500\n", "\n").replace("\n980\n", "\ny\n");
        let hunks = super::between(old.as_bytes(), new.as_bytes(), &mut 100);
        let edit = Edit { old: 20..981, new: 20..980 };
        assert_eq!(hunks, [Hunk { old: 17..984, new: 17..983, edits: vec![edit] }]);
        assert_eq!(super::between(old.as_bytes(), old.as_bytes(), &mut 0), []);
        let longer = format!("{old}more\n");
        let added = super::between(old.as_bytes(), longer.as_bytes(), &mut 0);
        assert_eq!(added[0].edits, [Edit { old: 1001..1001, new: 1001..1002 }]);
    }
}
