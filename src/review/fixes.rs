//! Suggestions put into the text that they were made for, several at once.

use crate::domain::finding::Suggestion;

/// A text with suggestions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub text: String,
    /// By their place in what was given; the others overlap one that came first, or lie beyond the text.
    pub applied: Vec<usize>,
}

/// The earlier of two that overlap is applied. Line ends stay what they are in the lines that are replaced.
pub fn apply(text: &str, suggestions: &[&Suggestion]) -> Fixed {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut order: Vec<usize> = (0..suggestions.len()).collect();
    order.sort_by_key(|&index| (suggestions[index].start_line, index));
    let mut applied: Vec<usize> = Vec::new();
    for index in order {
        let Suggestion { start_line, end_line, .. } = suggestions[index];
        let free = applied.last().is_none_or(|&last| suggestions[last].end_line < *start_line);
        if free && 1 <= *start_line && start_line <= end_line && *end_line as usize <= lines.len() {
            applied.push(index);
        }
    }
    let replacements: Vec<(usize, usize, String)> = applied
        .iter()
        .map(|&index| {
            let Suggestion { start_line, end_line, replacement } = suggestions[index];
            let (start, end) = (*start_line as usize - 1, *end_line as usize);
            (start, end, whole_lines(replacement, &lines[start..end]))
        })
        .collect();
    for (start, end, replacement) in replacements.iter().rev() {
        lines.splice(start..end, [replacement.as_str()]);
    }
    let text = lines.concat();
    applied.sort_unstable();
    Fixed { text, applied }
}

/// With the line ends of what it takes the place of.
fn whole_lines(replacement: &str, replaced: &[&str]) -> String {
    if replacement.is_empty() {
        return String::new();
    }
    let end = if replaced.iter().any(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let last = replaced.last().is_some_and(|line| line.ends_with('\n'));
    let text = replacement.lines().collect::<Vec<_>>().join(end);
    if last { text + end } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(start_line: u32, end_line: u32, replacement: &str) -> Suggestion {
        Suggestion { start_line, end_line, replacement: replacement.to_owned() }
    }

    fn applied(text: &str, all: &[Suggestion]) -> (String, Vec<usize>) {
        let Fixed { text, applied } = apply(text, &all.iter().collect::<Vec<_>>());
        (text, applied)
    }

    #[test]
    fn suggestions_take_the_place_of_their_lines() {
        let text = "1\n2\n3\n4\n5\n";
        let all = [suggestion(4, 5, "four\nand five"), suggestion(2, 2, ""), suggestion(1, 1, "one")];
        assert_eq!(applied(text, &all), ("one\n3\nfour\nand five\n".to_owned(), vec![0, 1, 2]));
        assert_eq!(applied("a\r\nb\r\n", &[suggestion(2, 2, "x\ny")]).0, "a\r\nx\r\ny\r\n");
        assert_eq!(applied("a\nb", &[suggestion(2, 2, "c")]).0, "a\nc", "a last line without an end stays one");
    }

    #[test]
    fn of_those_that_overlap_the_first_is_applied() {
        let all = [suggestion(2, 3, "x"), suggestion(1, 2, "y"), suggestion(9, 9, "z"), suggestion(0, 1, "z")];
        assert_eq!(applied("1\n2\n3\n", &all), ("y\n3\n".to_owned(), vec![1]));
    }
}
