//! A file that became executable and has nothing to execute.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    change::change_set::{FileKind, FileMode},
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/exec-bit".into(),
        severity: Severity::Info,
        category: Category::Maintainability,
        confidence: Confidence::Low,
        source: Source::General,
        cwe: (&[732]).into(),
        summary: "This file became executable, and does not start with `#!`.".into(),
        help: "Take the bit away again with `git update-index --chmod=-x`.".into(),
        url: None,
        in_tests: InTests::Skip,
    };
    Check { rule, needs: Needs::Text, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let is_executable = |version: &Option<crate::change::change_set::FileVersion>| {
        version.as_ref().is_some_and(|version| version.mode == FileMode::Executable)
    };
    let became = is_executable(&view.change.new) && !is_executable(&view.change.old);
    let is_script = view.text.starts_with("#!") || view.path.ends_with(".bat") || view.path.ends_with(".cmd");
    let is_empty = view.text.is_empty();
    (became && view.change.kind == FileKind::Text && !is_script && !is_empty)
        .then(|| Draft::about_file(rule, view.name()))
        .into_iter()
        .collect()
}
