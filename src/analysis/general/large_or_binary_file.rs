//! Files that weigh on everybody's clone for good, and programs that nobody can review.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        language,
        rule_info::{InTests, RuleInfo},
    },
    change::change_set::FileKind,
    domain::{
        finding::{Category, Confidence, Severity, Source},
        ledger::FileStatus,
    },
};

use super::check::{Check, Needs, Surroundings};

/// What a repository can well do without.
const LARGE: u64 = 1 << 20;
/// Binary files beyond this are not read for their first bytes.
const READ: u64 = 16 << 20;

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/large-or-binary-file".into(),
        severity: Severity::Warning,
        category: Category::Maintainability,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "A large or executable file is added to the history.".into(),
        help: "Keep it in Git LFS, in a release or in a package registry: every clone carries it from now on, even when it is removed later."
            .into(),
        url: Some("https://docs.github.com/repositories/working-with-files/managing-large-files".into()),
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::Name, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, around: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let size = view.change.new.as_ref().map_or(0, |version| version.size);
    let is_new = matches!(view.change.status, FileStatus::Added | FileStatus::Modified);
    if !is_new || !matches!(view.change.kind, FileKind::Text | FileKind::Binary | FileKind::TooLarge) {
        return Vec::new();
    }
    let draft = |what: String| vec![Draft::about_file(rule, view.name()).with_message(format!("{what} {}", rule.help))];
    if let Some(kind) = program(view, size, around) {
        return draft(format!("This is {kind}: nobody can review what it does."));
    }
    let was = view.change.old.as_ref().map_or(0, |version| version.size);
    // Lock files and generated files grow with the project, and cannot be elsewhere.
    let must_be_here = view.change.generated.is_some() || view.name().contains("lock");
    if size > LARGE && was <= LARGE && !must_be_here {
        return draft(format!("This file has {:.1} MiB.", size as f64 / LARGE as f64));
    }
    Vec::new()
}

/// What sort of program a binary file is, by its first bytes or its ending.
fn program(view: &FileView<'_>, size: u64, around: &Surroundings<'_>) -> Option<&'static str> {
    if view.change.kind != FileKind::Binary {
        return None;
    }
    let head = if size <= READ { around.contents.head(view.change).ok().flatten() } else { None };
    let by_bytes = head.and_then(|bytes| match &*bytes {
        [0x7f, b'E', b'L', b'F', ..] => Some("a program for Linux (ELF)"),
        [b'M', b'Z', ..] => Some("a program for Windows (PE)"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => Some("a program for macOS (Mach-O)"),
        [0xca, 0xfe, 0xba, 0xbe, ..] => Some("compiled Java, or a program for macOS"),
        [0, b'a', b's', b'm', ..] => Some("compiled WebAssembly"),
        _ => None,
    });
    by_bytes.or_else(|| match language::ending(&view.path)? {
        "exe" | "dll" | "msi" => Some("a program for Windows"),
        "so" | "dylib" | "a" | "o" | "node" => Some("a compiled library"),
        "jar" | "war" | "ear" | "class" | "apk" | "aab" => Some("compiled Java"),
        "wasm" => Some("compiled WebAssembly"),
        "pyc" | "pyo" | "pyd" => Some("compiled Python"),
        _ => None,
    })
}
