//! Slices follow each other when one is merged or changed.

use super::{last_answer, opened, say, stack, visible};
use crate::{
    fake_github::acts::pull::{Method, Pull},
    support::seam::{Seam, scenario},
};

/// The comment that follows the slices.
fn tracking(pull: &Pull) -> String {
    let of = pull.conversation().into_iter().find(|comment| comment.body.contains("<!-- seam:split:"));
    visible(&of.expect("the slices are followed").body)
}

/// Merges the lowest slice in one of the three ways; the others show their own change, whatever became of its commits.
async fn merge_lowest(seam: &Seam, method: Method) -> String {
    opened(seam).await;
    let lowest = seam.shop.pull(2);
    lowest.ready_for_review().await;
    seam.settle().await;
    lowest.merge_by(method).await;
    seam.settle().await;
    stack(&seam.shop)
}

scenario!(after_a_squash_merge_the_rest_is_rebuilt, async |seam| {
    insta::assert_snapshot!(merge_lowest(seam, Method::Squash).await, @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(after_a_rebase_merge_the_rest_is_rebuilt, async |seam| {
    insta::assert_snapshot!(merge_lowest(seam, Method::Rebase).await, @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(after_a_merge_the_rest_is_based_anew, async |seam| {
    insta::assert_snapshot!(merge_lowest(seam, Method::Merge).await, @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(when_all_is_merged_nothing_is_left, async |seam| {
    let pull = opened(seam).await;
    for number in 2..=4 {
        seam.shop.pull(number).merge_by(Method::Squash).await;
        seam.settle().await;
    }
    insta::assert_snapshot!(tracking(&pull), @r"
    ### All 3 slices are merged

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | merged |
    | 2 | #3 Add 2 files in docs | `main` | merged |
    | 3 | #4 Add billing in report | `main` | merged |

    Nothing is left here: every changed file is the same on `main`.
    ");
});

scenario!(a_changed_slice_carries_what_stands_on_it, async |seam| {
    opened(seam).await;
    seam.shop.pull(2).push([("billing/rates.py", "def rate_of_country(country):\n    return 25\n")]).await;
    seam.settle().await;
    let upper = seam.shop.pull(4);
    assert!(seam.shop.git().is_ancestor(&seam.shop.pull(2).head(), &upper.head()), "{}", stack(&seam.shop));
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
       billing/rates.py billing/tables.py
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(a_conflict_is_shown_with_its_files_and_touches_nothing, async |seam| {
    let pull = opened(seam).await;
    let before = seam.shop.pull(4).head();
    seam.shop.push("main", [("report/summary.py", "Somebody else was faster.\n")]).await;
    seam.settle().await;
    say(seam, &pull, "/split restack").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split restack`

    Rebuilt #2, #3.

    #4: This slice and `seam/topic/2-add-2-files-in-docs` both changed `report/summary.py`. Rebase its branch on `seam/topic/2-add-2-files-in-docs` by hand; nothing was touched.
    ");
    assert_eq!(seam.shop.pull(4).head(), before);
});

scenario!(every_body_follows_what_became_of_the_others, async |seam| {
    merge_lowest(seam, Method::Squash).await;
    let body = visible(&seam.shop.pull(4).now().body.unwrap());
    insta::assert_snapshot!(body.split("---").nth(1).unwrap(), @r"
    Cut from #1 (`topic`) by Seam:

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | merged |
    | 2 | #3 Add 2 files in docs | `main` | draft |
    | 3 | **#4 Add billing in report** | #3 | draft |
    ");
});

scenario!(in_the_end_it_is_said_what_differs, async |seam| {
    let pull = opened(seam).await;
    seam.shop.pull(4).push([("report/totals.py", "def total(price):\n    return price\n")]).await;
    seam.settle().await;
    for number in 2..=4 {
        seam.shop.pull(number).merge_by(Method::Squash).await;
        seam.settle().await;
    }
    insta::assert_snapshot!(tracking(&pull), @r"
    ### All 3 slices are merged

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | merged |
    | 2 | #3 Add 2 files in docs | `main` | merged |
    | 3 | #4 Add billing in report | `main` | merged |

    These files differ from `main`:

    - `report/totals.py`
    ");
});
