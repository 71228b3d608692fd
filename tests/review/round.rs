//! From round to round: nothing twice, nothing left open that is gone.

use insta::assert_snapshot;
use seam::{
    domain::{
        anchor::{Anchor, Side},
        finding::{Confidence, Severity},
        ledger::{FileStatus, Handled},
    },
    review::plan::plan,
};

use super::table::{PullRequest, finding, input, outline, row};

#[test]
fn a_clean_pull_request_gets_a_green_check_and_silence() {
    assert_snapshot!(outline(&plan(&input(Vec::new()))), @"check Success No problems found");
}

#[test]
fn the_first_round_says_everything_in_one_review() {
    let mut error = finding("b.py", 9, "eval(z)");
    error.severity = Severity::Error;
    let plan = plan(&input(vec![finding("a.py", 3, "eval(x)"), error, finding("a.py", 1, "eval(y)")]));
    assert_snapshot!(outline(&plan), @"
    review Comment b.py:9 a.py:1 a.py:3
    check Failure 1 error and 2 warnings
    ");
    assert_eq!(plan.round.to_string(), "0 fixed, 0 open, 3 new");
}

#[test]
fn a_later_round_says_only_what_changed() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)"), finding("a.py", 8, "eval(y)"), finding("b.py", 1, "eval(z)")]);
    let second = pull.push(vec![finding("a.py", 30, "eval(y)")]);
    assert_snapshot!(outline(&second), @"
    reply 1 Fixed as of 0000000.
    resolve thread-1
    reply 3 Fixed as of 0000000.
    resolve thread-3
    check Neutral 2 fixed, 1 open, 0 new
    ");
    assert_snapshot!(outline(&pull.push(vec![finding("a.py", 31, "eval(y)")])), @"check Neutral 0 fixed, 1 open, 0 new");
}

#[test]
fn moved_and_renamed_code_keeps_its_thread() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)"), finding("a.py", 8, "eval(x)")]);
    let mut renamed = input(vec![finding("c.py", 50, "eval(x)"), finding("c.py", 99, "eval(x)")]);
    renamed.renames.insert("c.py".to_owned(), "a.py".to_owned());
    assert_snapshot!(outline(&pull.review(renamed)), @"check Neutral 0 fixed, 2 open, 0 new");
    assert_snapshot!(outline(&pull.push(vec![finding("b.py", 1, "eval(x)"), finding("c.py", 50, "eval(x)")])),
        @"check Neutral 0 fixed, 2 open, 0 new");
}

#[test]
fn what_a_person_resolved_is_never_raised_again() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)"), finding("a.py", 8, "eval(y)")]);
    pull.resolve("eval(x)");
    let both = || vec![finding("a.py", 3, "eval(x)"), finding("a.py", 8, "eval(y)")];
    assert_snapshot!(outline(&pull.push(both())), @"check Neutral 0 fixed, 1 open, 0 new");
    assert_snapshot!(outline(&pull.push(Vec::new())), @"
    reply 2 Fixed as of 0000000.
    resolve thread-2
    check Success 1 fixed, 0 open, 0 new
    ");
    assert_snapshot!(outline(&pull.push(vec![finding("a.py", 3, "eval(x)")])), @"check Success No problems found");
}

#[test]
fn what_was_fixed_and_comes_back_is_raised_anew() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    pull.push(Vec::new());
    let back = pull.push(vec![finding("a.py", 3, "eval(x)")]);
    assert_snapshot!(outline(&back), @"
    review Comment a.py:3
    check Neutral 0 fixed, 0 open, 1 new
    ");
    assert_snapshot!(outline(&pull.push(Vec::new())), @"
    reply 2 Fixed as of 0000000.
    resolve thread-2
    check Success 1 fixed, 0 open, 0 new
    ");
}

#[test]
fn what_was_not_looked_at_is_not_called_fixed() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)"), finding("b.py", 3, "eval(y)")]);
    let mut next = input(Vec::new());
    next.analysis.ledger = vec![row("a.py", Handled::Skipped, Some("took longer than its time"))];
    assert_snapshot!(outline(&pull.review(next.clone())), @"
    reply 2 No longer part of this pull request as of 0000000.
    resolve thread-2
    check Neutral 1 fixed, 1 open, 0 new
    ");
    next.analysis.ledger = vec![row("a.py", Handled::Linted, Some("has syntax errors"))];
    assert_snapshot!(outline(&pull.review(next)), @"check Neutral 0 fixed, 1 open, 0 new");
}

#[test]
fn what_was_in_a_removed_file_is_fixed() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    let mut next = input(Vec::new());
    next.analysis.ledger = vec![row("a.py", Handled::Skipped, Some("removed"))];
    next.analysis.ledger[0].status = FileStatus::Removed;
    assert_snapshot!(outline(&pull.review(next)), @"
    reply 1 Fixed as of 0000000.
    resolve thread-1
    check Success 1 fixed, 0 open, 0 new
    ");
}

#[test]
fn what_was_not_looked_at_is_not_called_clean() {
    let mut partly = input(Vec::new());
    partly.analysis.ledger.push(row("c.bin", Handled::Skipped, Some("binary")));
    assert_snapshot!(outline(&plan(&partly)), @"check Success No problems found in 2 of 3 files");
    partly.analysis.ledger.retain(|row| row.handled == Handled::Skipped);
    assert_snapshot!(outline(&plan(&partly)), @"check Neutral Nothing to review: 1 file skipped");
}

#[test]
fn a_rule_that_was_switched_off_is_not_called_fixed() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    let mut next = input(Vec::new());
    next.policy.rules.disable.push("py/no-eval".to_owned());
    assert_snapshot!(outline(&pull.review(next)), @"
    reply 1 No longer asked for by this repository's settings, as of 0000000.
    resolve thread-1
    check Success No problems found
    ");
}

#[test]
fn comments_are_capped_by_severity_and_the_rest_stays_in_the_check_run() {
    let mut pull = PullRequest::default();
    let many = || {
        let mut findings: Vec<_> = (1..=5).map(|n| finding("a.py", n, &format!("eval({n})"))).collect();
        findings[4].severity = Severity::Error;
        let mut first = input(findings);
        first.policy.review.max_comments = 2;
        first
    };
    assert_snapshot!(outline(&pull.review(many())), @"
    review Comment a.py:5 a.py:1
    check Failure 1 error and 4 warnings
    ");
    assert_snapshot!(outline(&pull.review(many())), @"check Failure 0 fixed, 5 open, 0 new");
}

#[test]
fn notes_never_interrupt() {
    let (mut info, mut unsure) = (finding("a.py", 1, "eval(x)"), finding("a.py", 2, "eval(y)"));
    info.severity = Severity::Info;
    unsure.confidence = Confidence::Low;
    assert_snapshot!(outline(&plan(&input(vec![info, unsure]))), @"check Success No problems found");
}

#[test]
fn what_has_no_line_goes_to_its_file_and_what_has_no_file_to_the_summary() {
    let mut pull = PullRequest::default();
    let homeless = || {
        let mut on_file = finding("a.py", 0, "eval(x)");
        on_file.anchor = None;
        let mut outside =
            input(vec![on_file, finding("elsewhere.py", 2, "eval(y)"), finding("\\xFF.py", 1, "eval(z)")]);
        outside.analysis.ledger.retain(|row| row.path != "elsewhere.py");
        outside
    };
    assert_snapshot!(outline(&pull.review(homeless())), @r"
    file comment a.py
    summary
    check Neutral 3 warnings
    ");
    let mut again = homeless();
    again.summary = Some("another text".to_owned());
    assert_snapshot!(outline(&pull.review(again)), @r"
    summary
    check Neutral 0 fixed, 3 open, 0 new
    ");
}

#[test]
fn changes_are_requested_only_for_errors_and_only_when_asked_for() {
    let mut error = input(vec![finding("a.py", 1, "eval(x)")]);
    error.policy.review.request_changes = true;
    assert!(outline(&plan(&error)).starts_with("review Comment"));
    error.analysis.findings[0].severity = Severity::Error;
    error.analysis.findings[0].anchor = Some(Anchor { side: Side::Right, start_line: 1, line: 1 });
    assert!(outline(&plan(&error)).starts_with("review RequestChanges"));
}
