//! Debugger calls and prints that were for the author's eyes.

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
        id: "gen/debug-leftover".into(),
        severity: Severity::Warning,
        category: Category::Maintainability,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[489]).into(),
        summary: "This looks left over from debugging.".into(),
        help: "Remove it before the change is merged.".into(),
        url: None,
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::HandWritten, run }
}

/// What stops a program or prints for a person, by file endings.
struct Leftover {
    endings: &'static [&'static str],
    /// One of these is in the text of every match.
    literals: &'static [&'static str],
    /// Never meant to stay.
    stops: Option<LazyLock<Regex>>,
    /// Often a leftover, often not.
    prints: Option<LazyLock<Regex>>,
}

static LEFTOVERS: [Leftover; 8] = [
    Leftover {
        endings: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"],
        literals: &["debugger", "console."],
        stops: Some(LazyLock::new(|| pattern(r"^\s*debugger\s*;?\s*$"))),
        prints: Some(LazyLock::new(|| pattern(r"\bconsole\.(?:log|debug|trace|dir|table)\("))),
    },
    Leftover {
        endings: &["py"],
        literals: &["breakpoint(", "set_trace("],
        stops: Some(LazyLock::new(|| {
            pattern(r"(?:^|[\s;:])(?:breakpoint\(\)|(?:ipdb|pdb|pudb|wdb|rpdb)\.set_trace\()")
        })),
        prints: None,
    },
    Leftover {
        endings: &["rs"],
        literals: &["dbg!("],
        stops: Some(LazyLock::new(|| pattern(r"\bdbg!\("))),
        prints: None,
    },
    Leftover {
        endings: &["go"],
        literals: &["spew.", "println(", "print("],
        stops: Some(LazyLock::new(|| pattern(r"\bspew\.(?:Dump|Print\w*)\("))),
        prints: Some(LazyLock::new(|| pattern(r"^\s*(?:print|println)\("))),
    },
    Leftover {
        endings: &["rb", "rake", "erb"],
        literals: &["binding.", "byebug"],
        stops: Some(LazyLock::new(|| pattern(r"^\s*(?:binding\.(?:pry|irb|break)|byebug)\b"))),
        prints: None,
    },
    Leftover {
        endings: &["php"],
        literals: &["var_dump(", "dd(", "print_r("],
        stops: None,
        prints: Some(LazyLock::new(|| pattern(r"^\s*(?:var_dump|dd|print_r)\("))),
    },
    Leftover {
        endings: &["java", "kt"],
        literals: &["System.", "printStackTrace"],
        stops: None,
        prints: Some(LazyLock::new(|| pattern(r"\bSystem\.(?:out|err)\.print|\.printStackTrace\(\)"))),
    },
    Leftover {
        endings: &["cs", "ex", "exs"],
        literals: &["Debugger.", "IEx.pry"],
        stops: Some(LazyLock::new(|| pattern(r"\bDebugger\.(?:Break|Launch)\(\)|\bIEx\.pry\b"))),
        prints: None,
    },
];

/// Folders of programs that talk to a terminal: printing is what they are for.
const TALKATIVE: &[&str] =
    &["bin", "cli", "cmd", "scripts", "script", "tools", "examples", "example", "demo", "demos", "docs"];

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let Some(ending) = language::ending(&view.path) else { return Vec::new() };
    let mut drafts = Vec::new();
    for leftover in LEFTOVERS.iter().filter(|leftover| leftover.endings.contains(&ending)) {
        if !leftover.literals.iter().any(|literal| view.text.contains(literal)) {
            continue;
        }
        for (line, _) in leftover.stops.iter().flat_map(|stops| in_code(view, stops)) {
            drafts.push(on_line(rule, view, line).with_fix(without_line(view, line)));
        }
        if is_talkative(&view.path) {
            continue;
        }
        for (line, _) in leftover.prints.iter().flat_map(|prints| in_code(view, prints)) {
            let mut draft = on_line(rule, view, line).with_fix(without_line(view, line));
            (draft.severity, draft.confidence) = (Severity::Info, Confidence::Low);
            drafts.push(draft);
        }
    }
    drafts
}

fn is_talkative(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').rev().skip(1).any(|folder| TALKATIVE.contains(&folder)) || name.contains(".config.")
}

/// Deletes the line when nothing else is on it: one statement that ends where the line ends.
fn without_line(view: &FileView<'_>, line: u32) -> Option<Fix> {
    let text = view.line_text(line, line).trim().trim_end_matches(';');
    let is_call = text.ends_with(')') && text.matches('(').count() == text.matches(')').count();
    let is_alone =
        !text.contains(';') && !text.contains('=') && !text.contains('{') && !text.starts_with(['.', '}', ')']);
    let is_statement = (is_call || matches!(text, "debugger" | "byebug" | "binding.pry")) && is_alone;
    // `let x = dbg!(y)` and `f(dbg!(y))` are more than the call.
    let is_value = text.starts_with("dbg!") || text.starts_with("return") || text.starts_with("if");
    (is_statement && !is_value).then(|| Fix { bytes: view.lines.bytes(line..line + 1), replacement: String::new() })
}
