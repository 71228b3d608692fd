//! What a program said, within bounds: the beginning and the end.

use std::{collections::VecDeque, io::Read};

/// Bytes that are kept of the beginning.
const FIRST: usize = 8 * 1024;
/// Bytes that are kept of the end.
const LAST: usize = 24 * 1024;

/// Reads to the end. What is between beginning and end is left out, and the text says so; so is what steers a terminal.
pub(super) fn read(mut from: impl Read) -> String {
    let (mut first, mut last, mut left_out) = (Vec::new(), VecDeque::new(), 0);
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let (head, tail) = buffer[..read].split_at(read.min(FIRST - first.len()));
        first.extend_from_slice(head);
        last.extend(tail);
        let over = last.len().saturating_sub(LAST);
        last.drain(..over);
        left_out += over;
    }
    let plain = |bytes: &[u8]| anstream::adapter::strip_str(&String::from_utf8_lossy(bytes)).to_string();
    if left_out == 0 {
        first.extend(last);
        return plain(&first);
    }
    format!("{}\n({left_out} bytes are left out)\n{}", plain(&first), plain(last.make_contiguous()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        assert_eq!(read(&b"\x1b[31mred\x1b[0m\n"[..]), "red\n");
        let long = format!("begin{}end", ".".repeat(1_000_000));
        let kept = read(long.as_bytes());
        assert!(kept.len() < FIRST + LAST + 100, "{}", kept.len());
        assert!(kept.starts_with("begin.") && kept.ends_with(".end"));
        assert!(kept.contains(&format!("({} bytes are left out)", long.len() - FIRST - LAST)));
    }
}
