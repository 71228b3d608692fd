//! What it takes to compare two texts, told before they are compared. Git's heuristics keep Myers' algorithm far from
//! quadratic, and still a million lines in another order take minutes; no clock is asked, so that the same texts are
//! compared the same way everywhere.

use gix::diff::blob::Token;

/// Edits that are counted exactly; with more of them the worst is assumed.
const COUNTED: u64 = 4_000;
/// Git's own bound on the edits that are followed before it settles for what it has: the square root of the lines, and at
/// least this.
const FOLLOWED: u64 = 256;

/// Takes what the comparison costs off `steps_left` (a step is one line looked at on one of the paths of Myers' algorithm;
/// some 100 million take a second), and tells whether there was enough. To find out costs some as well. `tokens`: how many
/// different lines there are.
pub(super) fn is_affordable(old: &[Token], new: &[Token], tokens: u32, steps_left: &mut u64) -> bool {
    // Lines that one side has alone are changed for certain: they cost nothing.
    let (old, new) = (of_both(old, new, tokens), of_both(new, old, tokens));
    let lines = (old.len() + new.len()) as u64;
    let counted = COUNTED.min(lines).min(steps_left.isqrt());
    let steps = match edits(&old, &new, counted as usize) {
        Some(edits) => lines + edits * edits,
        None => {
            *steps_left -= counted * counted;
            lines * followed(lines)
        }
    };
    let left = steps_left.checked_sub(steps);
    *steps_left = left.unwrap_or(*steps_left);
    left.is_some()
}

/// The lines of `one` that the other has as well.
fn of_both(one: &[Token], other: &[Token], tokens: u32) -> Vec<Token> {
    let mut is_there = vec![false; tokens as usize];
    for token in other {
        is_there[token.0 as usize] = true;
    }
    one.iter().copied().filter(|token| is_there[token.0 as usize]).collect()
}

/// As git takes the root: the next power of two.
fn followed(lines: u64) -> u64 {
    let bits = u64::BITS - lines.leading_zeros();
    (1 << bits.div_ceil(2)).max(FOLLOWED)
}

/// The fewest lines to take out and put in, if these are at most `most`: the greedy half of Myers' algorithm, which looks
/// from the start only and remembers no way.
fn edits(old: &[Token], new: &[Token], most: usize) -> Option<u64> {
    // How many old lines the best path on each diagonal has behind it; the middle one starts with as many new ones.
    let mut reached = vec![0_usize; 2 * most + 3];
    let middle = most + 1;
    for edits in 0..=most {
        for diagonal in (middle - edits..=middle + edits).step_by(2) {
            let (below, above) = (reached[diagonal - 1], reached[diagonal + 1]);
            let is_lowest = diagonal == middle - edits;
            let is_highest = diagonal == middle + edits;
            let mut behind = if edits == 0 {
                0
            } else if is_lowest || (!is_highest && below < above) {
                above
            } else {
                below + 1
            };
            let ahead = |behind: usize| behind + middle - diagonal;
            while behind < old.len() && ahead(behind) < new.len() && old[behind] == new[ahead(behind)] {
                behind += 1;
            }
            if behind >= old.len() && ahead(behind) >= new.len() {
                return Some(edits as u64);
            }
            reached[diagonal] = behind;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(numbers: impl IntoIterator<Item = u32>) -> Vec<Token> {
        numbers.into_iter().map(Token).collect()
    }

    #[test]
    fn the_fewest_edits_are_counted() {
        let counted = |old: &[u32], new: &[u32]| edits(&tokens(old.to_vec()), &tokens(new.to_vec()), 6);
        assert_eq!(counted(&[], &[]), Some(0));
        assert_eq!(counted(&[1, 2, 3], &[1, 2, 3]), Some(0));
        assert_eq!(counted(&[1, 2, 3], &[1, 3]), Some(1));
        assert_eq!(counted(&[1, 2, 3], &[0, 1, 2, 3]), Some(1));
        assert_eq!(counted(&[1, 2, 3, 1, 2, 2, 1], &[3, 2, 1, 2, 1, 3]), Some(5));
        assert_eq!(counted(&[], &[1, 2, 3, 4, 5, 6, 7]), None);
    }

    #[test]
    fn what_costs_much_is_known_before() {
        let cost = |old: &[Token], new: &[Token]| {
            let mut left = u64::MAX;
            assert!(is_affordable(old, new, 200_000, &mut left));
            u64::MAX - left
        };
        let lines = 100_000;
        let old = tokens(0..lines);
        assert_eq!(cost(&old, &old), 200_000);
        let changed = tokens((0..lines).map(|line| if line % 3 == 0 { lines + line } else { line }));
        assert_eq!(cost(&old, &changed), 133_332);
        let moved = tokens((100..lines).chain(0..100));
        assert_eq!(cost(&old, &moved), 240_000);
        let shuffled = tokens((0..lines).map(|line| line * 7 % lines));
        assert_eq!(cost(&old, &shuffled), 4_000 * 4_000 + 200_000 * 512);
    }

    #[test]
    fn to_find_out_costs_no_more_than_is_left() {
        let (old, new) = (tokens(0..9_000), tokens((0..9_000).rev()));
        let mut left = 20_000_000;
        assert!(!is_affordable(&old, &new, 9_000, &mut left));
        assert_eq!(left, 4_000_000);
        assert!(!is_affordable(&old, &new, 9_000, &mut left));
        assert_eq!(left, 0);
        assert!(!is_affordable(&old, &old, 9_000, &mut left));
    }
}
