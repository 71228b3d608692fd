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
}
