//! Whatever a file holds: never a panic, always in the ledger.

use std::time::Duration;

use proptest::prelude::*;
use seam::{
    analysis::{engine::Engine, limits::Limits},
    change::{
        change_set::FileChange,
        contents::{Contents, ContentsError},
    },
    config::policy::Policy,
    domain::{
        finding::Analysis,
        ledger::{Handled, LedgerRow},
    },
};

use super::sample::Sample;

const PATHS: [&str; 10] =
    ["a.py", "a.js", "a.tsx", "a.ts", "a.go", "a.rs", "a.md", ".env", "package-lock.json", "src/test_a.py"];

/// What must hold for any text.
fn check(path: &str, text: &[u8]) -> Result<(), TestCaseError> {
    let Analysis { findings, ledger } = Sample::added(path, text).analyze();
    prop_assert_eq!(ledger.len(), 1);
    let row = &ledger[0];
    prop_assert!(!row.reason.as_deref().unwrap_or("").contains("internal error"), "{path} made the engine panic");
    prop_assert!(row.handled == Handled::Reviewed || row.reason.is_some());
    let lossy = String::from_utf8_lossy(text);
    let lines: Vec<&str> = lossy.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    for finding in findings {
        prop_assert!(finding.start_line <= finding.end_line && finding.end_line as usize <= lines.len());
        if let Some(evidence) = &finding.evidence {
            prop_assert_eq!(evidence.lines().next().unwrap_or(""), lines[finding.start_line as usize - 1]);
        }
        if let Some(suggestion) = &finding.suggestion {
            prop_assert_eq!((suggestion.start_line, suggestion.end_line), (finding.start_line, finding.end_line));
        }
    }
    Ok(())
}

/// Pieces that rules look for, and pieces that break grammars.
const PIECES: &[&str] = &[
    "eval(",
    "x",
    ")",
    "(",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "`",
    "${",
    "f\"{",
    "\n",
    "\r\n",
    "\r",
    "    ",
    "\t",
    ";",
    ":",
    ",",
    "=",
    "==",
    "+",
    "%",
    "//",
    "#",
    "/*",
    "*/",
    "\"\"\"",
    "def f():",
    "async def f():",
    "class A:",
    "fn f() {",
    "unsafe {",
    "func f() {",
    "package a",
    "import x",
    "innerHTML = ",
    "el.innerHTML",
    "db.execute(",
    "SELECT a FROM b WHERE c = ",
    "shell=True",
    "os.system(",
    "Command::new(\"sh\")",
    ".arg(\"-c\")",
    "format!(\"",
    "exec.Command(\"sh\", \"-c\", ",
    "fmt.Sprintf(",
    "it.only('a', ",
    "dbg!(",
    "debugger;",
    "console.log(",
    "<<<<<<< a",
    "=======",
    ">>>>>>> b",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "а",
    "é",
    "🏴",
    "\0",
    "password = \"",
    "token: '",
    "AKIA",
    "ghp_",
    "eyJ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "://a:b@c.d/",
    "authorization: basic ",
    "TODO",
    "#[cfg(test)]",
    "mod t {",
    "let _ = m.lock().unwrap();",
    ".await",
    "<div",
    "/>",
    "=>",
    "lambda x: ",
    "return ",
    "if ",
    "else",
    "\"resolved\": \"http://a/b\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_harm(path in prop::sample::select(&PATHS[..]), text in prop::collection::vec(any::<u8>(), 0..2000)) {
        check(path, &text)?;
    }

    #[test]
    fn any_mixture_of_code_is_read_without_harm(
        path in prop::sample::select(&PATHS[..]),
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..300),
    ) {
        check(path, pieces.concat().as_bytes())?;
    }
}

#[test]
fn deep_nesting_long_lines_and_open_ends_are_read_without_harm() {
    let openers = [
        "(", "[", "{", "f(", "a.b(", "if x {", "-", "!", "<div>", "\"", "'", "`${", "/*", "f'{", "x = (", "&",
        "fn f(){",
    ];
    for path in ["a.py", "a.js", "a.tsx", "a.go", "a.rs"] {
        for opener in openers {
            check(path, opener.repeat(20_000).as_bytes()).unwrap();
        }
        let nested = format!("{}eval(x){}", "(".repeat(5_000), ")".repeat(5_000));
        check(path, nested.as_bytes()).unwrap();
        check(path, "eval(x);".repeat(100_000).as_bytes()).unwrap();
        check(path, format!("x = '{}'\n", "a".repeat(2_000_000)).as_bytes()).unwrap();
    }
}

#[test]
fn rules_that_take_too_long_are_stopped_and_named() {
    let engine = Engine::with_limits(Limits { rule_time: Duration::ZERO, ..Limits::default() });
    let row = Sample::added("a.py", "eval(x)\n".repeat(50)).analyze_by(&engine).ledger.remove(0);
    assert_eq!(row.reason.as_deref(), Some("rule py/eval-nonliteral took too long and was stopped"));
    let engine = Engine::with_limits(Limits { file_time: Duration::ZERO, ..Limits::default() });
    let row = Sample::added("a.py", "eval(x)\n".repeat(50)).analyze_by(&engine).ledger.remove(0);
    assert_eq!(row.reason.as_deref(), Some("the syntax rules took too long and were stopped"));
}

#[test]
fn hunks_that_lead_beyond_the_file_do_no_harm() {
    let sample = Sample::added("a.py", "eval(x)\n").with(|file| {
        for hunk in &mut file.hunks {
            hunk.new.end = 4_000_000_000;
            for edit in &mut hunk.edits {
                edit.new = 1..4_000_000_000;
            }
        }
    });
    assert_eq!(sample.findings(), "1 py/eval-nonliteral error");
}

struct Unreadable;

impl Contents for Unreadable {
    fn base(&self, file: &FileChange) -> Result<Option<bytes::Bytes>, ContentsError> {
        self.head(file)
    }

    fn head(&self, file: &FileChange) -> Result<Option<bytes::Bytes>, ContentsError> {
        Err(ContentsError { path: file.path.display(), why: "it is gone".to_owned() })
    }
}

#[test]
fn a_file_that_cannot_be_read_is_in_the_ledger_with_the_reason() {
    let sample = Sample::added("a.py", "x\n");
    let rows: Vec<LedgerRow> = super::sample::ENGINE.analyze(sample.changes(), &Unreadable, &Policy::default()).ledger;
    assert_eq!(rows[0].handled, Handled::Skipped);
    assert_eq!(rows[0].reason.as_deref(), Some("a.py cannot be read: it is gone"));
}
