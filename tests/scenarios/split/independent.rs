//! `split.stack: independent`: slices side by side on the base branch.

use super::{big, last_answer, plan_comment, say, stack, visible};
use crate::{
    fake_github::acts::pull::{Method, Pull},
    support::seam::{Seam, scenario},
};

const POLICY: &str = "split: { strategy: directory, min_files: 4, stack: independent }\n";

async fn planned(seam: &Seam) -> Pull {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    pull
}

scenario!(slices_side_by_side_say_what_is_merged_before_them, async |seam| {
    let pull = planned(seam).await;
    let shown = visible(&plan_comment(&pull).1);
    insta::assert_snapshot!(shown.split("<details><summary>Edit").next().unwrap(), @r#"
    ### This could be 3 pull requests side by side

    | | Slice | Files | Stands on | Why |
    |--|--|--|--|--|
    | 1 | `s1` Add RATES_BY_COUNTRY in billing | `billing/rates.py`, `billing/tables.py` | `main` | they change the same names: `RATES_BY_COUNTRY`; they stand below `billing/` |
    | 2 | `s2` Add 2 files in docs | `docs/billing.md`, `docs/index.md` | `main` | `billing.md` and `index.md` name each other in what changed; they stand below `docs/` |
    | 3 | `s3` Add billing in report | `report/summary.py`, `report/totals.py` | `main` | they change the same names: `billing`, `from` and `import`; they stand below `report/`; needs s1: names the new `billing/rates.py`, uses `rate_of_country` |

    Proved: these slices, one after the other, give the branch's tree `c552b6f5d7c4`.

    To be considered:

    - `s3`: it needs s1 and s2, to be merged before it

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
      n1 --> base
      n2 --> base
      n2 -.-> n0
      n2 -.-> n1
    ```

    </details>

    `/split apply` opens these slices as draft pull requests, as the block below then stands: move files to other slices, rename, merge, reorder or leave out slices first, if you like.
    "#);
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
       billing/rates.py billing/tables.py
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> main
       report/summary.py report/totals.py
    ");
    let body = visible(&seam.shop.pull(4).now().body.unwrap());
    insta::assert_snapshot!(body.split("</details>").nth(1).unwrap(), @r"
    Slice 3 of 3. It needs `Add RATES_BY_COUNTRY in billing` and `Add 2 files in docs`, to be merged before it.

    - [ ] The slice stands by itself: it builds, and its tests pass
    - [ ] Title and description say what a reviewer needs


    ---

    Cut from #1 (`topic`) by Seam:

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | draft |
    | 2 | #3 Add 2 files in docs | `main` | draft |
    | 3 | **#4 Add billing in report** | `main`, after #2 and #3 | draft |
    ");
});

scenario!(what_a_slice_awaited_is_taken_in_once_it_is_merged, async |seam| {
    let pull = planned(seam).await;
    say(seam, &pull, "/split apply").await;
    let git = seam.shop.git();
    let rates = |number: i64| git.git(&["ls-tree", "--name-only", &seam.shop.pull(number).head(), "billing/rates.py"]);
    let (docs, report) = (seam.shop.pull(3), seam.shop.pull(4));
    assert_eq!(rates(4), "");
    let before = docs.head();
    seam.shop.pull(2).merge_by(Method::Squash).await;
    seam.settle().await;
    // What awaits nothing stays as it is.
    assert_eq!((rates(4).as_str(), docs.head()), ("billing/rates.py", before));
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> main
       report/summary.py report/totals.py
    ");
    // Nothing more of it is awaited: what others merge moves nothing.
    let before = report.head();
    seam.shop.push("main", [("README.md", "# Another\n")]).await;
    docs.push([("docs/index.md", "# By hand\n")]).await;
    seam.settle().await;
    assert_eq!(report.head(), before);
    say(seam, &pull, "/split restack").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split restack`

    Rebuilt #3, #4.
    ");
    assert!(git.is_ancestor(&seam.shop.branch("main"), &report.head()), "{}", stack(&seam.shop));
});

scenario!(a_slice_without_what_it_awaits_is_not_opened, async |seam| {
    let pull = planned(seam).await;
    let (id, text) = plan_comment(&pull);
    let rates = "    title: \"Add RATES_BY_COUNTRY in billing\"\n";
    assert!(text.contains(rates), "{text}");
    pull.edit("ada", id, &text.replace(rates, &format!("{rates}    open: false\n"))).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened, because the plan has errors:
    - **Error:** `s3`: it needs s1, which is not to be opened.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});
