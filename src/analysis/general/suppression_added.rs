//! A warning of another tool that was silenced as a whole, without a word why.

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
        id: "gen/suppression-added".into(),
        severity: Severity::Info,
        category: Category::Maintainability,
        confidence: Confidence::Low,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "All warnings of a tool are silenced here, and nothing says why.".into(),
        help: "Name the one warning that is meant, and give the reason.".into(),
        url: None,
        in_tests: InTests::Skip,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

/// Marks that silence a tool where nothing but the mark stands: the mark, and what may follow it when one warning is named.
const MARKS: &[(&str, &str)] = &[
    ("# nosec", " "),
    ("# noqa", ":"),
    ("# type: ignore", "["),
    ("# pyright: ignore", "["),
    ("# pylint: skip-file", ""),
    ("// eslint-disable-next-line", " "),
    ("// eslint-disable-line", " "),
    ("/* eslint-disable", " "),
    ("// @ts-ignore", " "),
    ("// @ts-nocheck", ""),
    ("//nolint", ":"),
    ("// NOLINT", "("),
    ("# rubocop:disable all", ""),
    ("// phpcs:ignore", " "),
];

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if !MARKS.iter().any(|(mark, _)| view.text.contains(mark)) {
        return Vec::new();
    }
    let silences = |text: &str| MARKS.iter().any(|(mark, named_by)| silences_all(text, mark, named_by));
    view.added_lines().filter(|(_, text)| silences(text)).map(|(line, _)| on_line(rule, view, line)).collect()
}

fn silences_all(line: &str, mark: &str, named_by: &str) -> bool {
    let Some((_, rest)) = line.split_once(mark) else { return false };
    let names_one =
        !named_by.is_empty() && rest.starts_with(named_by) && rest.trim().trim_end_matches("*/").trim().len() > 1;
    // `# noqa` inside a longer word is none.
    !names_one && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
}
