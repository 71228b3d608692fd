//! What is said of a plan after the operator's command was run on the base and on each slice with what lies below it.

use super::reasons::listed;
use crate::{
    domain::{
        finding::Severity,
        plan::{Plan, PlanCheck, PlanProblem, Slice, SliceId},
    },
    review::markdown::{quoted, shorten, visible},
};

/// Lines of the output that are told, the last ones.
const MAX_LINES: usize = 3;
const MAX_LINE_BYTES: usize = 90;
const MAX_COMMAND_BYTES: usize = 60;

/// How the command ended on one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    Passes,
    /// How it ended instead, with the last it said; see [`words`].
    Fails(String),
    /// Why it was not run.
    NotRun(String),
}

/// What is said of a plan that was edited after the command was run on it.
pub const EDITED: &str = "The plan was edited after its build check, which was not made again.";

/// What is left of what the command said of a plan that may have been edited since.
pub fn kept(problems: &[PlanProblem], is_edited: bool) -> Vec<PlanProblem> {
    let mut said: Vec<PlanProblem> =
        problems.iter().filter(|problem| problem.check == PlanCheck::BuildCheck).cloned().collect();
    if is_edited {
        // What passes is a note; without one nothing was told of any slice.
        said.retain(|problem| problem.severity == Severity::Info);
        said.truncate(1);
        for problem in &mut said {
            problem.message = EDITED.to_owned();
        }
    }
    said
}

/// `slices`: as many as the plan has. A slice is blamed where what it stands on passes.
pub fn problems(plan: &Plan, command: &str, base: &Built, slices: &[Built]) -> Vec<PlanProblem> {
    let command = quoted(&shorten(command, MAX_COMMAND_BYTES));
    let of = |severity, slice: Option<&SliceId>, message| PlanProblem {
        check: PlanCheck::BuildCheck,
        severity,
        slice: slice.cloned(),
        message,
    };
    match base {
        Built::Passes => {}
        Built::Fails(how) => {
            let message = format!("{command} fails on the base already, so no slice was checked with it: {how}");
            return vec![of(Severity::Warning, None, message)];
        }
        Built::NotRun(why) => return vec![of(Severity::Warning, None, format!("{command} was not run: {why}"))],
    }
    let mut problems = Vec::new();
    let (mut passed, mut skipped) = (vec!["the base".to_owned()], Vec::new());
    for (slice, built) in plan.slices.iter().zip(slices) {
        match built {
            Built::Passes => passed.push(name(slice)),
            Built::NotRun(why) => skipped.push((name(slice), why)),
            Built::Fails(how) => {
                let fails_below =
                    plan.ground(slice).is_some_and(|below| matches!(slices.get(below), Some(Built::Fails(_))));
                let as_below = if fails_below { ", as it does on what that stands on" } else { "" };
                let message = format!("{command} fails with this slice{as_below}: {how}");
                problems.push(of(Severity::Warning, Some(&slice.id), message));
            }
        }
    }
    problems.push(of(Severity::Info, None, format!("{command} passes with {}", some(&passed))));
    if let Some((_, why)) = skipped.first() {
        let names: Vec<String> = skipped.iter().map(|(name, _)| name.clone()).collect();
        problems.push(of(Severity::Info, None, format!("{command} was not run with {}: {why}", some(&names))));
    }
    problems
}

/// How a command ended, with the last lines of what it said. Those are a stranger's: they stand in code spans.
pub fn words(how: &str, output: &str) -> String {
    let said: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = said[said.len().saturating_sub(MAX_LINES)..].iter();
    let last: Vec<String> = last.map(|line| quoted(&shorten(&visible(line), MAX_LINE_BYTES))).collect();
    if last.is_empty() { how.to_owned() } else { format!("{how}; its last words: {}", last.join(" ")) }
}

fn name(slice: &Slice) -> String {
    quoted(&slice.id.0)
}

/// The first of many.
fn some(names: &[String]) -> String {
    const MOST: usize = 20;
    let mut some: Vec<String> = names.iter().take(MOST).cloned().collect();
    if names.len() > MOST {
        some.push(format!("{} more", names.len() - MOST));
    }
    listed(&some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::markdown::prose;

    #[test]
    fn what_a_program_says_cannot_be_more_than_text() {
        let said = "first\n\n@everyone `x` [click](https://a.example)\r\u{202e}\n<!-- seam:finding:1 -->\n".to_owned();
        let long = "[y](https://a.example)`".repeat(1_000);
        insta::assert_snapshot!(prose(&words("exit code 1", &said)), @"exit code 1; its last words: `first` `@everyone 'x' [click](https://a.example)\\r\\u{202e}` `<\u{200b}!-- seam:finding:1 -->`");
        let words = words("exit code 1", &format!("{long}\n{long}\n{long}"));
        // Whole, so that no span is left open where problems are shortened.
        assert!(words.len() < 400, "{}", words.len());
    }
}
