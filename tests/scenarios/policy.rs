//! `.github/seam.yml`, of the repository and of its organisation.

use super::{DEBUGGER, EVAL};
use crate::{
    fake_github::{acts::pull::Pull, git_repository::Commit},
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

/// What the check run says of the files of settings.
fn settings(pull: &Pull) -> String {
    let shown = pull.shown();
    shown.lines().map(str::trim).filter(|line| line.contains("Settings")).collect::<Vec<_>>().join("\n")
}

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
    insta::assert_snapshot!(settings(&pull), @r"
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

scenario!(folders_say_what_holds_in_them, async |seam| {
    let off = "rules: { disable: [py/eval-nonliteral] }\n";
    seam.shop.commit("main", [("shop/.seam.yml", off), ("other/.seam.yml", "rules: { disabled: [] }\n")]);
    // What the pull request itself says of its folders counts for nothing.
    let change = [("shop/cart.py", EVAL), ("tool/run.py", EVAL), ("tool/.seam.yml", off)];
    let pull = seam.shop.open_pull("formulas", change).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    tool/run.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    // Switched off later, it is withdrawn; and what is wrong with a folder's file is said where it is touched.
    seam.shop.push("main", [("tool/.seam.yml", off)]).await;
    pull.push([("other/a.md", "A.\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&pull.head()[..7], "HEAD"), @r#"
    check Seam: success: No problems found; a setting needs attention
    tool/run.py:6 py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: No longer asked for by this repository's settings, as of HEAD.
    reviews: ["COMMENTED"], comments: 0
    "#);
    assert!(pull.shown().contains("`other/.seam.yml`, line 1: `disabled` is no setting in `rules`"));
});

scenario!(a_broken_file_of_the_organisation_keeps_its_last_good_version, async |seam| {
    let organisation = seam
        .github
        .repository("octo/.github", [(".github/seam.yml", "locked: [review]\nreview: { request_changes: true }\n")]);
    seam.shop.commit("main", [(".github/seam.yml", "review: { request_changes: false }\n")]);
    let first = seam.shop.open_pull("readme", [("README.md", "# The shop\n")]).await;
    seam.settle().await;
    organisation.commit("main", [(".github/seam.yml", "locked: [review\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error; a setting needs attention
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["CHANGES_REQUESTED"], comments: 0
    "#);
    insta::assert_snapshot!(settings(&pull), @"
    **Settings:** `.github/seam.yml` of the organisation, line 1: it is no valid YAML: unclosed bracket '['
    **Settings:** `.github/seam.yml` of the organisation: the file is not used; its last good version is used
    **Settings:** `.github/seam.yml`, line 1: `review.request_changes` is locked by the organisation, whose value is used
    ");
    assert!(glance(&first).contains("success"));
});

scenario!(what_the_organisation_locks_holds_while_its_file_is_out_of_reach, async |seam| {
    let organisation = seam
        .github
        .repository("octo/.github", [(".github/seam.yml", "locked: [review]\nreview: { request_changes: true }\n")]);
    seam.shop.commit("main", [(".github/seam.yml", "review: { request_changes: false }\n")]);
    seam.shop.open_pull("readme", [("README.md", "# The shop\n")]).await;
    seam.settle().await;
    seam.github.withhold(&organisation, true);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(settings(&pull), @"
    **Settings:** `.github/seam.yml` of the organisation: the App does not reach `octo/.github` any more; the last version that it read is used, until it is given that repository again
    **Settings:** `.github/seam.yml`, line 1: `review.request_changes` is locked by the organisation, whose value is used
    ");
    assert!(glance(&pull).contains("CHANGES_REQUESTED"), "{}", glance(&pull));

    // Within reach again, and without the file: there is nothing any more that locks.
    seam.github.withhold(&organisation, false);
    organisation.commit("main", Commit::new().remove(".github/seam.yml"));
    let pull = seam.shop.open_pull("more-formulas", [("shop/bill.py", EVAL)]).await;
    seam.settle().await;
    assert_eq!(settings(&pull), "");
    assert!(glance(&pull).contains("COMMENTED"), "{}", glance(&pull));
});

scenario!(a_rule_that_nobody_knows_is_named, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "rules: { disable: [py/eval-nonlitral] }\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    assert!(pull.shown().contains("there is no rule `py/eval-nonlitral`; did you mean `py/eval-nonliteral`?"));
});
