//! A pull request is opened.

use super::{DEBUGGER, EVAL};
use crate::{
    fake_github::git_repository::Commit,
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

scenario!(problems_are_told_in_one_review, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Pull in formulas (open)
    check Seam: failure: 1 error and 1 warning
      2 files changed: 2 reviewed.

      | Security | Quality |
      |:--:|:--:|
      | 80 of 100 | 93 of 100 |

      | | Where | What |
      |--|--|--|
      | Error | `shop/cart.py:6` | `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions. `py/eval-nonliteral` |
      | Warning | `web/page.js:2` | This looks left over from debugging. Remove it before the change is merged. `gen/debug-leftover` |
      <details><summary>2 files reviewed</summary>

      - `shop/cart.py` (modified)
      - `web/page.js` (modified)

      </details>

    seam[bot] COMMENTED at 546528f
      1 error and 1 warning.

      <sub>Resolve a thread to dismiss it: Seam does not raise it again.</sub>

    shop/cart.py:6
      seam[bot]:
        **Error:** `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

        <sub>`py/eval-nonliteral` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    web/page.js:2
      seam[bot]:
        **Warning:** This looks left over from debugging. Remove it before the change is merged.

        ```suggestion
        ```

        <sub>`gen/debug-leftover` · [CWE-489](https://cwe.mitre.org/data/definitions/489.html)</sub>
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    ");
    insta::assert_snapshot!(seam.skipped().await, @r"
    check_run.created: it is the echo of what Seam did itself
    check_suite.requested: what was pushed is heard of by push and pull_request
    pull_request_review.submitted: it is the echo of what Seam did itself
    pull_request_review_comment.created: it is the echo of what Seam did itself
    ");
});

scenario!(a_clean_change_gets_a_green_check_and_silence, async |seam| {
    let pull = seam.shop.open_pull("readme", [("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Pull in readme (open)
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

scenario!(a_draft_waits_until_it_is_ready, async |seam| {
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL)]).draft().open().await;
    seam.settle().await;
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Pull in formulas (draft)
    check Seam: skipped: Not reviewed: this is a draft
      Drafts are not reviewed here. Mark the pull request as ready, or comment `/seam review` to have it reviewed now. `review.on.draft: true` in `.github/seam.yml` reviews every draft.
    ");
    pull.ready_for_review().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: skipped: Not reviewed: this is a draft
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_draft_is_reviewed_where_drafts_are, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "review: { on: { draft: true } }\n")]);
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL)]).draft().open().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(a_fork_is_reviewed_like_any_other, async |seam| {
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL)]).by_fork_of("mallory").open().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
    pull.push([("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 0 fixed, 1 open, 1 new
    shop/cart.py:6 py/eval-nonliteral
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED", "COMMENTED"], comments: 0
    "#);
    insta::assert_snapshot!(seam.log().await, @r"
    review pull_request.opened succeeded
    review pull_request.synchronize succeeded
    ");
});

scenario!(what_was_closed_meanwhile_is_left_alone, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    pull.close().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r"
    check Seam: failure: 1 error
    reviews: [], comments: 0
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push succeeded
    review pull_request.opened superseded: superseded by execution 4
    review pull_request.closed skipped: pull request #1 is closed
    ");
    pull.reopen().await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: failure: 1 error
    check Seam: failure: 1 error
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(odd_files_are_accounted_for, async |seam| {
    let change = Commit::new()
        .write("data.bin", [0_u8, 1, 2, 3])
        .write("ü \"quoted\".py", "import pdb; pdb.set_trace()\n")
        .symlink("link", "README.md")
        .executable("run.sh", "#!/bin/sh\n")
        .remove("web/page.js")
        .rename("shop/cart.py", "shop/basket.py");
    let pull = seam.shop.open_pull("odd", change).await;
    seam.settle().await;
    insta::assert_snapshot!(pull.shown(), @r#"
    #1 Pull in odd (open)
    check Seam: neutral: 1 warning
      6 files changed: 2 reviewed, 2 linted only, 1 removed, 1 skipped.

      | Security | Quality |
      |:--:|:--:|
      | 100 of 100 | 93 of 100 |

      | | Where | What |
      |--|--|--|
      | Warning | `ü "quoted".py:1` | This looks left over from debugging. Remove it before the change is merged. `gen/debug-leftover` |
      <details><summary>1 file skipped: binary: only its name, size and type were looked at</summary>

      - `data.bin` (added)

      </details>

      <details><summary>1 file skipped: removed: nothing is left to look at</summary>

      - `web/page.js` (removed)

      </details>

      <details><summary>1 file linted only: a symbolic link: only its target was looked at</summary>

      - `link` (added)

      </details>

      <details><summary>1 file linted only: no syntax rules for this kind of file</summary>

      - `run.sh` (added)

      </details>

      <details><summary>2 files reviewed</summary>

      - `shop/basket.py` (renamed)
      - `ü "quoted".py` (added)

      </details>

    seam[bot] COMMENTED at 433db18
      1 warning.

      <sub>Resolve a thread to dismiss it: Seam does not raise it again.</sub>

    ü "quoted".py:1
      seam[bot]:
        **Warning:** This looks left over from debugging. Remove it before the change is merged.

        <sub>`gen/debug-leftover` · [CWE-489](https://cwe.mitre.org/data/definitions/489.html)</sub>
    "#);
});
