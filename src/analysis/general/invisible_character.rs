//! Characters that nobody sees: zero-width ones between letters, tags, and runs of variation selectors that carry data.

use crate::{
    analysis::{
        draft::{Draft, Fix},
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, is_words, on_line};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/invisible-character".into(),
        severity: Severity::Warning,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[1007]).into(),
        summary: "A character here cannot be seen.".into(),
        help: "Remove it, or write it as an escape where the text needs it.".into(),
        url: None,
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if view.text.is_ascii() {
        return Vec::new();
    }
    let mut drafts = Vec::new();
    for (line, text) in view.added_lines().filter(|(_, text)| !text.is_ascii()) {
        let hidden = hidden(text, line == 1);
        let carries_data = hidden.iter().filter(|(_, c)| is_tag_or_selector(*c)).count() >= 3;
        if hidden.is_empty() || is_words(&view.path) && !carries_data {
            continue;
        }
        let mut named: Vec<String> = hidden.iter().map(|(_, c)| format!("U+{:04X}", u32::from(*c))).collect();
        named.dedup();
        named.truncate(5);
        let visible: String = text
            .char_indices()
            .filter(|(at, _)| !hidden.iter().any(|(hidden, _)| hidden == at))
            .map(|(_, c)| c)
            .collect();
        let start = view.lines.bytes(line..line + 1).start;
        let message = format!("{} ({})", rule.message(), named.join(", "));
        let mut draft = on_line(rule, view, line)
            .with_message(message)
            .with_fix(Some(Fix { bytes: start..start + text.len(), replacement: visible }));
        if carries_data {
            draft.severity = Severity::Error;
        }
        drafts.push(draft);
    }
    drafts
}

/// The invisible characters of a line that have no business there, with their places. In scripts and emoji that are
/// written with joiners and selectors these stay unnoticed: only next to ASCII, or in runs, are they a trick.
fn hidden(text: &str, is_first_line: bool) -> Vec<(usize, char)> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let neighbour = |index: usize| characters.get(index).map(|(_, c)| *c);
    let is_ascii_or_end = |c: Option<char>| c.is_none_or(|c| c.is_ascii());
    let has_flag = text.contains('\u{1f3f4}');
    characters
        .iter()
        .enumerate()
        .filter(|(index, (at, c))| {
            let (before, after) = (index.checked_sub(1).and_then(neighbour), neighbour(index + 1));
            match c {
                // A byte order mark may open a file.
                '\u{feff}' => !(is_first_line && *at == 0),
                '\u{200b}'
                | '\u{2060}'..='\u{2064}'
                | '\u{00ad}'
                | '\u{180e}'
                | '\u{3164}'
                | '\u{115f}'
                | '\u{1160}' => is_ascii_or_end(before) && is_ascii_or_end(after),
                '\u{200c}'..='\u{200f}' => is_ascii_or_end(before) && is_ascii_or_end(after),
                // Flags of regions are spelt with tags after a black flag.
                '\u{e0000}'..='\u{e007f}' => !has_flag,
                '\u{e0100}'..='\u{e01ef}' => {
                    before.is_some_and(is_tag_or_selector) || after.is_some_and(is_tag_or_selector)
                }
                '\u{fe00}'..='\u{fe0f}' => {
                    before.is_some_and(is_tag_or_selector) || after.is_some_and(is_tag_or_selector)
                }
                _ => false,
            }
        })
        .map(|(_, place)| *place)
        .collect()
}

fn is_tag_or_selector(character: char) -> bool {
    matches!(character, '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0f}')
}
