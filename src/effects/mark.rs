//! The hidden mark at the end of what Seam writes, as far as finding it again needs it.

const OPEN: &str = "<!-- seam:";
const CLOSE: &str = "-->";

/// The mark that a text ends in, from `<!--` to `-->`.
pub(super) fn ending(text: &str) -> Option<&str> {
    let text = text.trim_end();
    text.ends_with(CLOSE).then(|| text.rfind(OPEN).map(|start| &text[start..]))?
}

/// Whether two texts end in the same mark.
pub(super) fn same(planned: &str, found: &str) -> bool {
    let mark = ending(planned);
    mark.is_some() && mark == ending(found)
}

/// A text without its mark, and the mark (empty where there is none).
pub(super) fn split(text: &str) -> (&str, &str) {
    let text = text.trim_end();
    let mark = ending(text).unwrap_or_default();
    (text[..text.len() - mark.len()].trim_end(), mark)
}

/// `text` with something more to say before its mark.
pub(super) fn with_more(text: &str, more: &str) -> String {
    let (before, mark) = split(text);
    format!("{before}\n\n{}\n\n{mark}", more.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_by_their_last_mark() {
        assert!(same("A\n\n<!-- seam:review:1 -->", "B\r\n<!-- seam:review:1 -->\r\n"));
        assert!(!same("A", "A"), "without a mark nothing is found");
        assert!(!same("<!-- seam:a:1 --><!-- seam:b:2 -->", "<!-- seam:b:2 --><!-- seam:a:1 -->"));
        assert!(!same("<!-- seam:a:1 -->", "<!-- seam:a:1 --> and more"));
    }

    #[test]
    fn more_is_said_before_the_mark() {
        assert_eq!(with_more("A\n\n<!-- seam:a:1 -->\n", "B\n"), "A\n\nB\n\n<!-- seam:a:1 -->");
    }
}
