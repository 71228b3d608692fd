//! A text as lines, the way git counts them: a line ends after `\n`, the last one may lack it.

use std::ops::Range;

/// The lines of a text, numbered from 1. Bytes, for a file need not be UTF-8.
pub struct Lines<'a> {
    text: &'a [u8],
    /// Where each line ends, its `\n` included.
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        let mut ends: Vec<usize> =
            text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
        if ends.last().copied().unwrap_or(0) < text.len() {
            ends.push(text.len());
        }
        Self { text, ends }
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// One line with its end; `None` when there is no such line.
    pub fn get(&self, line: u32) -> Option<&'a [u8]> {
        (line >= 1 && line <= self.count()).then(|| self.slice(line..line + 1)).flatten()
    }

    /// The bytes of a half-open range of lines; `None` when it reaches beyond the text.
    pub fn slice(&self, lines: Range<u32>) -> Option<&'a [u8]> {
        (lines.start <= lines.end).then_some(())?;
        self.text.get(self.start(lines.start)?..self.start(lines.end)?)
    }

    /// The line that holds a byte; the last line for what is beyond the text.
    pub fn at(&self, byte: usize) -> u32 {
        let before = self.ends.partition_point(|end| *end <= byte).min(self.ends.len().saturating_sub(1));
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }

    /// The bytes of a half-open range of lines, as far as the text has them.
    pub fn bytes(&self, lines: Range<u32>) -> Range<usize> {
        let start = self.start(lines.start.max(1)).unwrap_or(self.text.len());
        start..self.start(lines.end).unwrap_or(self.text.len()).max(start)
    }

    /// Where a line starts; the line after the last one starts at the end.
    fn start(&self, line: u32) -> Option<usize> {
        match line {
            0 => None,
            1 => Some(0),
            _ => self.ends.get(line as usize - 2).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_end_and_the_last_one_may_have_none() {
        let lines = Lines::of(b"a\r\n\nb");
        assert_eq!(lines.count(), 3);
        assert_eq!(lines.get(1), Some(&b"a\r\n"[..]));
        assert_eq!(lines.get(3), Some(&b"b"[..]));
        assert_eq!((lines.get(0), lines.get(4)), (None, None));
        assert_eq!(lines.slice(2..4), Some(&b"\nb"[..]));
        assert_eq!(lines.slice(4..4), Some(&b""[..]));
        assert_eq!(lines.slice(4..5), None);
        assert_eq!(Lines::of(b"").count(), 0);
    }

    #[test]
    fn bytes_and_lines_lead_to_each_other() {
        let lines = Lines::of(b"one\r\ntwo\n\nfour");
        assert_eq!([0, 4, 5, 9, 10, 99].map(|byte| lines.at(byte)), [1, 1, 2, 3, 4, 4]);
        assert_eq!((lines.bytes(2..4), lines.bytes(4..9), lines.bytes(7..9)), (5..10, 10..14, 14..14));
        assert_eq!((Lines::of(b"").at(0), Lines::of(b"").bytes(1..2)), (1, 0..0));
    }
}
