//! What a person sees while Seam works on their command, and when it cannot even hear it.

use std::time::Duration;

use seam::workflow::worker::{Settings, Workers};

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

/// Somebody asks for what takes long; what they read meanwhile, and in the end.
async fn meanwhile(seam: &mut Seam, pull: &Pull, asked: i64) -> String {
    // Whoever hears the command reads the policy first.
    seam.github.fail_next(POLICY, Fault::Slow(Duration::ZERO), 1);
    seam.github.fail_next(POLICY, Fault::Slow(Duration::from_secs(1)), 1);
    let settings = Settings { progress: Duration::from_millis(100), ..Settings::default() };
    let workers = Workers::new(seam.workers().engine().clone(), settings, Vec::new());
    let working = tokio::spawn(async move { workers.run_until_idle().await });
    let told = async {
        while said(pull).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        said(pull).join("\n")
    };
    let told = tokio::time::timeout(Duration::from_secs(60), told).await.expect("Seam says what it is at");
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
