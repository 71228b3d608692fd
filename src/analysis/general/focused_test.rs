//! One test that was focused, so that the others no longer run.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::{
    analysis::{
        draft::{Draft, Fix},
        file_view::FileView,
        language,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings, in_code, on_line, pattern};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/focused-test".into(),
        severity: Severity::Error,
        category: Category::Testing,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "Only this test runs: the others of the file are switched off, and nobody sees them fail.".into(),
        help: "Remove the focus before the change is merged.".into(),
        url: None,
        in_tests: InTests::Same,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

static JAVASCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^\s*(?:(?:describe|it|test|context|suite|specify)(?:\.(?:concurrent|serial|parallel))?\.only(?:\.each)?\s*[(`]|(?:fdescribe|fit|fcontext)\(\s*['"`])"#,
    )
});
static RUBY: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^\s*(?:fdescribe|fcontext|fit|fspecify)[ (]['"]"#));

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let (pattern, literals): (&Regex, &[&str]) = match language::ending(&view.path) {
        Some("js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts") => {
            (&JAVASCRIPT, &[".only", "fdescribe(", "fit(", "fcontext("])
        }
        Some("rb") => (&RUBY, &["fdescribe", "fcontext", "fit", "fspecify"]),
        _ => return Vec::new(),
    };
    if !literals.iter().any(|literal| view.text.contains(literal)) {
        return Vec::new();
    }
    in_code(view, pattern)
        .into_iter()
        .map(|(line, bytes)| {
            let text = view.text.get(bytes.clone()).unwrap_or_default();
            let unfocused =
                if text.contains(".only") { text.replacen(".only", "", 1) } else { text.replacen('f', "", 1) };
            on_line(rule, view, line).with_fix(Some(Fix { bytes, replacement: unfocused }))
        })
        .collect()
}
