//! A task left in a comment that nobody keeps track of.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, on_line, pattern};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/todo-without-issue".into(),
        severity: Severity::Info,
        category: Category::Maintainability,
        confidence: Confidence::Low,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "This task has no issue and nobody's name.".into(),
        help: "Name an issue (`#123` or its address) or a person, so that it is found again.".into(),
        url: None,
        in_tests: InTests::Skip,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

static TASK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?://|#|/\*|\*|--|;|<!--)\s*(?:TODO|FIXME|HACK|XXX)\b"));
static OWNED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"#[0-9]+|://|@[a-z]|(?:TODO|FIXME|HACK|XXX) ?\([^)]+\)|\b[A-Z]{2,10}-[0-9]+"));

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if view.language.is_none() || !["TODO", "FIXME", "HACK", "XXX"].iter().any(|word| view.text.contains(word)) {
        return Vec::new();
    }
    view.added_lines()
        .filter(|(_, text)| TASK.is_match(text.as_bytes()) && !OWNED.is_match(text.as_bytes()))
        .map(|(line, _)| on_line(rule, view, line))
        .collect()
}
