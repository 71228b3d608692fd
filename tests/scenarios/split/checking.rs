//! A command of the operator's says which slice does not build.

use super::{POLICY, assert_drafts, big, big_pull, last_answer, plan_comment, say};
use crate::support::{
    sandbox::sandbox,
    seam::{Seam, scenario},
};

/// Fails on what `docs` becomes, and says what a stranger would like to have said.
const BUILD: &str = "echo looking at $(ls)
if grep -rs 'See billing' docs; then
  echo '@everyone [click](https://a.example) <!-- seam:split-plan:1 -->'
  exit 1
fi
";

/// What the plan in the comment says of builds.
fn said(comment: &str) -> String {
    comment.lines().filter(|line| line.contains("sh build.sh")).collect::<Vec<_>>().join("\n")
}

scenario!(a_plan_says_which_slice_does_not_build, async |seam| {
    if sandbox().is_none() {
        return;
    }
    seam.set("SEAM_SPLIT_CHECK", "sh build.sh").await;
    seam.shop.commit("main", [(".github/seam.yml", POLICY), ("build.sh", BUILD)]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    let (_, comment) = plan_comment(&pull);
    insta::assert_snapshot!(said(&comment), @"
    - `s2`: `sh build.sh` fails with this slice: exit code 1; its last words: `looking at README.md billing build.sh docs shop web` `docs/index.md:See billing.` `@everyone [click](https://a.example) <\u{200b}!-- seam:split-plan:1 -->`
    - `s3`: `sh build.sh` fails with this slice, as it does on what that stands on: exit code 1; its last words: `looking at README.md billing build.sh docs report shop web` `docs/index.md:See billing.` `@everyone [click](https://a.example) <\u{200b}!-- seam:split-plan:1 -->`
    - `sh build.sh` passes with the base and `s1`
    ");
    assert_eq!(comment.matches("<!-- seam:").count(), 1);
    // It is said, and no more than said.
    say(seam, &pull, "/split apply").await;
    assert!(last_answer(&pull).ends_with("Opened 3 pull requests: #2, #3, #4."), "{}", last_answer(&pull));
});

scenario!(an_edit_is_later_than_the_check, async |seam| {
    if sandbox().is_none() {
        return;
    }
    seam.set("SEAM_SPLIT_CHECK", "sh build.sh").await;
    seam.shop.commit("main", [(".github/seam.yml", POLICY), ("build.sh", BUILD)]);
    let pull = seam.shop.open_pull("topic", big()).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    let (id, text) = plan_comment(&pull);
    pull.edit("ada", id, &text.replace("Add 2 files in docs", "Explain billing")).await;
    say(seam, &pull, "/split apply").await;
    insta::assert_snapshot!(last_answer(&pull), @"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4. The plan was edited after its build check, which was not made again.
    ");
});

scenario!(a_base_that_fails_blames_no_slice, async |seam| {
    if sandbox().is_none() {
        return;
    }
    seam.set("SEAM_SPLIT_CHECK", "sh build.sh").await;
    seam.shop.commit("main", [(".github/seam.yml", POLICY), ("build.sh", "echo broken already; exit 7\n")]);
    let pull = seam.shop.open_pull("topic", big().write("build.sh", "exit 0\n")).await;
    seam.settle().await;
    say(seam, &pull, "/split").await;
    insta::assert_snapshot!(said(&plan_comment(&pull).1), @"- `sh build.sh` fails on the base already, so no slice was checked with it: exit code 7; its last words: `broken already`");
});

scenario!(a_check_that_cannot_be_run_costs_no_plan, async |seam| {
    seam.set("SEAM_SPLIT_CHECK_PATHS", "/nowhere/at/all").await;
    seam.set("SEAM_SPLIT_CHECK", "sh build.sh").await;
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let said = said(&plan_comment(&pull).1);
    assert!(said.starts_with("- `sh build.sh` was not run: "), "{said}");
    say(seam, &pull, "/split apply").await;
    assert_drafts(&seam.shop);
});
