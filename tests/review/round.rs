//! From round to round: nothing twice, nothing left open that is gone.

use insta::assert_snapshot;
use seam::{
    domain::{
        anchor::{Anchor, Side},
        finding::{Confidence, Fingerprint, Severity},
        ledger::{FileStatus, Handled},
        life::Life,
    },
    review::{discussion::OtherThread, input::Dismissed, memory::Resolution, plan::plan},
};

use super::table::{PullRequest, check_run, finding, input, outline, row};

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
fn what_was_fixed_and_comes_back_opens_its_thread_again() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    let there = || vec![finding("a.py", 4, "eval(x)")];
    let rounds = [Vec::new(), there(), Vec::new(), there()].map(|findings| outline(&pull.push(findings)));
    assert_snapshot!(rounds.join("\n"), @"
    reply 1 Fixed as of 0000000.
    resolve thread-1
    check Success 1 fixed, 0 open, 0 new
    reply 1 Back as of 0000000, in line 4.
    reopen thread-1
    check Neutral 0 fixed, 0 open, 1 new
    reply 1 Fixed as of 0000000.
    resolve thread-1
    check Success 1 fixed, 0 open, 0 new
    reply 1 Back as of 0000000, in line 4.
    reopen thread-1
    check Neutral 0 fixed, 0 open, 1 new
    ");
}

/// A branch may come back to a commit it was at before: nothing that is done again may look like what was done then.
#[test]
fn the_same_commit_twice_is_two_rounds() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    let mut keys = Vec::new();
    for findings in [vec![], vec![finding("a.py", 3, "eval(x)")], vec![], vec![finding("a.py", 3, "eval(x)")]] {
        pull.commits = 1;
        let done = pull.push(findings).effects;
        keys.extend(done.into_iter().map(|planned| planned.key).filter(|key| !key.0.starts_with("check-run")));
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((all, keys.len()), (8, 8), "{keys:?}");
}

#[test]
fn what_left_the_diff_and_comes_back_opens_its_thread_again() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("c.py", 3, "eval(x)")]);
    assert_snapshot!(outline(&pull.push(Vec::new())), @"
    reply 1 No longer part of this pull request as of 0000000.
    resolve thread-1
    check Success 1 fixed, 0 open, 0 new
    ");
    assert_eq!(pull.stored[0].life, Life::Outdated);
    assert_snapshot!(outline(&pull.push(vec![finding("c.py", 3, "eval(x)")])), @"
    reply 1 Back as of 0000000, in line 3.
    reopen thread-1
    check Neutral 0 fixed, 0 open, 1 new
    ");
}

#[test]
fn what_the_author_dislikes_is_dismissed_and_its_thread_is_closed() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    pull.threads[0].disliked = true;
    let same = || vec![finding("a.py", 3, "eval(x)")];
    assert_snapshot!(outline(&pull.push(same())), @"
    resolve thread-1
    check Success No problems found
    ");
    assert_snapshot!(outline(&pull.push(same())), @"check Success No problems found");
    assert_snapshot!(outline(&pull.push(Vec::new())), @"check Success No problems found");
    assert_eq!((pull.stored[0].life, pull.stored[0].gone), (Life::Dismissed, true));
}

#[test]
fn what_a_person_opens_again_is_open_again() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    pull.resolve("eval(x)");
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    pull.threads[0].resolution = Resolution::Unresolved;
    assert_snapshot!(outline(&pull.push(vec![finding("a.py", 3, "eval(x)")])), @"check Neutral 0 fixed, 1 open, 0 new");
}

#[test]
fn who_resolves_the_thread_of_what_is_fixed_tidies_up() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    pull.push(Vec::new());
    pull.threads[0].resolution = Resolution::ByPerson;
    pull.push(Vec::new());
    assert_eq!(pull.stored[0].life, Life::Fixed);
    assert_snapshot!(outline(&pull.push(vec![finding("a.py", 3, "eval(x)")])), @"
    reply 1 Back as of 0000000, in line 3.
    reopen thread-1
    check Neutral 0 fixed, 0 open, 1 new
    ");
}

/// A round may be stopped between any two effects, and is not remembered then.
#[test]
fn what_an_earlier_round_did_not_get_to_is_done() {
    for stop_after in 0..3 {
        let mut pull = PullRequest::default();
        pull.push(vec![finding("a.py", 3, "eval(x)")]);
        let stored = pull.stored.clone();
        pull.stop_after = Some(stop_after);
        pull.push(Vec::new());
        (pull.stored, pull.stop_after) = (stored, None);
        pull.push(Vec::new());
        assert_eq!((pull.unresolved(), pull.said(1)), (0, 1), "stopped after {stop_after}");

        let stored = pull.stored.clone();
        pull.stop_after = Some(stop_after);
        pull.push(vec![finding("a.py", 3, "eval(x)")]);
        (pull.stored, pull.stop_after) = (stored, None);
        pull.push(vec![finding("a.py", 3, "eval(x)")]);
        assert_eq!((pull.unresolved(), pull.said(1)), (1, 2), "stopped after {stop_after}");
    }
}

#[test]
fn what_was_dismissed_on_another_pull_request_is_not_raised() {
    let mut next =
        input(vec![finding("a.py", 3, "eval(x)"), finding("b.py", 3, "eval(x)"), finding("c.py", 3, "eval(y)")]);
    let dismissed = |code: &str, path: &str| Dismissed {
        fingerprint: Fingerprint::of("py/no-eval", "", code),
        path: path.to_owned(),
    };
    next.dismissed = vec![dismissed("eval(x)", "a.py"), dismissed("eval(y)", "old.py")];
    next.renames.insert("c.py".to_owned(), "old.py".to_owned());
    assert_snapshot!(outline(&plan(&next)), @"
    review Comment b.py:3
    check Neutral 1 warning
    ");
    next.dismissed.clear();
    let mut pull = PullRequest::default();
    pull.review(next.clone());
    next.dismissed = vec![dismissed("eval(x)", "a.py")];
    assert_snapshot!(outline(&pull.review(next)), @"
    resolve thread-1
    check Neutral 0 fixed, 2 open, 0 new
    ");
}

#[test]
fn what_others_discuss_is_not_said_again() {
    let mut next =
        input(vec![finding("a.py", 3, "eval(x)"), finding("a.py", 9, "eval(y)"), finding("b.py", 3, "eval(z)")]);
    let thread = |path: &str, lines, text: &str| OtherThread { path: path.to_owned(), lines, text: text.to_owned() };
    next.others = vec![
        thread("a.py", Some((2, 4)), "What does this do?"),
        thread("b.py", None, "`py/no-eval` does not count here."),
        thread("c.py", Some((9, 9)), "py/no-eval"),
    ];
    let first = plan(&next);
    assert_snapshot!(outline(&first), @"
    review Comment a.py:9
    check Neutral 3 warnings
    ");
    assert!(check_run(&first).summary.contains("2 discussed by others in open threads, and not said again."));
    next.policy.review.skip_discussed = false;
    assert_snapshot!(outline(&plan(&next)), @"
    review Comment a.py:3 a.py:9 b.py:3
    check Neutral 3 warnings
    ");
}

#[test]
fn code_that_did_not_change_gets_no_new_comment() {
    let mut pull = PullRequest::default();
    pull.push(vec![finding("a.py", 3, "eval(x)")]);
    let mut next =
        input(vec![finding("a.py", 3, "eval(x)"), finding("a.py", 9, "eval(y)"), finding("b.py", 3, "eval(z)")]);
    next.unchanged = [0, 1].into();
    let round = pull.review(next);
    assert_snapshot!(outline(&round), @"
    review Comment b.py:3
    check Neutral 0 fixed, 1 open, 1 new
    ");
    assert!(
        check_run(&round).text.unwrap().contains("1 late finding in code that did not change since the last review")
    );
    assert_snapshot!(outline(&pull.push(vec![finding("a.py", 9, "eval(y)")])), @"
    review Comment a.py:9
    reply 1 Fixed as of 0000000.
    resolve thread-1
    reply 2 Fixed as of 0000000.
    resolve thread-2
    check Neutral 2 fixed, 0 open, 1 new
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
