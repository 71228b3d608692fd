//! A plan is shown, edited and applied, or not.

use super::{POLICY, assert_drafts, big, big_pull, last_answer, plan_comment, say, stack, visible};
use crate::{
    fake_github::{acts::pull::Pull, git_repository::Commit, model::accounts::Role},
    scenarios::EVAL,
    support::seam::{Seam, scenario},
};

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

    `/split apply` opens these slices as draft pull requests, as the block below then stands: move files to other slices, rename, merge, reorder or leave out slices first, if you like.

    <details><summary>Edit this plan</summary>

    ```yaml
    # Move files to other slices; rename, merge and reorder slices. Every file stays in exactly one.
    # `on` names the slice that one stands on; without it, it stands on the base branch. `open: false` leaves one out.
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
    assert_drafts(&seam.shop);
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

scenario!(an_edited_plan_is_opened_as_it_was_edited, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let (id, text) = plan_comment(&pull);
    let at = text.find("slices:\n").unwrap();
    let end = text[at..].find("\n```").unwrap() + at;
    let sheet = "slices:
  - id: s2
    files: [docs/index.md]
  - id: s1
    on: s2
    title: \"Tax tables, and the page about them\"
    files: [billing/rates.py, billing/tables.py, docs/billing.md]
  - title: Totals by country
    on: s1
    files: [report/totals.py]
  - id: s3
    on: s1
    open: false
    files: [report/summary.py]";
    pull.edit("ada", id, &format!("{}{sheet}{}", &text[..at], &text[end..])).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4.
    ");
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> main
       docs/index.md
    #3 Tax tables, and the page about them draft: seam/topic/1-add-rates-by-country-in-billing -> seam/topic/2-add-2-files-in-docs
       billing/rates.py billing/tables.py docs/billing.md
    #4 Totals by country draft: seam/topic/slice-n1 -> seam/topic/1-add-rates-by-country-in-billing
       report/totals.py
    ");
    insta::assert_snapshot!(visible(&seam.shop.pull(3).now().body.unwrap()), @r"
    What belongs together here, and why:

    - a person put it together

    <details><summary>3 files</summary>

    - `billing/rates.py` added
    - `billing/tables.py` added
    - `docs/billing.md` added

    </details>

    Slice 2 of 4. It needs no other slice.

    - [ ] The slice stands by itself: it builds, and its tests pass
    - [ ] Title and description say what a reviewer needs


    ---

    Cut from #1 (`topic`) by Seam:

    | | Slice | On | State |
    |--|--|--|--|
    | 1 | #2 Add 2 files in docs | `main` | draft |
    | 2 | **#3 Tax tables, and the page about them** | #2 | draft |
    | 3 | #4 Totals by country | #3 | draft |
    | 4 | left out: Add billing in report | #3 |  |
    ");
});

scenario!(an_edit_is_opened_also_where_slices_need_each_other_in_a_circle, async |seam| {
    let policy = "split: { strategy: directory, min_files: 4, max_files_per_pr: 2 }\n";
    seam.shop.commit("main", [(".github/seam.yml", policy)]);
    let mut commit = Commit::new();
    for (folder, other) in [("arch", "beam"), ("beam", "cable"), ("cable", "arch")] {
        let code = format!("def {folder}_of_bridge():\n    return {other}_of_bridge()\n");
        commit = commit.write(&format!("{folder}/span.py"), code).write(&format!("{folder}/load.py"), "LOAD = 1\n");
    }
    let pull = seam.shop.open_pull("topic", commit).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    let (id, text) = plan_comment(&pull);
    pull.edit("ada", id, &text.replacen("title: \"", "title: \"Bridge: ", 1)).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4.
    ");
});

scenario!(a_reader_may_plan_and_no_more, async |seam| {
    let pull = big_pull(seam).await;
    seam.shop.set_role("rita", Role::Read);
    pull.comment("rita", "/split plan").await;
    seam.settle().await;
    assert!(plan_comment(&pull).1.contains("This could be 3 pull requests"));
    pull.comment("rita", "/split apply").await;
    seam.settle().await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    `/split apply` needs write permission on this repository; you have read permission.
    ");
    assert_eq!(seam.shop.branches(), ["main", "topic"]);
});

scenario!(a_file_can_be_cut_and_only_its_parts_are_uploaded, async |seam| {
    let lines = |first: &str, last: &str| {
        let middle: String = (2..20).map(|number| format!("line {number}\n")).collect();
        format!("{first}\n{middle}{last}\n")
    };
    seam.shop.commit("main", [(".github/seam.yml", POLICY), ("notes/all.txt", &lines("line 1", "line 20"))]);
    let commit = big().write("notes/all.txt", lines("first", "last"));
    let pull = seam.shop.open_pull("topic", commit).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    let (id, text) = plan_comment(&pull);
    let cut = |part: &str| format!("      - {{ path: notes/all.txt, hunks: [\"{part}\"] }}\n");
    let whole = "      - \"notes/all.txt\"\n";
    assert!(text.contains(whole), "{text}");
    let rates = "      - \"billing/rates.py\"\n";
    let text = text.replace(whole, &cut("-20,1 +20,1")).replace(rates, &format!("{rates}{}", cut("-1,1 +1,1")));
    // What is cut stands on each other.
    pull.edit("ada", id, &text.replace("  - id: s4\n", "  - id: s4\n    on: s1\n")).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 4 pull requests: #2, #3, #4, #5.
    ");
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md notes/all.txt report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing draft: seam/topic/1-add-rates-by-country-in-billing -> main
       billing/rates.py billing/tables.py notes/all.txt
    #3 Add 2 files in docs draft: seam/topic/2-add-2-files-in-docs -> seam/topic/1-add-rates-by-country-in-billing
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    #5 Document notes/all.txt draft: seam/topic/4-document-notes-all-txt -> seam/topic/1-add-rates-by-country-in-billing
       notes/all.txt
    ");
    assert_eq!(seam.github.asked("POST /repos/{owner}/{repo}/git/blobs").len(), 1);
});

scenario!(what_the_review_finds_is_shown_with_the_slice, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", POLICY)]);
    let pull = seam.shop.open_pull("topic", big().write("report/totals.py", EVAL)).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    let shown = plan_comment(&pull).1;
    let found: Vec<&str> = shown.lines().filter(|line| line.contains("totals.py` line")).collect();
    insta::assert_snapshot!(found.join("\n"), @"- `s3`: `report/totals.py` line 6: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions. (py/eval-nonliteral)");
});

scenario!(whoever_asks_says_how_to_cut, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split --strategy semantic --max-files=2").await;
    let (_, plan) = plan_comment(&pull);
    let rows: Vec<_> = plan.lines().filter(|line| line.starts_with("| ")).collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    | | Slice | Files | Stands on | Why |
    | 1 | `s1` Add docs/billing.md | `docs/billing.md` | `main` |  |
    | 2 | `s2` Add country | `billing/rates.py`, `report/summary.py` | `s1` | they change the same names: `country`, `rate_of_country` and `def`; needs s1: names the new `docs/billing.md` |
    | 3 | `s3` Add 2 files | `billing/tables.py`, `report/totals.py` | `s2` | needs s2: names the new `billing/rates.py`, uses `rate_of_country` |
    | 4 | `s4` Add docs/index.md | `docs/index.md` | `main` |  |
    ");
    say(seam, &pull, "/seam split plan --strategy folders").await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split plan --strategy folders`

    `--strategy` of `/split` takes one of `hybrid`, `semantic`, `directory`, `dependency`, `codeowners`, `commits`.
    ");
});

/// One more file changes at both ends, each for a reason of its own.
async fn pull_with_a_file_of_two_slices(seam: &Seam, policy: &str) -> Pull {
    let lines = |first: &str, last: &str| {
        let middle: String = (2..20).map(|number| format!("LINE_{number} = {number}\n")).collect();
        format!("{first}\n{middle}{last}\n")
    };
    let before = lines("LINE_1 = 1", "LINE_20 = 20");
    seam.shop.commit("main", [(".github/seam.yml", policy), ("shop/settings.py", before.as_str())]);
    let commit = big().write("shop/settings.py", lines("RATES = RATES_BY_COUNTRY", "ABOUT = 'invoices'"));
    let pull = seam.shop.open_pull("topic", commit).await;
    seam.settle().await;
    pull
}

scenario!(a_plan_that_cuts_files_is_shown_edited_and_opened, async |seam| {
    let pull = pull_with_a_file_of_two_slices(seam, POLICY).await;
    say(seam, &pull, "/split").await;
    assert!(!plan_comment(&pull).1.contains("hunks: ["), "{}", plan_comment(&pull).1);
    say(seam, &pull, "/split --granularity hunk").await;
    let (id, text) = plan_comment(&pull);
    let sheet = |text: &str| text.split("slices:\n").nth(1).unwrap().split("\n```").next().unwrap().to_owned();
    insta::assert_snapshot!(sheet(&text), @r#"
    - id: s1
      title: "Change RATES_BY_COUNTRY"
      files:
        - "billing/rates.py"
        - "billing/tables.py"
        - { path: "shop/settings.py", hunks: ["-1,1 +1,1"] }
    - id: s2
      title: "Change 3 files"
      on: s1
      files:
        - "docs/billing.md"
        - "docs/index.md"
        - { path: "shop/settings.py", hunks: ["-20,1 +20,1"] }
    - id: s3
      title: "Add billing in report"
      on: s2
      files:
        - "report/summary.py"
        - "report/totals.py"
    "#);
    let title = "title: \"Change RATES_BY_COUNTRY\"";
    assert!(text.contains(title), "{text}");
    pull.edit("ada", id, &text.replace(title, "title: Rates by country")).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py shop/settings.py
    #2 Rates by country draft: seam/topic/1-change-rates-by-country -> main
       billing/rates.py billing/tables.py shop/settings.py
    #3 Change 3 files draft: seam/topic/2-change-3-files -> seam/topic/1-change-rates-by-country
       docs/billing.md docs/index.md shop/settings.py
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-change-3-files
       report/summary.py report/totals.py
    ");
});

scenario!(a_repository_may_have_its_files_cut, async |seam| {
    let policy = "split: { strategy: directory, min_files: 4, granularity: hunk }\n";
    let pull = pull_with_a_file_of_two_slices(seam, policy).await;
    say(seam, &pull, "/config").await;
    assert!(last_answer(&pull).contains("granularity: hunk"), "{}", last_answer(&pull));
    say(seam, &pull, "/split").await;
    assert!(plan_comment(&pull).1.contains("hunks: ["), "{}", plan_comment(&pull).1);
    say(seam, &pull, "/split --granularity file").await;
    assert!(!plan_comment(&pull).1.contains("hunks: ["), "{}", plan_comment(&pull).1);
});

scenario!(what_a_folder_switches_off_or_a_person_dismissed_is_not_shown_with_a_slice, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", POLICY), ("report/.seam.yml", "rules: { disable: [py/*] }\n")]);
    let commit = big().write("report/totals.py", EVAL).write("billing/rates.py", EVAL);
    let pull = seam.shop.open_pull("topic", commit).await;
    seam.settle().await;
    let found = async || {
        say(seam, &pull, "/split").await;
        let shown = plan_comment(&pull).1;
        let found = shown.lines().filter(|line| line.contains("(py/eval-nonliteral)"));
        found.map(|line| line.split(" line ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found().await, ["- `s2`: `billing/rates.py`"]);
    pull.resolve_thread_as("ada", 0).await;
    seam.settle().await;
    assert_eq!(found().await, Vec::<String>::new());
});
