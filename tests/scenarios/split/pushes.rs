//! Big pushes, and the buttons on their check runs.

use super::{POLICY, big, big_pull, plan_comment, stack};
use crate::support::seam::{Seam, scenario};

scenario!(a_big_push_gets_a_plan_with_a_button, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    seam.shop.push("topic", big()).await;
    seam.settle().await;
    let shown = seam.shop.checks_shown("topic");
    insta::assert_snapshot!(shown.split("check Seam split").nth(1).unwrap_or(&shown), @r#"
    : neutral: This could be 3 pull requests in one stack
      | | Slice | Files | Stands on | Why |
      |--|--|--|--|--|
      | 1 | `s1` Add RATES_BY_COUNTRY in billing | `billing/rates.py`, `billing/tables.py` | `main` | they change the same names: `RATES_BY_COUNTRY`; they stand below `billing/` |
      | 2 | `s2` Add 2 files in docs | `docs/billing.md`, `docs/index.md` | `s1` | `billing.md` and `index.md` name each other in what changed; they stand below `docs/` |
      | 3 | `s3` Add billing in report | `report/summary.py`, `report/totals.py` | `s2` | they change the same names: `billing`, `from` and `import`; they stand below `report/`; needs s1: names the new `billing/rates.py`, uses `rate_of_country` |

      Proved: these slices, one after the other, give the branch's tree `1e1fc171ab00`.

      <details><summary>3 notes</summary>

      - `s1`: code without a test in the same slice
      - `s3`: code without a test in the same slice
      - Where the owner's plan has no drafts for private repositories, the slices become plain pull requests with the label `draft`.

      </details>

      <details><summary>Graph</summary>

      ```mermaid
      flowchart BT
        base(["main"])
        n0["s1 Add RATES_BY_COUNTRY in billing"]
        n1["s2 Add 2 files in docs"]
        n2["s3 Add billing in report"]
        n0 --> base
        n1 --> n0
        n2 --> n1
      ```

      </details>
      #### `s1` Add RATES_BY_COUNTRY in billing

      On `main`, as `seam/topic/1-add-rates-by-country-in-billing`, 57 % sure of its borders.

      - `billing/rates.py` added
      - `billing/tables.py` added

      #### `s2` Add 2 files in docs

      On `s1`, as `seam/topic/2-add-2-files-in-docs`, 60 % sure of its borders.

      - `docs/billing.md` added
      - `docs/index.md` added

      #### `s3` Add billing in report

      On `s2`, as `seam/topic/3-add-billing-in-report`, 57 % sure of its borders.

      - `report/summary.py` added
      - `report/totals.py` added
    "#);
    seam.shop.press("ada", "topic", "Open draft PRs").await;
    seam.settle().await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
       billing/rates.py billing/tables.py
    #2 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
       docs/billing.md docs/index.md
    #3 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(a_big_pull_request_offers_a_plan_by_a_button, async |seam| {
    let pull = big_pull(seam).await;
    seam.shop.press("ada", "topic", "Plan a split").await;
    seam.settle().await;
    assert!(plan_comment(&pull).1.contains("This could be 3 pull requests"));
    // Who may not do it may not have a button do it.
    seam.shop.press("mallory", "topic", "Plan a split").await;
    seam.settle().await;
    assert!(seam.log().await.contains("split check_run.requested_action skipped: mallory lacks read permission"));
});

scenario!(a_repository_may_have_big_pushes_opened_at_once, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "split: { strategy: directory, min_files: 4, on_push: open }\n")]);
    seam.shop.push("topic", big()).await;
    seam.settle().await;
    assert_eq!(seam.shop.count_pulls(), 3, "{}", seam.log().await);
});

scenario!(where_plans_are_not_wanted_nobody_hears_of_them, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "split: { strategy: directory, min_files: 4, on_push: off }\n")]);
    seam.shop.push("topic", big()).await;
    seam.settle().await;
    assert!(!seam.shop.checks_shown("topic").contains("Seam split"), "{}", seam.log().await);
});

scenario!(a_push_of_a_few_files_is_not_big, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    seam.shop.push("topic", [("a.py", "x = 1\n"), ("b.py", "x = 2\n"), ("c.py", "x = 3\n")]).await;
    seam.settle().await;
    assert!(!seam.shop.checks_shown("topic").contains("Seam split"), "{}", seam.log().await);
});

scenario!(plans_are_wanted_or_not_whether_branches_are_reviewed_or_not, async |seam| {
    let policy = |on_push: &str| {
        format!(
            "review: {{ on: {{ push_without_pr: false }} }}\nsplit: {{ strategy: directory, min_files: 4, on_push: {on_push} }}\n"
        )
    };
    seam.shop.commit("main", [(".github/seam.yml", policy("suggest").as_str())]);
    seam.shop.push("topic", big()).await;
    seam.settle().await;
    let shown = seam.shop.checks_shown("topic");
    assert!(shown.contains("check Seam split: neutral: This could be 3 pull requests"), "{shown}{}", seam.log().await);
    seam.shop.push("small", [("a.py", "x = 1\n")]).await;
    seam.shop.commit("main", [(".github/seam.yml", policy("off").as_str())]);
    seam.settle().await;
    seam.shop.push("other", big()).await;
    seam.settle().await;
    for branch in ["small", "other"] {
        assert!(!seam.shop.checks_shown(branch).contains("Seam split"), "{branch} {}", seam.log().await);
    }
});
