//! The hidden mark that ends every text Seam writes on GitHub, by which it finds its own work again:
//! `<!-- seam:KIND:KEY -->`.
//!
//! Anybody can write a mark into a comment of theirs, so a mark means something only in a text whose author is the App;
//! and in those only the last one counts, for a text may quote hostile input (which [`super::markdown`] disarms besides).

use std::fmt;

use crate::domain::{effect::EffectKey, finding::Fingerprint};

const OPEN: &str = "<!-- seam:";
const CLOSE: &str = " -->";

/// What a text is, and which one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Lowercase letters and `-`: `finding`, `review`, `reply`, `summary`.
    pub kind: String,
    pub key: String,
}

impl Mark {
    pub fn finding(fingerprint: &Fingerprint) -> Self {
        Self { kind: "finding".to_owned(), key: fingerprint.to_string() }
    }

    /// The mark of an effect is its key: the part before the first `:` is the kind.
    pub fn of_effect(key: &EffectKey) -> Self {
        let (kind, key) = key.0.split_once(':').unwrap_or(("effect", &key.0));
        Self { kind: kind.to_owned(), key: key.to_owned() }
    }

    /// The mark that a text ends in.
    pub fn ending(text: &str) -> Option<Self> {
        let text = text.trim_end();
        let inside = text[text.rfind(OPEN)?..].strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        let (kind, key) = inside.split_once(':')?;
        let is_kind = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        is_kind.then_some(())?;
        Some(Self { kind: kind.to_owned(), key: decode(key)? })
    }

    /// The fingerprint, when this marks a finding's comment.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        (self.kind == "finding").then(|| self.key.parse().ok()).flatten()
    }

    /// `text`, a blank line, the mark.
    pub fn end(&self, text: &str) -> String {
        format!("{}\n\n{self}", text.trim_end())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}:{}{CLOSE}", self.kind, encode(&self.key))
    }
}

/// What could end the comment early, or is not plain ASCII, is written as `%XX`.
fn encode(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"@:._/#=+".contains(&byte);
        if plain || (byte == b'-' && !encoded.ends_with('-')) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                bytes.extend(hex::decode(pair).ok()?);
            }
            b'!'..=b'~' => bytes.push(byte),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: &str, key: &str) -> Mark {
        Mark { kind: kind.to_owned(), key: key.to_owned() }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let fingerprint = Fingerprint::of("py/eval", "", "eval(x)");
        let text = Mark::finding(&fingerprint).end("Look here.\n");
        assert_eq!(text, format!("Look here.\n\n<!-- seam:finding:{fingerprint} -->"));
        assert_eq!(Mark::ending(&text).unwrap().fingerprint(), Some(fingerprint));
        for key in ["12@abc:0a", "a --> b", "feature/--x->", "größe", "100%", ""] {
            let mark = mark("slice", key);
            assert_eq!(Mark::ending(&mark.end("text")), Some(mark.clone()), "{mark}");
            assert_eq!(mark.to_string().matches("--").count(), 2, "{mark}");
        }
    }

    #[test]
    fn only_a_mark_at_the_end_counts() {
        assert_eq!(Mark::ending("<!-- seam:finding:1 --> and more"), None);
        assert_eq!(Mark::ending("<!-- seam:review:1 -->\n<!-- seam:reply:2 -->\r\n "), Some(mark("reply", "2")));
        for none in ["", "text", "<!-- seam:x -->", "<!-- seam::1 -->", "<!-- seam:a b:1 -->", "<!-- seam:a:b c -->"] {
            assert_eq!(Mark::ending(none), None, "{none}");
        }
    }

    #[test]
    fn the_mark_of_an_effect_is_its_key() {
        let key = EffectKey("review:12@abc:0a1b".to_owned());
        assert_eq!(Mark::of_effect(&key).to_string(), "<!-- seam:review:12@abc:0a1b -->");
    }
}
