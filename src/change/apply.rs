//! Edits applied to the base. All edits of a file give its head byte for byte; some of them give a file in between.

use super::{change_set::Edit, lines::Lines};

/// Edits that do not belong to the texts they were applied to.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the edit of lines {}..{} does not fit these texts, or stands out of order", .edit.old.start, .edit.old.end)]
pub struct MisfitEdit {
    pub edit: Edit,
}

/// The base with `edits` (in order) done to it; their new lines are taken from the head.
pub fn apply<'e>(base: &[u8], head: &[u8], edits: impl IntoIterator<Item = &'e Edit>) -> Result<Vec<u8>, MisfitEdit> {
    let (old, new) = (Lines::of(base), Lines::of(head));
    let mut result = Vec::with_capacity(head.len());
    let mut next = 1;
    for edit in edits {
        let misfit = || MisfitEdit { edit: edit.clone() };
        let kept = old.slice(next..edit.old.start).ok_or_else(misfit)?;
        let added = new.slice(edit.new.clone()).ok_or_else(misfit)?;
        old.slice(edit.old.clone()).ok_or_else(misfit)?;
        result.extend_from_slice(kept);
        result.extend_from_slice(added);
        next = edit.old.end;
    }
    result.extend_from_slice(old.slice(next..old.count() + 1).expect("the last edit ended within the base"));
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::hunks;

    #[test]
    fn some_of_the_edits_give_a_file_in_between() {
        let (base, head) = (b"1\n2\n3\n4\n", b"1\ntwo\n3\n4\nfive");
        let edits: Vec<Edit> = hunks::between(base, head, &mut 1_000).into_iter().flat_map(|hunk| hunk.edits).collect();
        assert_eq!(apply(base, head, &edits).unwrap(), head);
        assert_eq!(apply(base, head, &edits[..1]).unwrap(), b"1\ntwo\n3\n4\n");
        assert_eq!(apply(base, head, []).unwrap(), base);
    }

    #[test]
    fn edits_of_another_file_are_refused() {
        let edit = Edit { old: 7..8, new: 1..2 };
        assert_eq!(apply(b"1\n", b"2\n", [&edit]), Err(MisfitEdit { edit: edit.clone() }));
        let (second, first) = (Edit { old: 2..3, new: 1..1 }, Edit { old: 1..2, new: 1..1 });
        assert_eq!(apply(b"1\n2\n", b"", [&second, &first]), Err(MisfitEdit { edit: first.clone() }));
    }
}
