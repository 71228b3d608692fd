//! Characters that turn the direction of text around: what a reader sees is not what the compiler reads
//! (CVE-2021-42574).

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
        id: "gen/trojan-source-bidi".into(),
        severity: Severity::Error,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[1007]).into(),
        summary:
            "A character here changes the direction in which the line is shown: the code is not what it looks like."
                .into(),
        help: "Remove it, or write it as an escape where the text needs it.".into(),
        url: Some("https://nvd.nist.gov/vuln/detail/CVE-2021-42574".into()),
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if view.text.is_ascii() || !view.text.contains(turns) {
        return Vec::new();
    }
    // Where people write from right to left a balanced line is as it should be.
    let is_words = is_words(&view.path);
    let mut drafts = Vec::new();
    for (line, text) in view.added_lines() {
        let found: Vec<char> = text.chars().filter(|c| turns(*c)).collect();
        if found.is_empty() || is_words && is_balanced(&found) {
            continue;
        }
        let named: Vec<String> = found.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
        let start = view.lines.bytes(line..line + 1).start;
        let fix = Fix { bytes: start..start + text.len(), replacement: text.replace(turns, "") };
        let message = format!("{} ({})", rule.message(), named.join(", "));
        drafts.push(on_line(rule, view, line).with_message(message).with_fix(Some(fix)));
    }
    drafts
}

/// Embeddings, overrides and isolates, and what ends them.
fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Everything that is opened is closed.
fn is_balanced(turns: &[char]) -> bool {
    let mut open = Vec::new();
    for character in turns {
        match character {
            '\u{202c}' if open.pop() == Some('\u{202c}') => {}
            '\u{2069}' if open.pop() == Some('\u{2069}') => {}
            '\u{202c}' | '\u{2069}' => return false,
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            _ => open.push('\u{202c}'),
        }
    }
    open.is_empty()
}
