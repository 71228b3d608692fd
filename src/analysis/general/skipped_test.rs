//! A test that was switched off without a word why.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        language,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, in_code, on_line, pattern};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/skipped-test".into(),
        severity: Severity::Warning,
        category: Category::Testing,
        confidence: Confidence::Low,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "A test is switched off, and nothing says why or until when.".into(),
        help: "Give the reason where the framework takes one, or name the issue in a comment.".into(),
        url: None,
        in_tests: InTests::Same,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

/// File endings, a literal of every match, and the pattern.
static SKIPS: [(&[&str], &[&str], LazyLock<Regex>); 6] = [
    (
        &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"],
        &[".skip", "xit(", "xdescribe(", "xtest("],
        LazyLock::new(|| {
            pattern(r#"^\s*(?:(?:describe|it|test|context|suite)\.skip\s*\(|x(?:it|describe|test|context)\(\s*['"`])"#)
        }),
    ),
    (
        &["py"],
        &["skip"],
        LazyLock::new(|| {
            pattern(
                r"^\s*(?:@pytest\.mark\.skip(?:\(\s*\))?|@(?:unittest\.)?skip\(\s*\)|@unittest\.skip|pytest\.skip\(\s*\))\s*$",
            )
        }),
    ),
    (&["rs"], &["#[ignore]"], LazyLock::new(|| pattern(r"^\s*#\[ignore\]"))),
    (&["go"], &[".Skip"], LazyLock::new(|| pattern(r"^\s*[tb]\.(?:Skip|SkipNow)\(\s*\)"))),
    (&["java", "kt"], &["@Disabled", "@Ignore"], LazyLock::new(|| pattern(r"^\s*@(?:Disabled|Ignore)\s*$"))),
    (&["rb"], &["xit", "xdescribe"], LazyLock::new(|| pattern(r#"^\s*x(?:it|describe|context)[ (]['"]"#))),
];

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let Some(ending) = language::ending(&view.path) else { return Vec::new() };
    SKIPS
        .iter()
        .filter(|(endings, literals, _)| endings.contains(&ending) && literals.iter().any(|l| view.text.contains(l)))
        .flat_map(|(_, _, skip)| in_code(view, skip))
        .filter(|(line, _)| {
            !names_reason(view.line_text(*line, *line)) && !names_reason(view.line_text(line - 1, line - 1))
        })
        .map(|(line, _)| on_line(rule, view, line))
        .collect()
}

/// A comment with some words, a number of an issue or an address.
fn names_reason(line: &str) -> bool {
    let comment = line.split_once("//").or_else(|| line.split_once("# ")).map_or("", |(_, comment)| comment);
    comment.split_whitespace().count() >= 2 || line.contains("://")
}
