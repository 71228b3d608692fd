//! What is opened, and what GitHub does not let be opened.

use super::{POLICY, big, big_pull, last_answer, opened, plan_comment, say, stack, visible};
use crate::{
    fake_github::{acts::pull::Method, model::app::Level},
    support::seam::{Seam, scenario},
};

scenario!(every_slice_shows_the_whole_stack, async |seam| {
    opened(seam).await;
    insta::assert_snapshot!(visible(&seam.shop.pull(3).now().body.unwrap()), @r"
    What belongs together here, and why:

    - `billing.md` and `index.md` name each other in what changed
    - they stand below `docs/`

    <details><summary>2 files</summary>

    - `docs/billing.md` added
    - `docs/index.md` added

    </details>

    Slice 2 of 3. It needs no other slice.

    - [ ] The slice stands by itself: it builds, and its tests pass
    - [ ] Title and description say what a reviewer needs


    ---

    Cut from #1 (`topic`) by Seam:

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | draft |
    | 2 | **#3 Add 2 files in docs** | #2 | draft |
    | 3 | #4 Add billing in report | #3 | draft |
    ");
});

scenario!(native_stacks_are_linked_where_there_are_some, async |seam| {
    seam.shop.with_stacks();
    opened(seam).await;
    let stacks = |seam: &Seam| {
        let world = seam.github.world();
        world.repository(seam.shop.id()).stacks.iter().flatten().map(|stack| stack.pulls.clone()).collect::<Vec<_>>()
    };
    assert_eq!(stacks(seam), [[2, 3, 4]]);
    seam.shop.pull(2).merge_by(Method::Squash).await;
    seam.settle().await;
    assert_eq!(stacks(seam), [[3, 4]]);
});

scenario!(what_github_refuses_is_told_before_anything_is_made, async |seam| {
    seam.shop.restrict("seam/", true);
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let shown = plan_comment(&pull).1;
    assert!(shown.contains("does not let the App make the branch"), "{shown}");
    say(seam, &pull, "/split apply").await;
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});

scenario!(where_a_protection_is_seen_too_late_nothing_is_left_behind, async |seam| {
    seam.shop.restrict("seam/", false);
    let pull = opened(seam).await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened: GitHub does not let the App make the branches of the slices: Reference update failed.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});

scenario!(what_was_edited_after_a_refusal_is_opened_as_it_is_now, async |seam| {
    seam.shop.restrict("seam/", false);
    let pull = opened(seam).await;
    let (id, text) = plan_comment(&pull);
    let (index, tables) = ("      - \"docs/index.md\"\n", "      - \"billing/tables.py\"\n");
    let text = text.replace(index, "").replace(tables, &format!("{tables}{index}"));
    pull.edit("ada", id, &text).await;
    seam.shop.unrestrict();
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
       billing/rates.py billing/tables.py docs/index.md
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
       docs/billing.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
});

scenario!(labels_are_those_that_the_repository_has_and_its_template_is_kept, async |seam| {
    seam.github.world().repository_mut(seam.shop.id()).labels.extend(["documentation", "billing"].map(str::to_owned));
    seam.shop
        .commit("main", [(".github/pull_request_template.md", "## What\n\n<!-- in a sentence -->\n\n## Tested how\n")]);
    opened(seam).await;
    let labels: Vec<_> = (2..=4).map(|number| seam.shop.pull(number).now().labels).collect();
    insta::assert_debug_snapshot!(labels, @r#"
    [
        {
            "billing",
        },
        {
            "documentation",
        },
        {},
    ]
    "#);
    let body = visible(&seam.shop.pull(2).now().body.unwrap());
    insta::assert_snapshot!(body.split("<details>").next().unwrap(), @r"
    ## What

    What belongs together here, and why:

    - they change the same names: `RATES_BY_COUNTRY`
    - they stand below `billing/`


    ## Tested how
    ");
});

scenario!(without_drafts_the_slices_are_plain_pull_requests_with_a_label, async |seam| {
    seam.shop.without_drafts();
    opened(seam).await;
    let slices: Vec<_> = (2..=4).map(|number| seam.shop.pull(number).now()).collect();
    assert!(slices.iter().all(|pull| !pull.draft && pull.labels.contains("draft")), "{slices:?}");
});

scenario!(workflow_files_need_a_permission_that_is_told_of_before, async |seam| {
    seam.github.permit("octo", "workflows", None);
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.open_pull("topic", big().write(".github/workflows/ci.yml", "on: push\n")).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened, because the plan has errors:
    - **Error:** `s1`: It changes files below `.github/workflows/`, for which GitHub asks for the permission “Workflows: write”; the App does not have it here. Its owner grants it, or somebody pushes this slice by hand.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
    // Granted, the same plan is opened.
    seam.github.permit("octo", "workflows", Some(Level::Write));
    say(seam, &pull, "/split apply").await;
    assert_eq!(seam.shop.count_pulls(), 5, "{}", last_answer(&pull));
});

scenario!(there_are_not_more_open_slices_than_the_policy_allows, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "split: { strategy: directory, min_files: 4, max_open_prs: 2 }\n")]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened, because the plan has errors:
    - **Error:** 3 pull requests are more than `split.max_open_prs` (2) allows; merge some slices in the plan, or raise the limit in `.github/seam.yml`.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});

scenario!(a_branch_that_moved_on_is_not_opened_as_it_was, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    pull.push([("docs/more.md", "# More\n")]).await;
    seam.settle().await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull).replace(&pull.head()[..7], "HEAD"), @r"
    > `/split apply`

    The branch has moved on to HEAD since the plan was made; `/split` plans it anew.
    ");
});
