//! What people do in threads, and what others say: Seam listens, and says nothing twice.

use super::{DEBUGGER, EVAL, FIXED};
use crate::support::{
    glance::glance,
    seam::{Seam, scenario},
};

/// Another change with the same problem in the same place.
async fn another_pull(seam: &Seam) -> String {
    let pull = seam.shop.open_pull("again", [("shop/cart.py", EVAL), ("README.md", "# The shop\n")]).await;
    seam.settle().await;
    glance(&pull)
}

scenario!(what_was_resolved_on_one_pull_request_is_not_raised_on_the_next, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.resolve_thread_as("ada", 0).await;
    seam.settle().await;
    insta::assert_snapshot!(another_pull(seam).await, @r"
    check Seam: success: No problems found
    reviews: [], comments: 0
    ");
    // The same code in another file is another problem.
    let elsewhere = seam.shop.open_pull("elsewhere", [("shop/basket.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&elsewhere), @r#"
    check Seam: failure: 1 error
    shop/basket.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    // Taken up again, it is a problem everywhere.
    pull.unresolve_thread_as("grace", 0).await;
    seam.settle().await;
    insta::assert_snapshot!(another_pull_named(seam, "once-more").await, @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation pull_request_review_thread.resolved succeeded
    review push skipped: pull request #2 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    review push skipped: pull request #3 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation pull_request_review_thread.unresolved succeeded
    review push skipped: pull request #4 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    ");
});

async fn another_pull_named(seam: &Seam, branch: &str) -> String {
    let pull = seam.shop.open_pull(branch, [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    glance(&pull)
}

scenario!(what_its_author_dislikes_is_dismissed, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    // Mallory may only read, and the author is Ada.
    seam.shop.set_role("mallory", crate::fake_github::model::accounts::Role::Read);
    pull.react("mallory", 1, "-1");
    pull.react("ada", 0, "-1");
    pull.react("ada", 1, "+1");
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(another_pull(seam).await, @r"
    check Seam: success: No problems found
    reviews: [], comments: 0
    ");
});

scenario!(what_a_person_deletes_is_dismissed, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    pull.delete_comment_as("grace", 0).await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(another_pull(seam).await, @r"
    check Seam: success: No problems found
    reviews: [], comments: 0
    ");
});

scenario!(who_resolves_a_thread_and_mends_the_code_dismissed_nothing, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.resolve_thread_as("ada", 0).await;
    pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    let outcomes = seam::store::posted_finding::outcomes(seam.db(), seam::domain::ids::RepositoryId(seam.shop.id()));
    let told: Vec<_> = outcomes.await.unwrap().into_iter().map(|one| (one.rule, one.fixed, one.dismissed)).collect();
    assert_eq!(told, [("py/eval-nonliteral".to_owned(), 1, 0)]);
});

scenario!(what_others_discuss_is_not_said_again, async |seam| {
    let files = [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)];
    let pull = seam.shop.new_pull("formulas", files).draft().open().await;
    seam.settle().await;
    pull.comment_on_line("grace", "shop/cart.py", 6, "Where does the formula come from?");
    pull.ready_for_review().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: skipped: Not reviewed: this is a draft
    check Seam: failure: 1 error and 1 warning
    shop/cart.py:6 ?
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
    let summary = pull.check_runs().pop().unwrap().summary.unwrap();
    assert!(summary.contains("1 discussed by others in open threads, and not said again."), "{summary}");
    // Resolved without a change of the code, it has been talked about.
    pull.resolve_thread_as("grace", 0).await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 ?, resolved by grace
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_rule_that_people_dismiss_is_proposed_for_muting, async |seam| {
    let policy = "acceptance: { least: 50, after: 2 }\n";
    seam.shop.commit("main", [(".github/seam.yml", policy)]);
    for branch in ["one", "two"] {
        let file = format!("shop/{branch}.py");
        let pull = seam.shop.open_pull(branch, [(file.as_str(), EVAL)]).await;
        seam.settle().await;
        pull.resolve_thread_as("ada", 0).await;
        seam.settle().await;
    }
    let pull = seam.shop.open_pull("three", [("shop/three.py", EVAL)]).await;
    seam.settle().await;
    let summary = pull.check_runs().pop().unwrap().summary.unwrap();
    let proposal = summary.lines().find(|line| line.starts_with("**Proposal:**"));
    insta::assert_snapshot!(proposal.unwrap(), @"**Proposal:** of the last 2 problems that `py/eval-nonliteral` raised here, people fixed 0 (0 %) and dismissed the rest. `/seam ignore rule py/eval-nonliteral` proposes to switch it off");
    // Nothing is muted by itself.
    assert_eq!(pull.threads().len(), 1);
});
