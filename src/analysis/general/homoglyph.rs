//! Names in which a letter of another script stands for the Latin one it looks like.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, on_line};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/homoglyph".into(),
        severity: Severity::Warning,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[1007]).into(),
        summary: "A name mixes Latin letters with letters of another script that look the same: it is another name than it seems."
            .into(),
        help: "Write it in one script.".into(),
        url: Some("https://www.unicode.org/reports/tr39/".into()),
        in_tests: InTests::Same,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

/// Cyrillic, Greek and Armenian letters that cannot be told from Latin ones.
const LOOK_LATIN: &str = "аеорсухіјѕһԁԛԝВЕКМНОРСТХАЅІЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧοսոօ";

/// Only code of languages with a grammar: in texts people mix scripts for good reasons.
fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if view.language.is_none() || view.text.is_ascii() {
        return Vec::new();
    }
    let mut drafts = Vec::new();
    for (line, text) in view.added_lines().filter(|(_, text)| !text.is_ascii()) {
        let start = view.lines.bytes(line..line + 1).start;
        let mixed = words(text).find(|(at, word)| is_mixed(word) && !view.is_prose_at(start + at));
        drafts.extend(mixed.map(|_| on_line(rule, view, line)));
    }
    drafts
}

/// Runs of letters, digits and underscores, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c: char| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn is_mixed(word: &str) -> bool {
    word.chars().any(|c| LOOK_LATIN.contains(c)) && word.chars().any(|c| c.is_ascii_alphabetic())
}
