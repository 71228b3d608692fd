//! Two changes of one text made into one: what each of them does to the base, done together. Where both touch the same
//! place, or neighbouring lines, only a person can tell what is meant.

use std::cmp::Ordering;

use super::{change_set::Edit, hunks, lines::Lines};

/// Steps of comparing that one merge may take: well under a second.
const STEPS: u64 = 50_000_000;

/// `None`: the changes are in each other's way.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    if ours == theirs {
        return Some(ours.to_vec());
    }
    let (old, our_lines, their_lines) = (Lines::of(base), Lines::of(ours), Lines::of(theirs));
    let (our_edits, their_edits) = (edits(base, ours), edits(base, theirs));
    let (mut ours, mut theirs) = (our_edits.iter().peekable(), their_edits.iter().peekable());
    let mut merged = Vec::with_capacity(base.len());
    let mut next = 1;
    loop {
        let (edit, lines) = match (ours.peek(), theirs.peek()) {
            (None, None) => break,
            (Some(_), None) => (ours.next()?, &our_lines),
            (None, Some(_)) => (theirs.next()?, &their_lines),
            (Some(our), Some(their)) => match order(our, their) {
                Some(Ordering::Less) => (ours.next()?, &our_lines),
                Some(Ordering::Greater) => (theirs.next()?, &their_lines),
                // The same change, made twice.
                _ if our.old == their.old
                    && our_lines.slice(our.new.clone())? == their_lines.slice(their.new.clone())? =>
                {
                    theirs.next();
                    (ours.next()?, &our_lines)
                }
                _ => return None,
            },
        };
        merged.extend_from_slice(old.slice(next..edit.old.start)?);
        merged.extend_from_slice(lines.slice(edit.new.clone())?);
        next = edit.old.end;
    }
    merged.extend_from_slice(old.slice(next..old.count() + 1)?);
    Some(merged)
}

/// Which of two edits comes first; `None` where they touch.
fn order(one: &Edit, other: &Edit) -> Option<Ordering> {
    if one.old.end < other.old.start {
        Some(Ordering::Less)
    } else if other.old.end < one.old.start {
        Some(Ordering::Greater)
    } else {
        None
    }
}

fn edits(base: &[u8], other: &[u8]) -> Vec<Edit> {
    let mut steps = STEPS;
    hunks::between(base, other, &mut steps).into_iter().flat_map(|hunk| hunk.edits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
        merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn changes_of_different_places_become_one() {
        let base = "1\n2\n3\n4\n5\n6\n";
        assert_eq!(merged(base, "one\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nsix"), Some("one\n2\n3\n4\n5\nsix".to_owned()));
        assert_eq!(merged(base, "2\n3\n4\n5\n6\n", "1\n2\n3\n4\n4.5\n5\n6\n"), Some("2\n3\n4\n4.5\n5\n6\n".to_owned()));
        assert_eq!(merged(base, base, "x\n"), Some("x\n".to_owned()));
        assert_eq!(merged("", "", "new\n"), Some("new\n".to_owned()));
    }

    #[test]
    fn the_same_change_made_twice_is_made_once() {
        let base = "1\n2\n3\n4\n5\n";
        assert_eq!(merged(base, "1\ntwo\n3\n4\n5\n", "1\ntwo\n3\n4\nfive\n"), Some("1\ntwo\n3\n4\nfive\n".to_owned()));
    }

    #[test]
    fn changes_of_one_place_or_of_neighbours_are_for_people() {
        let base = "1\n2\n3\n";
        assert_eq!(merged(base, "1\ntwo\n3\n", "1\nzwei\n3\n"), None);
        assert_eq!(merged(base, "1\ntwo\n3\n", "1\n2\nthree\n"), None);
        assert_eq!(merged(base, "1\n3\n", "1\n2\n2.5\n3\n"), None);
    }
}
