//! The App may less than it asked for: it does what it may, and says what is missing and where that is granted.

use super::{EVAL, FIXED};
use crate::{
    fake_github::{acts::pull::Pull, model::app::Level},
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

/// What the check run says it could not do.
fn not_done(seam: &Seam, pull: &Pull) -> String {
    let shown = pull.shown();
    let said = shown.lines().map(str::trim).filter(|line| line.starts_with("**Not done") || line.starts_with("**Note"));
    without_ids(seam, &said.collect::<Vec<_>>().join("\n"))
}

fn without_ids(seam: &Seam, text: &str) -> String {
    let id = seam.github.world().installations.keys().next().copied().unwrap();
    text.replace(&format!("installations/{id}"), "installations/ID")
}

/// The texts of the conversation.
fn conversation(seam: &Seam, pull: &Pull) -> String {
    let shown = pull.shown();
    without_ids(seam, shown.split_once("\nseam[bot] wrote\n").map_or("", |(_, after)| after))
}

scenario!(without_contents_write_a_thread_is_answered_and_left_open, async |seam| {
    seam.github.permit("octo", "contents", Some(Level::Read));
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let second = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&second[..7], "SECOND"), @r#"
    check Seam: success: 1 fixed, 0 open, 0 new
    shop/cart.py:6 (outdated) py/eval-nonliteral
      seam[bot]: Fixed as of SECOND.
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(not_done(seam, &pull), @"**Note:** Threads are answered and stay open: it lacks the permission “Contents” (write) and “Pull requests” (write), to be granted on https://github.test/organizations/octo/settings/installations/ID.");
});

scenario!(without_comments_the_check_run_says_it_all_and_why, async |seam| {
    seam.github.permit("octo", "pull_requests", Some(Level::Read));
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r"
    check Seam: failure: 1 error
    reviews: [], comments: 0
    ");
    insta::assert_snapshot!(not_done(seam, &pull), @"**Not done:** Comments could not be posted: it lacks the permission “Pull requests” (write), to be granted on https://github.test/organizations/octo/settings/installations/ID.");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    ");

    // What could not be said is said as soon as it may be.
    seam.github.permit("octo", "pull_requests", Some(Level::Write));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    assert_eq!(not_done(seam, &pull), "");
});

scenario!(a_fix_that_could_not_be_answered_is_answered_later, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    seam.github.permit("octo", "pull_requests", Some(Level::Read));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 1 fixed, 0 open, 0 new; partly done
    shop/cart.py:6 (outdated) py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    seam.github.permit("octo", "pull_requests", Some(Level::Write));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    let third = pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&third[..7], "THIRD"), @r#"
    check Seam: success: 1 fixed, 0 open, 0 new
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of THIRD.
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(without_checks_one_comment_says_what_is_missing, async |seam| {
    seam.github.permit("octo", "checks", None);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&pull.head()[..7], "SECOND"), @r#"
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of SECOND.
    reviews: ["COMMENTED"], comments: 1
    "#);
    insta::assert_snapshot!(conversation(seam, &pull), @"
    **Seam may not do all that it should here.** Its result: 1 fixed, 0 open, 0 new.

    - The check “Seam” is not shown: it lacks the permission “Checks” (write), to be granted on https://github.test/organizations/octo/settings/installations/ID.
    ");

    seam.github.permit("octo", "checks", Some(Level::Write));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    for text in ["# The shop\n", "# Our shop\n"] {
        pull.push([("README.md", text)]).await;
        seam.settle().await;
    }
    insta::assert_snapshot!(conversation(seam, &pull), @"Seam has the permissions here that it lacked.");
    assert_eq!(pull.check_runs().len(), 1);
});

scenario!(where_nothing_may_be_written_the_execution_says_so, async |seam| {
    seam.github.permit("octo", "checks", None);
    seam.github.permit("octo", "pull_requests", Some(Level::Read));
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @"reviews: [], comments: 0");
    let log = without_ids(seam, &seam.log().await).replace(seam.github.web_url(), "GITHUB");
    insta::assert_snapshot!(log, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened failed: post: nothing may be written on GitHub: the App lacks “Pull requests” (write) and “Checks” (write), to be granted on GITHUB/organizations/octo/settings/installations/ID
    ");
});

scenario!(what_may_not_be_read_is_said_in_the_check_run, async |seam| {
    seam.github.permit("octo", "contents", None);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(without_ids(seam, &pull.shown()), @"
    #1 Pull in formulas (open)
    check Seam: action_required: Not reviewed: a permission is missing
      Seam may not read what it needs for a review.

      **Not done:** There is no review: it lacks the permission “Contents” (read), to be granted on https://github.test/organizations/octo/settings/installations/ID.
    ");
    seam.github.permit("octo", "checks", None);
    seam.clock.advance(chrono::TimeDelta::hours(1));
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(conversation(seam, &pull), @"
    **Seam may not do all that it should here.** Its result: Not reviewed: a permission is missing.

    - The check “Seam” is not shown: it lacks the permission “Checks” (write), to be granted on https://github.test/organizations/octo/settings/installations/ID.
    ");
});
