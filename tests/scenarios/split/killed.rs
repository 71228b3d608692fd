//! Killed at every call that writes, before and after GitHub did the work: there are exactly the planned branches and pull
//! requests, and nobody's commits are lost.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{assert_drafts, big_pull, last_answer, opened, plan_comment, say, stack};
use crate::{
    fake_github::{
        acts::pull::{Method, Pull},
        faults::Fault,
    },
    support::seam::{Seam, scenario},
};

/// A call, and which one of its name.
type Moment = (&'static str, u32);

const TREE: &str = "POST /repos/{owner}/{repo}/git/trees";
const COMMIT: &str = "POST /repos/{owner}/{repo}/git/commits";
const MOVE: &str = "POST /graphql updateRefs";
const OPEN: &str = "POST /repos/{owner}/{repo}/pulls";
const EDIT: &str = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";
const COMMENT: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";

/// The writes that open three slices.
const OPENING: [Moment; 13] = [
    (TREE, 1),
    (COMMIT, 1),
    (TREE, 2),
    (COMMIT, 2),
    (TREE, 3),
    (COMMIT, 3),
    (MOVE, 1),
    (OPEN, 1),
    (OPEN, 2),
    (OPEN, 3),
    (EDIT, 1),
    (EDIT, 2),
    (COMMENT, 1),
];
/// Those that close them again.
const ABANDONING: [Moment; 6] = [(EDIT, 1), (MOVE, 1), (EDIT, 2), (MOVE, 2), (EDIT, 3), (MOVE, 3)];
/// Those that rebuild two slices on a third.
const RESTACKING: [Moment; 5] = [(TREE, 1), (COMMIT, 1), (TREE, 2), (COMMIT, 2), (MOVE, 1)];

/// Somebody does something, and Seam is killed at a moment of what follows; then another process does the rest.
async fn killed_at<T>(seam: &mut Seam, (call, which): Moment, fault: &Fault, act: impl AsyncFnOnce() -> T) {
    if which > 1 {
        seam.github.fail_next(call, Fault::Slow(Duration::ZERO), which - 1);
    }
    seam.github.fail_next(call, fault.clone(), 1);
    act().await;
    seam.work_until_killed(call, which as usize).await;
    seam.settle().await;
}

async fn opening_and_abandoning(seam: &mut Seam, fault: &Fault) {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    for (at, moment) in OPENING.into_iter().enumerate() {
        killed_at(seam, moment, fault, async || pull.comment("ada", "/split apply").await).await;
        let now = stack(&seam.shop);
        let drafts = now.lines().filter(|line| line.contains(" draft: ")).count();
        assert_eq!((seam.shop.branches().len(), drafts), (5, 3), "killed at {moment:?}\n{now}{}", seam.log().await);
        let moment = ABANDONING[at % ABANDONING.len()];
        killed_at(seam, moment, fault, async || pull.comment("ada", "/split abandon").await).await;
        assert_eq!(seam.shop.branches(), ["main", "topic"], "killed at {moment:?}\n{}", last_answer(&pull));
        let now = stack(&seam.shop);
        assert!(!now.contains(" draft: ") && pull.now().is_open(), "killed at {moment:?}\n{now}");
        say(seam, &pull, "/split plan").await;
    }
}

scenario!(killed_before_any_call_of_opening, async |seam| opening_and_abandoning(seam, &Fault::Timeout).await);
scenario!(killed_after_any_call_of_opening, async |seam| opening_and_abandoning(seam, &Fault::HangAfterWork).await);

/// A person pushes to the lowest slice, again and again.
async fn restacking(seam: &mut Seam, fault: &Fault) {
    opened(seam).await;
    let before = stack(&seam.shop);
    let (lowest, top) = (seam.shop.pull(2), seam.shop.pull(4));
    for (at, moment) in RESTACKING.into_iter().enumerate() {
        let text = format!("RATES_BY_COUNTRY = {{'dk': {at}}}\n");
        let push = async || lowest.push([("billing/tables.py", text.as_str())]).await;
        killed_at(seam, moment, fault, push).await;
        assert_eq!(stack(&seam.shop), before, "killed at {moment:?}");
        assert!(seam.shop.git().is_ancestor(&lowest.head(), &top.head()), "killed at {moment:?}");
    }
}

scenario!(killed_before_any_call_of_restacking, async |seam| restacking(seam, &Fault::Timeout).await);
scenario!(killed_after_any_call_of_restacking, async |seam| restacking(seam, &Fault::HangAfterWork).await);

/// While Seam is dead in the middle of rebuilding a slice, somebody pushes to it.
async fn pushed_meanwhile(seam: &mut Seam, call: &'static str) {
    opened(seam).await;
    let upper = seam.shop.pull(4);
    seam.github.fail_next(call, Fault::HangAfterWork, 1);
    seam.shop.pull(2).push([("billing/tables.py", "RATES_BY_COUNTRY = {}\n")]).await;
    seam.work_until_killed(call, 1).await;
    let theirs = upper.push([("report/summary.py", "# by hand\n")]).await;
    seam.settle().await;
    let now = stack(&seam.shop);
    assert!(seam.shop.git().is_ancestor(&theirs, &upper.head()), "{now}");
    assert!(seam.shop.git().is_ancestor(&seam.shop.pull(2).head(), &upper.head()), "{now}");
}

scenario!(a_push_after_the_commit_was_made_is_kept, async |seam| pushed_meanwhile(seam, COMMIT).await);
scenario!(a_push_after_the_branches_moved_is_kept, async |seam| pushed_meanwhile(seam, MOVE).await);

// Seam is dead after GitHub made the branches, and before it knows; somebody commits to one.
scenario!(a_push_to_a_slice_that_is_being_opened_is_kept, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    seam.github.fail_next(MOVE, Fault::HangAfterWork, 1);
    pull.comment("ada", "/split apply").await;
    seam.work_until_killed(MOVE, 1).await;
    let theirs = seam.shop.push("seam/topic/2-add-2-files-in-docs", [("docs/index.md", "# By hand\n")]).await;
    seam.settle().await;
    assert_drafts(&seam.shop);
    let git = seam.shop.git();
    for number in [3, 4] {
        assert!(git.is_ancestor(&theirs, &seam.shop.pull(number).head()), "{}", stack(&seam.shop));
    }
});

/// Seam is dead after GitHub made the branches, somebody commits to one, and the next process finds it.
async fn committed_to_while_opening(seam: &mut Seam) -> Pull {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    seam.github.fail_next(MOVE, Fault::HangAfterWork, 1);
    pull.comment("ada", "/split apply").await;
    seam.work_until_killed(MOVE, 1).await;
    seam.shop.push("seam/topic/2-add-2-files-in-docs", [("docs/index.md", "# By hand\n")]).await;
    pull
}

// The slices are open, and what stands on a changed one is still to be rebuilt.
scenario!(killed_while_a_slice_follows_the_answer_is_given_all_the_same, async |seam| {
    let pull = committed_to_while_opening(seam).await;
    seam.github.fail_next(COMMIT, Fault::HangAfterWork, 1);
    seam.work_until_killed(COMMIT, 1).await;
    seam.settle().await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4.
    ");
    assert_drafts(&seam.shop);
    let (changed, upper) = (seam.shop.pull(3).head(), seam.shop.pull(4).head());
    assert!(seam.shop.git().is_ancestor(&changed, &upper), "{}", stack(&seam.shop));
});

scenario!(what_cannot_follow_is_said_with_what_was_opened, async |seam| {
    let pull = committed_to_while_opening(seam).await;
    seam.github.fail_next(COMMIT, Fault::Status(422), 1);
    seam.settle().await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split apply`

    Opened 3 pull requests: #2, #3, #4. What stands on slices that people committed to was not rebuilt: it failed, and Seam's log says why; `/split restack` tries it again.
    ");
    assert_drafts(&seam.shop);
});

// The branches are proved, and their pull requests are not there yet: no event tells of a push to one.
scenario!(a_push_before_there_is_a_pull_request_is_followed, async |seam| {
    let pull = big_pull(seam).await;
    say(seam, &pull, "/split").await;
    let release = CancellationToken::new();
    seam.github.fail_next(OPEN, Fault::Held(release.clone()), 1);
    pull.comment("ada", "/split apply").await;
    let (seam, before) = (&*seam, seam.github.arrived(OPEN));
    let push = async {
        while seam.github.arrived(OPEN) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        seam.shop.push("seam/topic/2-add-2-files-in-docs", [("docs/index.md", "# By hand\n")]).await;
        release.cancel();
    };
    let push = tokio::time::timeout(Duration::from_secs(60), push);
    tokio::join!(seam.settle(), push).1.expect("Seam opens a pull request");
    seam.settle().await;
    assert_drafts(&seam.shop);
    let (changed, upper) = (seam.shop.pull(3).head(), seam.shop.pull(4).head());
    assert!(seam.shop.git().is_ancestor(&changed, &upper), "{}", stack(&seam.shop));
});

// From the plan to the end, with something going wrong at each step.
scenario!(whatever_goes_wrong_the_slices_arrive, async |seam| {
    let pull = big_pull(seam).await;
    let comment = async |command| pull.comment("ada", command).await;
    killed_at(seam, (COMMENT, 1), &Fault::HangAfterWork, async || comment("/split").await).await;
    let (id, text) = plan_comment(&pull);
    pull.edit("ada", id, &text.replace("Add 2 files in docs", "Explain billing")).await;
    for fault in [Fault::Status(502), Fault::DropAfterWork, Fault::SecondaryLimit { retry_after: 60 }] {
        for call in [TREE, COMMIT, MOVE, OPEN, EDIT] {
            seam.github.fail_next(call, fault.clone(), 1);
        }
    }
    say(seam, &pull, "/split apply").await;
    let merge = async |pull: Pull, method| {
        pull.ready_for_review().await;
        pull.merge_by(method).await;
    };
    let lowest = seam.shop.pull(2);
    killed_at(seam, (MOVE, 1), &Fault::Timeout, async || merge(lowest, Method::Squash).await).await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Explain billing draft: seam/topic/2-add-2-files-in-docs -> main
       docs/billing.md docs/index.md
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> seam/topic/2-add-2-files-in-docs
       report/summary.py report/totals.py
    ");
    let next = seam.shop.pull(3);
    killed_at(seam, (COMMIT, 1), &Fault::HangAfterWork, async || merge(next, Method::Rebase).await).await;
    insta::assert_snapshot!(stack(&seam.shop), @r"
    #1 Pull in topic open: topic -> main
       billing/rates.py billing/tables.py docs/billing.md docs/index.md report/summary.py report/totals.py
    #2 Add RATES_BY_COUNTRY in billing merged: seam/topic/1-add-rates-by-country-in-billing -> main
    #3 Explain billing merged: seam/topic/2-add-2-files-in-docs -> main
    #4 Add billing in report draft: seam/topic/3-add-billing-in-report -> main
       report/summary.py report/totals.py
    ");
    killed_at(seam, (MOVE, 1), &Fault::HangAfterWork, async || comment("/split abandon").await).await;
    insta::assert_snapshot!(last_answer(&pull), @r"
    > `/split abandon`

    Closed #4, and deleted its branch.
    ");
});
