//! The words of a text: identifiers, and the parts they are put together from. Whatever the language, names are what tells
//! which changes speak of the same thing.

use std::ops::Range;

/// Stands for a word; equal for equal words on every machine.
pub type WordId = u64;

/// Shorter words say nothing.
const MIN_BYTES: usize = 3;

/// FNV-1a: small, and the same everywhere. <http://www.isthe.com/chongo/tech/comp/fnv/>
pub fn id(word: &[u8]) -> WordId {
    word.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

/// All identifiers of a text, in order, each as often as it stands there.
pub fn identifiers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    ranges(text).map(|range| &text[range])
}

/// Where they stand.
pub fn ranges(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].iter().position(|byte| starts(*byte))?;
            let end =
                text[start..].iter().position(|byte| !continues(*byte)).map_or(text.len(), |length| start + length);
            at = end;
            if end - start >= MIN_BYTES {
                return Some(start..end);
            }
        }
    })
}

fn starts(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$')
}

fn continues(byte: u8) -> bool {
    starts(byte) || byte.is_ascii_digit()
}

/// The parts of a word, in lower case: of `parseHTTPRequest` they are `parse`, `http` and `request`.
pub fn parts(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = word.get(at..).filter(|rest| !rest.is_empty())?;
            let length = part_length(rest);
            at += length.max(1);
            if length >= MIN_BYTES {
                return Some(rest[..length].to_ascii_lowercase());
            }
        }
    })
}

/// 0 where no part starts.
fn part_length(text: &[u8]) -> usize {
    let run = |of: fn(&u8) -> bool, from: usize| text[from..].iter().take_while(|byte| of(byte)).count();
    let upper = run(u8::is_ascii_uppercase, 0);
    let lower = run(u8::is_ascii_lowercase, upper);
    match (upper, lower) {
        (0, 0) => run(u8::is_ascii_digit, 0),
        (0 | 1, lower) if lower > 0 => upper + lower,
        // The last capital starts the next part: HTTPRequest.
        (upper, lower) if lower > 0 => upper - 1,
        (upper, _) => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: AsRef<[u8]>>(words: impl Iterator<Item = T>) -> String {
        words.map(|word| String::from_utf8_lossy(word.as_ref()).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn identifiers_are_found_in_any_text() {
        insta::assert_snapshot!(shown(identifiers(b"let x1 = 9abc + $el->foo_bar(a, \xffno\xff);")), @"let abc $el foo_bar");
        assert_eq!(shown(identifiers(b"")), "");
    }

    #[test]
    fn words_fall_apart_where_their_case_changes() {
        insta::assert_snapshot!(shown(parts(b"parseHTTPRequest_v2of2024X")), @"parse http request 2024");
        insta::assert_snapshot!(shown(parts(b"IDs ABc my-file.test.ts")), @"file test");
    }
}
