//! `.github/seam.yml`, of the repository and of its organisation.

use super::{DEBUGGER, EVAL};
use crate::support::{
    glance::glance,
    seam::{Seam, scenario},
};

scenario!(a_pull_request_cannot_change_its_own_reviewer, async |seam| {
    let off = "rules: { disable: [py/eval-nonliteral] }\n";
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), (".github/seam.yml", off)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    seam.shop.push("main", [(".github/seam.yml", off)]).await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: success: No problems found
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: No longer asked for by this repository's settings, as of 77483ea.
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(the_organisation_sets_defaults_and_locks_them, async |seam| {
    let everywhere = "locked: [review.request_changes]\nreview: { request_changes: true, max_comments: 1 }\n";
    seam.github.repository("octo/.github", [(".github/seam.yml", everywhere)]);
    seam.shop.commit("main", [(".github/seam.yml", "review: { request_changes: false, max_comments: 2 }\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error and 1 warning; a setting needs attention
    shop/cart.py:6 py/eval-nonliteral
    web/page.js:2 gen/debug-leftover
    reviews: ["CHANGES_REQUESTED"], comments: 0
    "#);
    insta::assert_snapshot!(pull.shown().lines().take(6).collect::<Vec<_>>().join("\n"), @r"
    #1 Pull in formulas (open)
    check Seam: failure: 1 error and 1 warning; a setting needs attention
      2 files changed: 2 reviewed.

      **Settings:** `.github/seam.yml`, line 1: `review.request_changes` is locked by the organisation, whose value is used
    ");
});

scenario!(a_broken_file_is_said_and_stops_no_review, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "reviews: { on: { draft: true } }\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error; a setting needs attention
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    let settings: Vec<String> =
        pull.shown().lines().filter(|line| line.contains("Settings")).map(str::to_owned).collect();
    insta::assert_snapshot!(settings.join("\n"), @r"
    **Settings:** `.github/seam.yml`, line 1: `reviews` is no setting; did you mean `review`?
    **Settings:** `.github/seam.yml`: the file is not used; the organisation's settings and the defaults are used
    ");
});

scenario!(paths_and_severities_follow_the_file, async |seam| {
    let file = "review: { paths: { exclude: ['web/**'] } }\nrules: { severity: { py/eval-nonliteral: warning } }\n";
    seam.shop.commit("main", [(".github/seam.yml", file)]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: neutral: 1 warning
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});
