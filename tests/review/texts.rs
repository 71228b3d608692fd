//! The texts, as people read them.

use insta::assert_snapshot;
use seam::{
    domain::{effect::Effect, finding::Suggestion},
    review::plan::plan,
};

use super::table::{check_run, finding, inline_comments, input};

#[test]
fn a_comment_says_what_is_wrong_and_offers_the_mend() {
    let mut with_mend = finding("a.py", 3, "eval(x)");
    with_mend.suggestion =
        Some(Suggestion { start_line: 3, end_line: 3, replacement: "    ast.literal_eval(x)".to_owned() });
    let plan = plan(&input(vec![with_mend]));
    assert_snapshot!(inline_comments(&plan)[0].body, @"
    **Warning:** `eval(x)` runs text as code.

    ```suggestion
        ast.literal_eval(x)
    ```

    <sub>`py/no-eval` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>

    <!-- seam:finding:adcb8ace68660d9efc594aa7a5f5a6cc -->
    ");
    let Effect::CreateReview { body, .. } = &plan.effects[0].effect else { panic!("a review comes first") };
    assert_snapshot!(body, @"
    1 warning.

    <sub>Resolve a thread to dismiss it: Seam does not raise it again.</sub>

    <!-- seam:review:12@0000000000000000000000000000000000000001:1f1cea9915ee3ad3 -->
    ");
}

#[test]
fn the_check_run_says_it_all() {
    let check = check_run(&plan(&input(vec![finding("a.py", 3, "eval(x)")])));
    assert_snapshot!(check.summary, @"
    2 files changed: 2 reviewed.

    | Security | Quality |
    |:--:|:--:|
    | 93 of 100 | 100 of 100 |

    | | Where | What |
    |--|--|--|
    | Warning | `a.py:3` | `eval(x)` runs text as code. `py/no-eval` |
    ");
    assert_snapshot!(check.text.unwrap(), @"
    <details><summary>2 files reviewed</summary>

    - `a.py` (modified)
    - `b.py` (modified)

    </details>
    ");
}
