//! Conflict markers that a merge left behind.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        rule_info::{InTests, RuleInfo},
    },
    domain::finding::{Category, Confidence, Severity, Source},
};

use super::check::{Check, Needs, Surroundings};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/merge-conflict-marker".into(),
        severity: Severity::Error,
        category: Category::Correctness,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[]).into(),
        summary: "A merge conflict was committed unresolved.".into(),
        help: "Keep one side (or both), and remove the marker lines.".into(),
        url: Some("https://git-scm.com/docs/git-merge#_how_conflicts_are_presented".into()),
        in_tests: InTests::Same,
    };
    Check { rule, needs: Needs::Text, run }
}

/// The three markers in their order, each at the start of its line: one alone may be a heading or an arrow. One finding
/// per conflict, on its first marker that was added.
fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    let (mut ours, mut middle) = (None, None);
    let mut drafts = Vec::new();
    if !view.text.contains("<<<<<<< ") {
        return drafts;
    }
    for line in 1..=view.lines.count() {
        let text = view.line_text(line, line);
        if text.starts_with("<<<<<<< ") {
            (ours, middle) = (Some(line), None);
        } else if text == "=======" && ours.is_some() {
            middle = Some(line);
        } else if text.starts_with(">>>>>>> ")
            && let (Some(ours), Some(middle)) = (ours.take(), middle.take())
        {
            let added = [ours, middle, line].into_iter().find(|marker| view.added.touch(*marker, *marker));
            drafts.extend(added.map(|marker| {
                let at = view.lines.bytes(marker..marker + 1).start;
                Draft::new(rule, (marker, marker), at, view.line_text(ours, line))
            }));
        }
    }
    drafts
}
