//! A split is given up.

use super::{assert_lowest_is_merged, last_answer, opened, say, stack};
use crate::{
    fake_github::acts::pull::Method,
    support::seam::{Seam, scenario},
};

scenario!(giving_up_leaves_the_branch_and_its_pull_request, async |seam| {
    let pull = opened(seam).await;
    say(seam, &pull, "/split abandon").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split abandon`

    Closed #4, #3, #2, and deleted their branches.
    ");
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing closed: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs closed: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
    #4 Add billing in report closed: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
    // What comes next has names of its own.
    say(seam, &pull, "/split plan").await;
    say(seam, &pull, "/split apply").await;
    assert_eq!(seam.shop.branches().len(), 5, "{}", last_answer(&pull));
});

scenario!(what_a_person_committed_is_neither_rewritten_nor_deleted, async |seam| {
    let pull = opened(seam).await;
    let upper = seam.shop.pull(4);
    let theirs = upper.push([("report/summary.py", "# by hand\n")]).await;
    seam.settle().await;
    seam.shop.pull(2).merge_by(Method::Squash).await;
    seam.settle().await;
    assert!(seam.shop.git().is_ancestor(&theirs, &upper.head()), "{}", stack(&seam.shop));
    assert_lowest_is_merged(&seam.shop);
    say(seam, &pull, "/split abandon").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split abandon`

    Closed #3, and deleted its branch. Left alone, because somebody committed there: #4.
    ");
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs closed: seam/topic/2-add-2-files-in-docs -> main
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> main
       docs/billing.md docs/index.md report/summary.py report/totals.py
    ");
    insta::assert_snapshot!(seam.shop.branches().join("\n"), @r"
    main
    seam/topic/3-add-billing-in-report
    topic
    ");
});

scenario!(branches_that_others_need_are_left, async |seam| {
    let pull = opened(seam).await;
    seam.shop.new_pull("more", [("docs/more.md", "# More\n")]).base("seam/topic/2-add-2-files-in-docs").open().await;
    seam.settle().await;
    say(seam, &pull, "/split abandon").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split abandon`

    Closed #4, #2, and deleted their branches. Closed #3, and left its branch for #5.
    ");
    assert!(seam.shop.pull(5).now().is_open());
    insta::assert_snapshot!(seam.shop.branches().join("\n"), @r"
    main
    more
    seam/topic/2-add-2-files-in-docs
    topic
    ");
});
