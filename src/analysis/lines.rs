//! Lines of a text, and which of them a change added. Lines end at `\n` alone, as for git; numbers are 1-based.

use std::ops::Range;

use crate::change::change_set::FileChange;

/// Where each line of a text starts.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
    len: usize,
}

impl Lines {
    pub fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr_iter(text.as_bytes()).map(|at| at + 1));
        // A final line end starts no further line.
        if text.ends_with('\n') || text.is_empty() {
            starts.pop();
        }
        Self { starts, len: text.len() }
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The line that holds a byte; the last one for what is past the end.
    pub fn at(&self, byte: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The bytes of lines `first..=last` with their line ends; empty past the end of the text.
    pub fn bytes(&self, first: u32, last: u32) -> Range<usize> {
        let start = self.start(first);
        start..self.start(last.saturating_add(1)).max(start)
    }

    /// The text of lines `first..=last`, without the end of the last one.
    pub fn text<'t>(&self, text: &'t str, first: u32, last: u32) -> &'t str {
        let lines = text.get(self.bytes(first, last)).unwrap_or_default();
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        lines.strip_suffix('\r').unwrap_or(lines)
    }

    fn start(&self, line: u32) -> usize {
        self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.len)
    }
}

fn memchr_iter(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

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
    fn lines_are_those_of_git() {
        let text = "one\r\ntwo\n\nfour";
        let lines = Lines::of(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.text(text, 1, 1), "one");
        assert_eq!(lines.text(text, 2, 3), "two\n");
        assert_eq!(lines.text(text, 4, 9), "four");
        assert_eq!((lines.at(0), lines.at(4), lines.at(5), lines.at(99)), (1, 1, 2, 4));
        assert_eq!(Lines::of("a\n").count(), 1);
        assert_eq!(Lines::of("").count(), 0);
    }

    #[test]
    fn a_range_touches_added_lines_when_one_is_within_it() {
        let added = AddedLines(vec![3..5, 9..10]);
        assert!(added.touch(1, 3) && added.touch(4, 4) && added.touch(1, 99) && added.touch(9, 9));
        assert!(!added.touch(1, 2) && !added.touch(5, 8) && !added.touch(10, 99));
    }
}
