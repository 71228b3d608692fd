//! When Seam looks by itself, when it is asked to, and when it waits.

use super::{DEBUGGER, EVAL};
use crate::{
    fake_github::{acts::pull::Pull, model::accounts::Role},
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

/// A push that changes nothing worth a word.
async fn push(seam: &Seam, pull: &Pull, number: usize) {
    pull.push([("README.md", format!("# Shop {number}\n").as_str())]).await;
    seam.settle().await;
}

fn last_check(pull: &Pull) -> String {
    let run = pull.check_runs().pop().expect("the head has a check run");
    let summary = run.summary.unwrap_or_default();
    let pause = summary.lines().find(|line| line.starts_with("**Pause:**")).unwrap_or_default();
    format!("{}: {}\n{pause}", run.conclusion.unwrap_or_default(), run.title.unwrap_or_default())
}

scenario!(after_many_silent_pushes_reviews_pause_until_somebody_is_heard_of, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "review: { pause_after: 3 }\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let mut told = String::new();
    for number in 1..=5 {
        push(seam, &pull, number).await;
        told.push_str(&format!("push {number}: {}\n", last_check(&pull)));
    }
    pull.comment("mallory", "Any news?").await;
    push(seam, &pull, 6).await;
    told.push_str(&format!("after a comment: {}", last_check(&pull)));
    insta::assert_snapshot!(told, @r"
    push 1: failure: 0 fixed, 1 open, 0 new

    push 2: failure: 0 fixed, 1 open, 0 new

    push 3: failure: 0 fixed, 1 open, 0 new
    **Pause:** nobody was heard of in 3 pushes, so the next ones are not reviewed by themselves. Any comment, or resolving a thread, ends the pause; `/seam review` asks for one review now.
    push 4: skipped: Not reviewed: reviews are paused here

    push 5: skipped: Not reviewed: reviews are paused here

    after a comment: failure: 0 fixed, 1 open, 0 new
    ");
    // What a bot says ends no pause.
    for number in 7..=9 {
        push(seam, &pull, number).await;
    }
    seam.shop.set_role("robot[bot]", Role::Write);
    seam.github.world().accounts.get_mut("robot[bot]").unwrap().kind =
        crate::fake_github::model::accounts::AccountKind::Bot;
    pull.comment("robot[bot]", "Rebased.").await;
    push(seam, &pull, 10).await;
    insta::assert_snapshot!(last_check(&pull), @"skipped: Not reviewed: reviews are paused here");
    pull.resolve_thread_as("ada", 0).await;
    push(seam, &pull, 11).await;
    insta::assert_snapshot!(last_check(&pull), @"success: No problems found");
});

scenario!(a_label_asks_for_a_review_or_forbids_it, async |seam| {
    let policy = "review: { labels: { ask: [look], forbid: [Hands Off] } }\n";
    seam.shop.commit("main", [(".github/seam.yml", policy)]);
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL)]).draft().open().await;
    seam.settle().await;
    pull.add_label("bug").await;
    seam.settle().await;
    let mut told = format!("a draft: {}\n", last_check(&pull));
    pull.add_label("look").await;
    seam.settle().await;
    told.push_str(&format!("asked for: {}\n", last_check(&pull)));
    pull.ready_for_review().await;
    pull.add_label("hands off").await;
    seam.settle().await;
    push(seam, &pull, 1).await;
    told.push_str(&format!("forbidden: {}\n", last_check(&pull)));
    pull.remove_label("hands off").await;
    seam.settle().await;
    told.push_str(&format!("free again: {}\n", last_check(&pull)));
    insta::assert_snapshot!(told, @r"
    a draft: skipped: Not reviewed: this is a draft

    asked for: failure: 1 error

    forbidden: skipped: Not reviewed: a label forbids it

    free again: failure: 0 fixed, 1 open, 0 new
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review pull_request.labeled skipped: the label bug asks for nothing
    review pull_request.labeled succeeded
    review pull_request.ready_for_review succeeded
    review pull_request.labeled skipped: the label hands off asks for nothing
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.synchronize succeeded
    review pull_request.unlabeled succeeded
    ");
});

scenario!(a_review_can_be_asked_of_the_app, async |seam| {
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL)]).draft().open().await;
    seam.settle().await;
    pull.request_review_of("grace").await;
    seam.settle().await;
    insta::assert_snapshot!(last_check(&pull), @"skipped: Not reviewed: this is a draft");
    pull.request_review_of("seam[bot]").await;
    seam.settle().await;
    insta::assert_snapshot!(last_check(&pull), @"failure: 1 error");
});

scenario!(a_button_looks_again_for_who_may_ask, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let buttons: Vec<_> = pull.check_runs()[0].actions.iter().map(|action| action["label"].clone()).collect();
    assert_eq!(buttons, ["Review again"]);
    // GitHub shows it to whoever may read the repository; Mallory may not.
    pull.click("mallory", "review").await;
    pull.click("ada", "review").await;
    seam.settle().await;
    pull.rerequest_suite("ada").await;
    pull.rerequest_suite("mallory").await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    check Seam: failure: 0 fixed, 1 open, 0 new
    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review check_run.requested_action skipped: mallory lacks read permission on the repository
    review check_run.requested_action succeeded
    review check_suite.rerequested succeeded
    review check_suite.rerequested skipped: mallory lacks read permission on the repository
    ");
});

scenario!(what_waits_for_a_closed_pull_request_is_given_up, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    pull.push([("web/page.js", DEBUGGER)]).await;
    pull.merge().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r"
    check Seam: success: No file changed
    reviews: [], comments: 0
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push superseded: superseded by execution 4
    review pull_request.opened superseded: superseded by execution 5
    review push succeeded
    review pull_request.synchronize superseded: superseded by execution 6
    review pull_request.closed skipped: pull request #1 is closed
    review push succeeded
    ");
});

scenario!(what_waits_for_a_pull_request_that_becomes_a_draft_is_given_up, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    pull.convert_to_draft().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @"reviews: [], comments: 0");
    pull.ready_for_review().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened superseded: superseded by execution 4
    review pull_request.converted_to_draft skipped: a draft waits until it is ready
    review pull_request.ready_for_review succeeded
    ");
});
