//! A big change becomes draft pull requests, which follow each other to the end.

use std::collections::BTreeSet;

use crate::{
    fake_github::{
        acts::{
            pull::{Method, Pull},
            repo::Repo,
        },
        faults::Fault,
        git_repository::Commit,
        model::pull::PullState,
    },
    support::seam::{Seam, scenario},
};

/// By folder, so that these tests hang on no weights.
const POLICY: &str = "split: { strategy: directory, min_files: 4 }\n";

/// Three folders; what `report` adds uses what `billing` adds, and `docs` stands for itself.
fn big() -> Commit {
    Commit::new()
        .message("Bill by country")
        .write("billing/rates.py", "def rate_of_country(country):\n    return RATES_BY_COUNTRY[country]\n")
        .write("billing/tables.py", "RATES_BY_COUNTRY = {'dk': 25, 'de': 19}\n")
        .write("docs/billing.md", "# Billing\n\nHow invoices are made.\n")
        .write("docs/index.md", "# Index\n\nSee billing.\n")
        .write("report/totals.py", "from billing.rates import rate_of_country\n\n\ndef total(price):\n    return price * rate_of_country('dk')\n")
        .write("report/summary.py", "from billing.rates import rate_of_country\n\n\ndef line(country):\n    return rate_of_country(country)\n")
}

/// A pull request with a big change, after the policy was set.
async fn big_pull(seam: &Seam) -> Pull {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    pull
}

/// Somebody writes a command, and Seam does what there is to do.
async fn say(seam: &Seam, pull: &Pull, command: &str) {
    pull.comment("ada", command).await;
    seam.settle().await;
}

/// The pull requests of a repository, each with what its own diff shows.
fn stack(shop: &Repo) -> String {
    let (git, mut text) = (shop.git(), String::new());
    for number in 1..=shop.count_pulls() {
        let pull = shop.pull(number).now();
        let state = match pull.state {
            PullState::Open if pull.draft => "draft",
            PullState::Open => "open",
            PullState::Closed { .. } => "closed",
            PullState::Merged { .. } => "merged",
        };
        text.push_str(&format!("#{number} {} {state}: {} -> {}\n", pull.title, pull.head_ref, pull.base_ref));
        if pull.is_open() {
            let fork = git.merge_base(&shop.branch(&pull.base_ref), &pull.head_sha).unwrap();
            let names = git.git(&["diff", "--name-only", &fork, &pull.head_sha]);
            text.push_str(&format!("   {}\n", names.lines().collect::<Vec<_>>().join(" ")));
        }
    }
    text
}

/// The last comment of the App.
fn last_answer(pull: &Pull) -> String {
    let said = pull.conversation().into_iter().rfind(|comment| comment.author == "seam[bot]");
    said.map(|comment| visible(&comment.body)).unwrap_or_default()
}

fn visible(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// The comment that shows the plan: its id and its text.
fn plan_comment(pull: &Pull) -> (i64, String) {
    let of = pull.conversation().into_iter().find(|comment| comment.body.contains("<!-- seam:split-plan:"));
    of.map(|comment| (comment.id, comment.body)).expect("the plan is shown")
}

async fn opened(seam: &Seam) -> Pull {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    say(seam, &pull, "/split apply").await;
    pull
}

scenario!(a_plan_is_shown_edited_and_opened, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    insta::assert_snapshot!(visible(&plan_comment(&pull).1), @r#"
    ### This could be 3 pull requests in one stack

    | | Slice | Files | Stands on | Why |
    |--|--|--|--|--|
    | 1 | `s1` Add RATES_BY_COUNTRY in billing | `billing/rates.py`, `billing/tables.py` | `main` | they change the same names: `RATES_BY_COUNTRY`; they stand below `billing/` |
    | 2 | `s2` Add 2 files in docs | `docs/billing.md`, `docs/index.md` | `s1` | `billing.md` and `index.md` name each other in what changed; they stand below `docs/` |
    | 3 | `s3` Add billing in report | `report/summary.py`, `report/totals.py` | `s2` | they change the same names: `billing`, `from` and `import`; they stand below `report/`; needs s1: names the new `billing/rates.py`, uses `rate_of_country` |

    Proved: these slices, one after the other, give the branch's tree `6c74a4f2e982`.

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

    `/split apply` opens these slices as draft pull requests, as the block below then stands: move files to other slices, rename, merge, reorder or remove slices first, if you like.

    <details><summary>Edit this plan</summary>

    ```yaml
    # Move files to other slices, rename, merge, reorder or remove slices. Every file stays in exactly one.
    # `on` names the slice that one stands on; without it, it stands on the base branch.
    slices:
      - id: s1
        title: "Add RATES_BY_COUNTRY in billing"
        files:
          - "billing/rates.py"
          - "billing/tables.py"
      - id: s2
        title: "Add 2 files in docs"
        on: s1
        files:
          - "docs/billing.md"
          - "docs/index.md"
      - id: s3
        title: "Add billing in report"
        on: s2
        files:
          - "report/summary.py"
          - "report/totals.py"
    ```

    </details>
    "#);
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4.
    ");
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

    Slice 2 of 3 of #1 (`topic`), cut by Seam.

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | draft |
    | 2 | **#3 Add 2 files in docs** | `seam/topic/1-add-rates-by-country-in-billing` | draft |
    | 3 | #4 Add billing in report | `seam/topic/2-add-2-files-in-docs` | draft |
    ");
});

scenario!(an_edit_that_loses_or_doubles_a_file_opens_nothing, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let (id, text) = plan_comment(&pull);
    pull.edit("ada", id, &text.replace("      - \"docs/index.md\"\n", "")).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened, because the plan has errors:
    - **Error:** `docs/index.md` is in no slice.
    ");
    let twice =
        text.replace("      - \"docs/index.md\"\n", "      - \"docs/index.md\"\n      - \"billing/rates.py\"\n");
    pull.edit("ada", id, &twice).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Nothing was opened, because the plan has errors:
    - **Error:** `billing/rates.py` is in more than one slice, or twice in one: s1 and s2.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});

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
    let tracking = pull.conversation().into_iter().find(|comment| comment.body.contains("<!-- seam:split:"));
    insta::assert_snapshot!(visible(&tracking.unwrap().body), @r"
    ### All 3 slices are merged

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add RATES_BY_COUNTRY in billing | `main` | merged |
    | 2 | #3 Add 2 files in docs | `main` | merged |
    | 3 | #4 Add billing in report | `main` | merged |

    Nothing is left here: every changed file is the same on `main`.
    ");
});

scenario!(what_a_person_committed_is_neither_rewritten_nor_deleted, async |seam| {
    let pull = opened(seam).await;
    let upper = seam.shop.pull(4);
    let theirs = upper.push([("report/summary.py", "# by hand\n")]).await;
    seam.settle().await;
    seam.shop.pull(2).merge_by(Method::Squash).await;
    seam.settle().await;
    assert!(seam.shop.git().is_ancestor(&theirs, &upper.head()), "{}", stack(&seam.shop));
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
    say(seam, &pull, "/split abandon").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split abandon`

    Closed #3, and deleted their branches. Left alone, because somebody committed there: #4.
    ");
    insta::assert_snapshot!(seam.shop.branches().join("\n"), @r"
    main
    seam/topic/3-add-billing-in-report
    topic
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

scenario!(a_fork_gets_its_plan_and_the_reason_why_it_is_not_opened, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.new_pull("topic", big()).by_fork_of("mallory").open().await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    assert!(plan_comment(&pull).1.contains("comes from a fork"));
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    The slices of this plan cannot be opened: their branches would have to be in this repository, and this pull request comes from a fork. Somebody with write permission can push its branch here and split that.
    ");
});

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

      Proved: these slices, one after the other, give the branch's tree `6c74a4f2e982`.

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

      On `main`, as `seam/topic/1-add-rates-by-country-in-billing`, 58 % sure of its borders.

      - `billing/rates.py` added
      - `billing/tables.py` added

      #### `s2` Add 2 files in docs

      On `s1`, as `seam/topic/2-add-2-files-in-docs`, 63 % sure of its borders.

      - `docs/billing.md` added
      - `docs/index.md` added

      #### `s3` Add billing in report

      On `s2`, as `seam/topic/3-add-billing-in-report`, 58 % sure of its borders.

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
    // Who may not write may not have a button do it.
    seam.shop.press("mallory", "topic", "Plan a split").await;
    seam.settle().await;
    assert!(seam.log().await.contains("split check_run.requested_action skipped: mallory lacks write permission"));
});

scenario!(a_repository_may_have_big_pushes_opened_at_once, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "split: { strategy: directory, min_files: 4, on_push: open }\n")]);
    seam.shop.push("topic", big()).await;
    seam.settle().await;
    assert_eq!(seam.shop.count_pulls(), 3, "{}", seam.log().await);
});

/// The calls that open three slices.
const CALLS: [&str; 6] = [
    "POST /repos/{owner}/{repo}/git/trees",
    "POST /repos/{owner}/{repo}/git/commits",
    "POST /graphql updateRefs",
    "POST /repos/{owner}/{repo}/pulls",
    "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
    "GET /repos/{owner}/{repo}/git/ref/{ref}",
];

/// Killed at each of these calls, before and after GitHub did the work, there are exactly the planned branches and pull
/// requests.
async fn killed(seam: &mut Seam, fault: &Fault) {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let mut expected = BTreeSet::new();
    for call in CALLS {
        seam.github.fail_next(call, fault.clone(), 1);
        pull.comment("ada", "/split apply").await;
        seam.work_until_killed(call, 1).await;
        seam.settle().await;
        let branches = seam.shop.branches().len();
        let open = (1..=seam.shop.count_pulls()).filter(|number| seam.shop.pull(*number).now().is_open()).count();
        let own = stack(&seam.shop).lines().filter(|line| line.contains(" draft: ")).count();
        expected.insert((branches, open, own));
        assert_eq!(expected, BTreeSet::from([(5, 4, 3)]), "killed at {call}\n{}", stack(&seam.shop));
        say(seam, &pull, "/split abandon").await;
        say(seam, &pull, "/split plan").await;
        assert_eq!(seam.shop.branches(), ["main", "topic"], "{}", last_answer(&pull));
    }
}

scenario!(killed_before_any_call_of_opening, async |seam| killed(seam, &Fault::Timeout).await);
scenario!(killed_after_any_call_of_opening, async |seam| killed(seam, &Fault::HangAfterWork).await);
