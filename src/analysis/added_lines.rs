//! Which lines of the head a change added.

use std::ops::Range;

use crate::change::change_set::FileChange;

/// The added lines of one file: sorted, apart from each other, half open.
#[derive(Debug, Default)]
pub struct AddedLines(Vec<Range<u32>>);

impl AddedLines {
    pub fn of(file: &FileChange) -> Self {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for lines in file.added_lines() {
            match ranges.last_mut() {
                Some(last) if last.end >= lines.start => last.end = last.end.max(lines.end),
                _ => ranges.push(lines),
            }
        }
        Self(ranges)
    }

    /// All of a text of so many lines.
    pub fn all(count: u32) -> Self {
        Self(std::iter::once(1..count + 1).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Some added line is in `first..=last`.
    pub fn touch(&self, first: u32, last: u32) -> bool {
        let next = self.0.partition_point(|lines| lines.end <= first);
        self.0.get(next).is_some_and(|lines| lines.start <= last)
    }

    pub fn ranges(&self) -> &[Range<u32>] {
        &self.0
    }

    /// Each added line.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().cloned().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_touches_added_lines_when_one_is_within_it() {
        let added = AddedLines(vec![3..5, 9..10]);
        assert!(added.touch(1, 3) && added.touch(4, 4) && added.touch(1, 99) && added.touch(9, 9));
        assert!(!added.touch(1, 2) && !added.touch(5, 8) && !added.touch(10, 99));
    }
}
