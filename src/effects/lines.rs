//! Which lines GitHub itself shows in a pull request's diff, read from the patches it lists. Asked only when GitHub refuses
//! a review without saying which of its comments it does not take.

use std::collections::HashMap;

use crate::{
    domain::{
        anchor::{Anchor, Side},
        effect::InlineComment,
    },
    github::pulls::PullFile,
};

/// The first line and how many, of one side of one hunk.
type Span = (u32, u32);

/// By path: the hunks, each with its left and its right side.
pub(super) struct ShownLines<'a>(HashMap<&'a str, Vec<(Span, Span)>>);

impl<'a> ShownLines<'a> {
    pub(super) fn of(files: &'a [PullFile]) -> Self {
        let hunks = |file: &'a PullFile| file.patch.as_deref().unwrap_or_default().lines().filter_map(hunk).collect();
        Self(files.iter().map(|file| (file.path.as_str(), hunks(file))).collect())
    }

    /// Both ends of the comment lie in one hunk.
    pub(super) fn take(&self, comment: &InlineComment) -> bool {
        let Anchor { side, start_line, line } = comment.anchor;
        let inside = |(start, count): Span| start <= start_line && line < start.saturating_add(count);
        self.0.get(comment.path.as_str()).is_some_and(|hunks| {
            hunks.iter().any(|(left, right)| match side {
                Side::Left => inside(*left),
                Side::Right => inside(*right),
            })
        })
    }
}

/// `@@ -1,2 +3,4 @@ whatever`; a count of 1 may be left out.
fn hunk(line: &str) -> Option<(Span, Span)> {
    let mut parts = line.strip_prefix("@@ ")?.split(' ');
    let span = |part: Option<&str>, sign: char| {
        let numbers = part?.strip_prefix(sign)?;
        let (start, count) = numbers.split_once(',').unwrap_or((numbers, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    Some((span(parts.next(), '-')?, span(parts.next(), '+')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Fingerprint;

    #[test]
    fn a_comment_is_taken_within_one_hunk() {
        let patch = "@@ -1,3 +1,4 @@ fn x()\n a\n+b\n@@ -10 +11,2 @@\n-c\n+d\n+e";
        let files = [
            PullFile { path: "a".to_owned(), patch: Some(patch.to_owned()) },
            PullFile { path: "binary".to_owned(), patch: None },
        ];
        let shown = ShownLines::of(&files);
        let taken = |path: &str, side, start_line, line| {
            let (path, body, fingerprint) = (path.to_owned(), String::new(), Fingerprint::of("", "", ""));
            shown.take(&InlineComment { path, anchor: Anchor { side, start_line, line }, body, fingerprint })
        };
        assert!(taken("a", Side::Right, 1, 4) && taken("a", Side::Right, 12, 12) && taken("a", Side::Left, 10, 10));
        for (path, side, start, end) in [
            ("a", Side::Right, 5, 5),
            ("a", Side::Right, 4, 11),
            ("a", Side::Left, 11, 11),
            ("binary", Side::Right, 1, 1),
            ("b", Side::Right, 1, 1),
        ] {
            assert!(!taken(path, side, start, end), "{path} {side:?} {start} {end}");
        }
    }
}
