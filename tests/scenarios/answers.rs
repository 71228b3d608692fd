//! What a person sees while Seam works on their command, and when it cannot even hear it.

use std::time::Duration;

use seam::{
    domain::execution::ExecutionStatus,
    store::execution::{self, Filter},
    workflow::worker::{Settings, Workers},
};
use tokio_util::sync::CancellationToken;

use super::EVAL;
use crate::{
    fake_github::{acts::pull::Pull, faults::Fault},
    support::seam::{Seam, scenario},
};

const POLICY: &str = "GET /repos/{owner}/{repo}/contents/{path}";

/// What Seam said: in the conversation, and as replies in threads.
fn said(pull: &Pull) -> Vec<String> {
    let now = pull.now();
    let conversation = now.issue_comments.iter().map(|one| (&one.author, &one.body));
    let replies =
        now.review_comments.iter().filter(|one| one.in_reply_to.is_some()).map(|one| (&one.author, &one.body));
    let own = conversation.chain(replies).filter(|(author, _)| *author == "seam[bot]");
    own.map(|(_, body)| body.split("\n\n<!-- seam:").next().unwrap_or_default().to_owned()).collect()
}

scenario!(what_cannot_be_heard_is_said_so_and_can_be_heard_again, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    // Three tries of four calls each.
    seam.github.fail_next(POLICY, Fault::Status(500), 12);
    let asked = pull.comment("ada", "/config\n/help").await;
    seam.settle().await;
    assert_eq!(pull.reactions(asked), ["confused"]);
    insta::assert_snapshot!(said(&pull).join("\n"), @r"
    > `/config`

    What this comment asks for was not heard to the end: hear: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries).

    `/seam rerun` tries it once more. It was [execution 5](http://localhost:8080/executions/5).
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation issue_comment.created succeeded
    commands issue_comment.created failed: hear: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries)
    answer issue_comment.created succeeded
    ");
    pull.comment("ada", "/rerun").await;
    seam.settle().await;
    let told: Vec<String> = said(&pull).iter().map(|one| one.lines().take(3).collect::<Vec<_>>().join(" ")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    > `/config`  What this comment asks for was not heard to the end: hear: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries).
    > `/rerun`  [Execution 5](http://localhost:8080/executions/5) (`commands`) is in line again. It had failed: hear: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries)
    > `/config`  ```yaml
    > `/help`  | | |
    ");
    assert_eq!(pull.reactions(asked), ["confused", "eyes", "rocket"]);
});

/// Workers that say soon what they are at, and the next command is at work until it is released.
fn slow_workers(seam: &Seam, settings: Settings) -> (Workers, CancellationToken) {
    let release = CancellationToken::new();
    // Whoever hears the command reads the policy first.
    seam.github.fail_next(POLICY, Fault::Slow(Duration::ZERO), 1);
    seam.github.fail_next(POLICY, Fault::Held(release.clone()), 1);
    let settings = Settings { progress: Duration::from_millis(100), ..settings };
    (Workers::new(seam.workers().engine().clone(), settings, Vec::new()), release)
}

/// What Seam says as soon as it says something.
async fn first_said(pull: &Pull) -> String {
    let told = async {
        while said(pull).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        said(pull).join("\n")
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.expect("Seam says what it is at")
}

/// Somebody asks for what takes long; what they read meanwhile, and in the end.
async fn meanwhile(seam: &mut Seam, pull: &Pull, asked: i64) -> String {
    let (workers, release) = slow_workers(seam, Settings::default());
    let working = tokio::spawn(async move { workers.run_until_idle().await });
    let told = first_said(pull).await;
    release.cancel();
    working.await.unwrap().unwrap();
    seam.settle().await;
    assert_eq!(pull.reactions(asked), ["eyes", "rocket"]);
    format!("{told}\n---\n{}", said(pull).join("\n"))
}

scenario!(what_takes_long_is_told_in_one_comment, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let asked = pull.comment("ada", "/review").await;
    insta::assert_snapshot!(meanwhile(seam, &pull, asked).await, @r"
    > `/review`

    Working on it, for 0 seconds by now: 0 of 6 steps are done. Now: `change`.
    ---
    > `/review`

    Done.
    ");
});

scenario!(what_takes_long_in_a_thread_is_told_in_one_reply, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let asked = pull.reply("ada", 0, "/ask Where does the formula come from?").await;
    insta::assert_snapshot!(meanwhile(seam, &pull, asked).await, @r"
    Working on it, for 0 seconds by now: 0 of 3 steps are done. Now: `change`.
    ---
    A language model would answer this in words, and none is configured. What is known of the change without one:

    `shop/cart.py` was modified.

    **Found there:**

    - Error in `shop/cart.py:6`: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.
    ");
});

scenario!(a_server_that_goes_down_leaves_one_comment_to_the_next, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.comment("ada", "/review").await;
    let (workers, _) = slow_workers(seam, Settings { grace: Duration::ZERO, ..Settings::default() });
    let shutdown = CancellationToken::new();
    let asked_to_stop = shutdown.clone();
    let working = tokio::spawn(async move { workers.run(asked_to_stop).await });
    first_said(&pull).await;
    shutdown.cancel();
    working.await.unwrap();
    seam.settle().await;
    insta::assert_snapshot!(said(&pull).join("\n"), @r"
    > `/review`

    Done.
    ");
});

scenario!(what_is_cancelled_does_not_look_at_work, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.comment("ada", "/review").await;
    let (workers, _) = slow_workers(seam, Settings { heartbeat: Duration::from_millis(20), ..Settings::default() });
    let working = tokio::spawn(async move { workers.run_until_idle().await });
    first_said(&pull).await;
    let filter = Filter { status: Some(ExecutionStatus::Running), ..Filter::default() };
    let running = execution::list(seam.db(), &filter).await.unwrap();
    execution::cancel(seam.db(), running[0].id, seam.clock.now()).await.unwrap();
    working.await.unwrap().unwrap();
    seam.settle().await;
    insta::assert_snapshot!(said(&pull).join("\n"), @r"
    > `/review`

    Cancelled by a person.
    ");
});

scenario!(what_nobody_waits_for_is_not_told_of, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    seam.github.fail_next(POLICY, Fault::Slow(Duration::ZERO), 1);
    seam.github.fail_next(POLICY, Fault::Status(500), 12);
    pull.comment("ada", "/review").await;
    seam.settle().await;
    let before = said(&pull);
    let filter = Filter { status: Some(ExecutionStatus::Failed), ..Filter::default() };
    let failed = execution::list(seam.db(), &filter).await.unwrap();
    // The operator does, at a terminal.
    execution::retry(seam.db(), failed[0].id, seam.clock.now()).await.unwrap();
    seam.github.fail_next(POLICY, Fault::Slow(Duration::from_millis(500)), 1);
    let settings = Settings { progress: Duration::from_millis(1), ..Settings::default() };
    Workers::new(seam.workers().engine().clone(), settings, Vec::new()).run_until_idle().await.unwrap();
    seam.settle().await;
    assert_eq!(said(&pull), before);
});
