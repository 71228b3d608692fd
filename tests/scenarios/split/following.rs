//! Slices follow each other when one is merged or changed.

use super::{assert_drafts, assert_lowest_is_merged, last_answer, opened, say, stack, visible};
use crate::{
    fake_github::{
        acts::pull::{Method, Pull},
        faults::Fault,
        git_repository::Commit,
    },
    support::seam::{Seam, scenario},
};

/// The comment that follows the slices.
fn tracking(pull: &Pull) -> String {
    let of = pull.conversation().into_iter().find(|comment| comment.body.contains("<!-- seam:split:"));
    visible(&of.expect("the slices are followed").body)
}

/// Merges the lowest slice in one of the three ways; the others show their own change, whatever became of its commits.
async fn merge_lowest(seam: &Seam, method: Method) {
    opened(seam).await;
    let lowest = seam.shop.pull(2);
    lowest.ready_for_review().await;
    seam.settle().await;
    lowest.merge_by(method).await;
    seam.settle().await;
    assert_lowest_is_merged(&seam.shop);
}

scenario!(after_a_squash_merge_the_rest_is_rebuilt, async |seam| merge_lowest(seam, Method::Squash).await);
scenario!(after_a_rebase_merge_the_rest_is_rebuilt, async |seam| merge_lowest(seam, Method::Rebase).await);
scenario!(after_a_merge_the_rest_is_based_anew, async |seam| merge_lowest(seam, Method::Merge).await);

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
    assert_drafts(&seam.shop);
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

scenario!(what_is_wrong_with_one_split_keeps_no_other_from_following, async |seam| {
    opened(seam).await;
    let commit = Commit::new()
        .write("stock/items.py", "def items_of_shelf(shelf):\n    return ITEMS_BY_SHELF[shelf]\n")
        .write("stock/shelves.py", "ITEMS_BY_SHELF = {}\n")
        .write(
            "van/load.py",
            "from stock.items import items_of_shelf\n\n\ndef load(shelf):\n    return items_of_shelf(shelf)\n",
        )
        .write(
            "van/route.py",
            "from stock.items import items_of_shelf\n\n\ndef stops(shelf):\n    return items_of_shelf(shelf)\n",
        );
    let other = seam.shop.open_pull("other", commit).await;
    seam.settle().await;
    say(seam, &other, "/split").await;
    say(seam, &other, "/split apply").await;
    // Of the first split, which is looked at before.
    seam.github.fail_next("GET /repos/{owner}/{repo}/git/ref/{ref}", Fault::Status(422), 1);
    seam.shop.pull(6).merge_by(Method::Squash).await;
    seam.settle().await;
    let log = seam.log().await;
    assert!(log.contains("stack pull_request.closed failed"), "{log}");
    let now = stack(&seam.shop);
    insta::assert_snapshot!(now.lines().skip(10).collect::<Vec<_>>().join("\n"), @r"
    #6 Add ITEMS_BY_SHELF in stock merged: seam/other/1-add-items-by-shelf-in-stock -> main
    #7 Add from in van draft: seam/other/2-add-from-in-van -> main
       van/load.py van/route.py
    ");
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
