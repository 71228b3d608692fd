//! What was said once is not said again.

use super::{DEBUGGER, EVAL, FIXED};
use crate::{
    fake_github::git_repository::Commit,
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

scenario!(a_second_push_is_told_what_is_new_and_what_it_fixed, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    let second = pull.push([("shop/cart.py", FIXED), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&second[..7], "SECOND"), @r#"
    check Seam: neutral: 1 fixed, 0 open, 1 new
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of SECOND.
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED", "COMMENTED"], comments: 0
    "#);
});

scenario!(what_cannot_be_read_any_more_is_not_called_fixed, async |seam| {
    let pull = seam.shop.open_pull("page", [("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    pull.push([("web/page.js", format!("{DEBUGGER}\0").as_str())]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    web/page.js:2 (outdated) gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(what_a_name_and_a_size_tell_is_fixed_without_reading, async |seam| {
    let large = |size| format!("\0{}", "x".repeat(size));
    let pull = seam.shop.open_pull("page", [("web/page.bin", large(6 << 20).as_str())]).await;
    seam.settle().await;
    let first = glance(&pull);
    let second = pull.push([("web/page.bin", large(1 << 10).as_str())]).await;
    seam.settle().await;
    let now = glance(&pull).replace(&second[..7], "SECOND");
    insta::assert_snapshot!(format!("{first}\n{now}"), @r"
    check Seam: neutral: 1 warning
    web/page.bin (file) gen/large-or-binary-file
    reviews: [], comments: 0

    check Seam: neutral: 1 fixed, 0 open, 0 new
    web/page.bin (file) gen/large-or-binary-file, resolved by seam[bot]
      seam[bot]: Fixed as of SECOND.
    reviews: [], comments: 0
    ");
});

scenario!(what_moved_keeps_its_thread, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let below = format!("# Carts and prices.\nPRICES = {{}}\n\n\n{EVAL}");
    pull.push([("shop/cart.py", below.as_str())]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:10 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_force_push_a_rebase_and_a_rename_say_nothing_twice, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let first = glance(&pull);
    pull.force_push([("shop/cart.py", EVAL), ("README.md", "# The shop\n")]).await;
    seam.settle().await;
    let forced = glance(&pull);
    seam.shop.push("main", [("docs/hours.md", "From nine to five.\n")]).await;
    pull.rebase().await;
    seam.settle().await;
    assert_eq!(glance(&pull), forced);
    pull.push(Commit::new().rename("shop/cart.py", "shop/basket.py")).await;
    seam.settle().await;
    insta::assert_snapshot!(format!("{first}\n{forced}\n{}", glance(&pull)), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0

    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0

    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 (outdated) py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(what_a_person_resolved_is_never_raised_again, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    pull.reply("ada", 0, "We trust these formulas.").await;
    pull.resolve_thread_as("ada", 0).await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    pull.force_push([("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral, resolved by ada
      ada: We trust these formulas.
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(what_was_fixed_and_comes_back_opens_its_thread_again, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let second = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    let third = pull.push([("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let shown = glance(&pull).replace(&second[..7], "SECOND").replace(&third[..7], "THIRD");
    insta::assert_snapshot!(shown, @r#"
    check Seam: failure: 0 fixed, 0 open, 1 new
    shop/cart.py:6 py/eval-nonliteral
      seam[bot]: Fixed as of SECOND.
      seam[bot]: Back as of THIRD, in line 6.
    reviews: ["COMMENTED"], comments: 0
    "#);
    // To the commit where it was fixed, and to the one where it was back.
    for (commit, shown) in [(&second, "1 fixed, 0 open, 0 new"), (&third, "0 fixed, 0 open, 1 new")] {
        seam.shop.point("formulas", commit).await;
        seam.settle().await;
        assert!(glance(&pull).contains(shown), "{}", glance(&pull));
    }
    assert_eq!(pull.threads().len(), 1);
});

scenario!(of_many_pushes_the_newest_is_reviewed, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    pull.push([("shop/cart.py", FIXED)]).await;
    pull.push([("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 1 warning
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push superseded: superseded by execution 4
    review pull_request.opened superseded: superseded by execution 5
    review push superseded: superseded by execution 6
    review pull_request.synchronize superseded: superseded by execution 7
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.synchronize succeeded
    ");
});

scenario!(asking_again_says_nothing_twice, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.rerequest_check("ada").await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review check_run.rerequested succeeded
    ");
});

scenario!(another_base_branch_is_another_diff, async |seam| {
    seam.shop.commit("next", [("shop/cart.py", EVAL)]);
    let pull = seam.shop.new_pull("formulas", [("web/page.js", DEBUGGER)]).base("next").open().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 1 warning
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
    pull.change_base("main").await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 1 warning
    check Seam: failure: 0 fixed, 1 open, 1 new
    web/page.js:2 gen/debug-leftover
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED", "COMMENTED"], comments: 0
    "#);
});
