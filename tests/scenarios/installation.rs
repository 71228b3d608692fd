//! The App comes and goes; webhooks come twice, or not at all.

use super::{EVAL, FIXED};
use crate::{
    fake_github::model::app::Level,
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

scenario!(a_suspended_installation_is_left_alone, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.github.suspend("octo").await;
    seam.settle().await;
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: the installation is suspended
    review pull_request.opened skipped: the installation is suspended
    installation installation.suspend succeeded
    ");
    seam.github.unsuspend("octo").await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_removed_installation_is_left_alone, async |seam| {
    seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.github.uninstall("octo").await;
    seam.settle().await;
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: the App has no access to this repository (any more): the App is not installed
    review pull_request.opened skipped: the App has no access to this repository (any more): the App is not installed
    installation installation.deleted succeeded
    ");
});

scenario!(repeated_webhooks_change_nothing, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let (before, log) = (pull.shown(), seam.log().await);
    seam.github.repeat_webhooks().await;
    seam.settle().await;
    assert_eq!((pull.shown(), seam.log().await), (before, log));
});

scenario!(a_push_that_nobody_told_of_is_in_the_next_review, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("README.md", "# The shop\n")]).await;
    seam.settle().await;
    seam.github.lose_webhooks();
    pull.push([("shop/cart.py", EVAL)]).await;
    seam.github.find_webhooks();
    pull.push([("docs/hours.md", "From nine to five.\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_renamed_repository_keeps_its_reviews, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.push([("README.md", "# The shop\n")]).await;
    // Seam still knows the old name when it starts to work.
    seam.shop.rename("store").await;
    seam.settle().await;
    pull.push([("README.md", "# The store\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.synchronize succeeded
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.synchronize succeeded
    ");
});

scenario!(a_transferred_repository_keeps_its_reviews, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.push([("README.md", "# The shop\n")]).await;
    // Under its new owner it belongs to another installation: what waits under the old one has nothing to do there.
    seam.github.install("grace").await;
    seam.shop.transfer("grace").await;
    seam.settle().await;
    let fixed = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&fixed[..7], "SECOND"), @r#"
    check Seam: success: 1 fixed, 0 open, 0 new
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of SECOND.
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review push skipped: it is not there any more, or out of this installation's reach
    review pull_request.synchronize skipped: it is not there any more, or out of this installation's reach
    installation installation.created succeeded
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.synchronize succeeded
    ");
});

scenario!(a_permission_that_goes_and_comes_back_costs_nothing, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    seam.github.permit("octo", "contents", Some(Level::Read));
    let fixed = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    seam.github.permit("octo", "contents", Some(Level::Write));
    let back = pull.push([("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let gone = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    let shown = glance(&pull).replace(&fixed[..7], "FIXED").replace(&back[..7], "BACK").replace(&gone[..7], "GONE");
    insta::assert_snapshot!(shown, @r#"
    check Seam: success: 1 fixed, 0 open, 0 new
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of FIXED.
      seam[bot]: Back as of BACK, in line 6.
      seam[bot]: Fixed as of GONE.
    reviews: ["COMMENTED"], comments: 0
    "#);
});
