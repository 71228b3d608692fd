//! Whatever happens while Seam writes to GitHub, everything is said exactly once.

use std::time::Duration;

use super::{EVAL, FIXED};
use crate::{
    fake_github::faults::Fault,
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

const REVIEW: &str = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
const CHECK: &str = "POST /repos/{owner}/{repo}/check-runs";
const REPLY: &str = "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies";
const RESOLVE: &str = "POST /graphql resolveReviewThread";
const TOKEN: &str = "POST /app/installations/{installation_id}/access_tokens";

/// A pull request is opened and its problem is fixed, while each of these calls fails in this way; then all is as if
/// nothing had failed.
async fn say_it_once(seam: &Seam, fault: &Fault, times: u32) {
    for call in [REVIEW, CHECK] {
        seam.github.fail_next(call, fault.clone(), times);
    }
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    for call in [REPLY, RESOLVE, CHECK] {
        seam.github.fail_next(call, fault.clone(), times);
    }
    let fixed = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    let shown = glance(&pull).replace(&fixed[..7], "SECOND");
    assert_eq!(shown, ONCE, "{fault:?}\n{}", seam.log().await);
}

const ONCE: &str = "\
check Seam: success: 1 fixed, 0 open, 0 new
shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
  seam[bot]: Fixed as of SECOND.
reviews: [\"COMMENTED\"], comments: 0
";

scenario!(a_write_that_failed_is_done_again, async |seam| {
    say_it_once(seam, &Fault::Status(502), 2).await;
});

scenario!(a_write_that_was_done_and_answered_wrongly_is_not_done_again, async |seam| {
    say_it_once(seam, &Fault::DropAfterWork, 1).await;
});

scenario!(a_write_that_was_done_and_never_answered_is_not_done_again, async |seam| {
    say_it_once(seam, &Fault::HangAfterWork, 1).await;
});

scenario!(a_write_that_never_arrived_is_done_again, async |seam| {
    say_it_once(seam, &Fault::Timeout, 1).await;
});

scenario!(a_slow_answer_is_waited_for, async |seam| {
    say_it_once(seam, &Fault::Slow(Duration::from_millis(300)), 1).await;
});

scenario!(a_secondary_limit_is_waited_out, async |seam| {
    say_it_once(seam, &Fault::SecondaryLimit { retry_after: 90 }, 2).await;
});

scenario!(a_used_up_limit_is_waited_out, async |seam| {
    say_it_once(seam, &Fault::PrimaryLimit { reset_in: 1_800 }, 1).await;
});

scenario!(too_many_requests_are_waited_out, async |seam| {
    say_it_once(seam, &Fault::Status(429), 1).await;
});

scenario!(github_may_be_away_for_hours, async |seam| {
    // Each try is four calls.
    seam.github.fail_next("GET /repos/{owner}/{repo}/pulls/{pull_number}", Fault::Status(503), 80);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(an_absence_uses_up_no_patience_with_other_failures, async |seam| {
    const PULL: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
    seam.github.fail_next(PULL, Fault::Status(503), 60);
    seam.github.fail_next(PULL, Fault::Status(500), 8);
    seam.github.fail_next(PULL, Fault::SecondaryLimit { retry_after: 60 }, 1);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    assert!(glance(&pull).starts_with("check Seam: failure: 1 error"), "{}\n{}", glance(&pull), seam.log().await);
});

scenario!(a_token_that_is_refused_is_asked_for_anew, async |seam| {
    seam.github.fail_next(TOKEN, Fault::Status(502), 2);
    say_it_once(seam, &Fault::Status(401), 1).await;
});

scenario!(a_review_that_github_refuses_is_told_in_another_way, async |seam| {
    seam.github.fail_next(REVIEW, Fault::Status(422), 1);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py (file) py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    ");
});

/// Kills Seam at the first call of this name, before or after GitHub did the work.
async fn survive(seam: &mut Seam, call: &str, fault: Fault) {
    let first_round = [REVIEW, CHECK].contains(&call);
    if first_round {
        seam.github.fail_next(call, fault.clone(), 1);
    }
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    if first_round {
        seam.work_until_killed(call, 1).await;
    }
    seam.settle().await;
    if !first_round {
        seam.github.fail_next(call, fault.clone(), 1);
    }
    let fixed = pull.push([("shop/cart.py", FIXED)]).await;
    if !first_round {
        seam.work_until_killed(call, 1).await;
    }
    seam.settle().await;
    let shown = glance(&pull).replace(&fixed[..7], "SECOND");
    assert_eq!(shown, ONCE, "killed at {call}, {fault:?}\n{}", seam.log().await);
}

scenario!(killed_before_the_review_was_posted, async |seam| survive(seam, REVIEW, Fault::Timeout).await);
scenario!(killed_after_the_review_was_posted, async |seam| survive(seam, REVIEW, Fault::HangAfterWork).await);
scenario!(killed_before_the_check_run_was_made, async |seam| survive(seam, CHECK, Fault::Timeout).await);
scenario!(killed_after_the_check_run_was_made, async |seam| survive(seam, CHECK, Fault::HangAfterWork).await);
scenario!(killed_before_the_reply_was_posted, async |seam| survive(seam, REPLY, Fault::Timeout).await);
scenario!(killed_after_the_reply_was_posted, async |seam| survive(seam, REPLY, Fault::HangAfterWork).await);
scenario!(killed_before_the_thread_was_resolved, async |seam| survive(seam, RESOLVE, Fault::Timeout).await);
scenario!(killed_after_the_thread_was_resolved, async |seam| survive(seam, RESOLVE, Fault::HangAfterWork).await);
