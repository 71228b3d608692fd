//! A push to a branch that no pull request shows.

use super::EVAL;
use crate::support::{
    glance::glance,
    seam::{Seam, scenario},
};

scenario!(a_branch_without_a_pull_request_gets_a_check_run, async |seam| {
    seam.shop.push("topic", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(seam.shop.checks_shown("topic"), @r"
    check Seam: failure: 1 error
      1 file changed: 1 reviewed.

      | Security | Quality |
      |:--:|:--:|
      | 80 of 100 | 100 of 100 |

      | | Where | What |
      |--|--|--|
      | Error | `shop/cart.py:6` | `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions. `py/eval-nonliteral` |
      <details><summary>1 file reviewed</summary>

      - `shop/cart.py` (modified)

      </details>
      failure shop/cart.py:6 py/eval-nonliteral: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.
    ");
});

scenario!(a_push_to_the_default_branch_is_compared_with_what_was_there, async |seam| {
    seam.shop.push("main", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    seam.shop.push("main", [("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(seam.shop.checks_shown("main"), @r"
    check Seam: success: No problems found
      1 file changed: 1 linted only.

      | Security | Quality |
      |:--:|:--:|
      | 100 of 100 | 100 of 100 |
      <details><summary>1 file linted only: no syntax rules for this kind of file</summary>

      - `README.md` (modified)

      </details>
    ");
});

scenario!(a_pull_request_opened_later_is_reviewed_on_the_same_commit, async |seam| {
    seam.shop.push("topic", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let pull = seam.shop.open_pull("topic", [("shop/cart.py", EVAL), ("docs/more.md", "More.\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(deleted_branches_and_branches_that_moved_on_are_skipped, async |seam| {
    seam.shop.push("topic", [("shop/cart.py", EVAL)]).await;
    seam.shop.delete_branch("topic").await;
    seam.shop.push("other", [("a.md", "One.\n")]).await;
    seam.shop.commit("other", [("a.md", "Two.\n")]);
    seam.settle().await;
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: the branch topic is gone
    review push skipped: the branch other has moved on to 0ef03ea
    ");
    insta::assert_snapshot!(seam.skipped().await, @r"
    check_suite.requested: what was pushed is heard of by push and pull_request
    push: a branch was deleted
    ");
    assert_eq!(seam.shop.checks_shown("other"), "");
});

scenario!(pushes_are_not_reviewed_where_that_is_off, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "review: { on: { push_without_pr: false } }\n")]);
    seam.shop.push("topic", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(seam.shop.checks_shown("topic"), @r"
    check Seam: skipped: Not reviewed: switched off
      `review.on.push_without_pr` is off in `.github/seam.yml`: a branch is reviewed once it has a pull request.
    ");
});
