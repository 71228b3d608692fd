//! A command waits while the world around it changes: the repository has another name or another owner, the App may less, is
//! suspended or gone, or the person may less than a moment ago.

use chrono::TimeDelta;

use super::EVAL;
use crate::{
    fake_github::{
        acts::pull::Pull,
        faults::Fault,
        model::{accounts::Role, app::Level},
    },
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

const POLICY: &str = "GET /repos/{owner}/{repo}/contents/{path}";

async fn pull_without_problems(seam: &Seam) -> Pull {
    let pull = seam.shop.open_pull("hours", [("docs/hours.md", "From nine to five.\n")]).await;
    seam.settle().await;
    pull
}

/// Grace asks for two things. Both are heard, GitHub has a bad moment, and the first of them waits for a better one.
async fn ask_and_wait(seam: &Seam, pull: &Pull) -> i64 {
    // Whoever hears the commands reads the policy; then one try of the first command fails, of four calls.
    seam.github.fail_next(POLICY, Fault::Slow(std::time::Duration::ZERO), 1);
    seam.github.fail_next(POLICY, Fault::Status(500), 4);
    let asked = pull.comment("grace", "/config\n/resume").await;
    seam.work().await;
    assert_eq!(pull.reactions(asked), ["eyes"], "{}", seam.log().await);
    asked
}

/// On a pull request without problems a command waits, and another one is not heard yet.
struct Waiting {
    pull: Pull,
    waits: i64,
    unheard: i64,
}

impl Waiting {
    async fn begin(seam: &Seam) -> Self {
        let pull = pull_without_problems(seam).await;
        let waits = ask_and_wait(seam, &pull).await;
        let unheard = pull.comment("grace", "/help").await;
        Self { pull, waits, unheard }
    }

    /// What became of both.
    fn told(&self) -> String {
        format!("{}\n{}", told(&self.pull, self.waits), self.pull.reactions(self.unheard).join(" "))
    }
}

async fn assert_is_heard_again(seam: &Seam, pull: &Pull) {
    let again = pull.comment("grace", "/config\n/resume").await;
    seam.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(told(pull, again), @r"
        eyes rocket
        > `/config` ```yaml
        > `/resume` Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now.
        ");
    }
}

/// Reactions to a comment, and the first words of what Seam said after it in the conversation.
fn told(pull: &Pull, comment: i64) -> String {
    let now = pull.conversation();
    let after = now.iter().skip_while(|one| one.id != comment).skip(1).filter(|one| one.author == "seam[bot]");
    let words = after.map(|one| one.body.lines().filter(|line| !line.is_empty()).take(2).collect::<Vec<_>>().join(" "));
    let words = words.collect::<Vec<_>>().join("\n").replace('\u{200b}', "");
    format!("{}\n{words}", pull.reactions(comment).join(" "))
}

/// What was executed for commands.
async fn commands(seam: &Seam) -> String {
    let log = seam.log().await;
    let lines = log.lines().filter(|line| line.contains("issue_comment") && !line.starts_with("conversation"));
    lines.map(|line| format!("{line}\n")).collect()
}

scenario!(a_repository_that_was_renamed_is_found, async |seam| {
    let waiting = Waiting::begin(seam).await;
    seam.shop.rename("store").await;
    seam.settle().await;
    insta::assert_snapshot!(waiting.told(), @r"
    eyes rocket
    > `/help` | | |
    > `/config` ```yaml
    > `/resume` Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now.
    eyes rocket
    ");
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created succeeded
    answer issue_comment.created succeeded
    resume issue_comment.created succeeded
    answer issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    help issue_comment.created succeeded
    answer issue_comment.created succeeded
    ");
});

scenario!(under_another_owner_it_is_asked_for_again, async |seam| {
    let waiting = Waiting::begin(seam).await;
    seam.github.install("grace").await;
    seam.shop.transfer("grace").await;
    seam.settle().await;
    insta::assert_snapshot!(waiting.told(), @"eyes");
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created skipped: the App has no access to this repository (any more): There is at least one repository that does not exist or is not accessible to the parent installation.
    answer issue_comment.created skipped: the App has no access to this repository (any more): There is at least one repository that does not exist or is not accessible to the parent installation.
    resume issue_comment.created succeeded
    answer issue_comment.created skipped: the App has no access to this repository (any more): There is at least one repository that does not exist or is not accessible to the parent installation.
    commands issue_comment.created skipped: it is not there any more, or out of this installation's reach
    answer issue_comment.created skipped: the comment was heard
    ");
    // What people did before is known under the new owner, and commands work.
    assert_is_heard_again(seam, &waiting.pull).await;
});

scenario!(a_suspended_app_leaves_it_and_hears_the_next_one, async |seam| {
    let waiting = Waiting::begin(seam).await;
    seam.github.suspend("octo").await;
    seam.settle().await;
    insta::assert_snapshot!(waiting.told(), @"eyes");
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created skipped: the installation is suspended
    answer issue_comment.created skipped: the installation is suspended
    resume issue_comment.created succeeded
    answer issue_comment.created skipped: the installation is suspended
    commands issue_comment.created skipped: the installation is suspended
    answer issue_comment.created skipped: the comment was heard
    ");
    seam.github.unsuspend("octo").await;
    assert_is_heard_again(seam, &waiting.pull).await;
});

scenario!(a_removed_app_leaves_it_and_hears_the_next_one_when_it_is_back, async |seam| {
    let waiting = Waiting::begin(seam).await;
    seam.github.uninstall("octo").await;
    seam.settle().await;
    insta::assert_snapshot!(waiting.told(), @"eyes");
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created skipped: the App has no access to this repository (any more): the App is not installed
    answer issue_comment.created skipped: the App has no access to this repository (any more): the App is not installed
    resume issue_comment.created succeeded
    answer issue_comment.created skipped: the App has no access to this repository (any more): the App is not installed
    commands issue_comment.created skipped: the App has no access to this repository (any more): the App is not installed
    answer issue_comment.created skipped: the comment was heard
    ");
    seam.github.install("octo").await;
    assert_is_heard_again(seam, &waiting.pull).await;
});

scenario!(an_app_that_may_not_speak_any_more_does_what_it_may, async |seam| {
    let waiting = Waiting::begin(seam).await;
    seam.github.permit("octo", "pull_requests", Some(Level::Read));
    seam.clock.advance(TimeDelta::hours(1));
    seam.settle().await;
    insta::assert_snapshot!(waiting.told(), @"eyes");
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created succeeded
    answer issue_comment.created failed: tell: not permitted at POST /repos/{owner}/{repo}/issues/{issue_number}/comments: Resource not accessible by integration (needs issues=write; pull_requests=write)
    resume issue_comment.created succeeded
    answer issue_comment.created failed: tell: not permitted at POST /repos/{owner}/{repo}/issues/{issue_number}/comments: Resource not accessible by integration (needs issues=write; pull_requests=write)
    commands issue_comment.created failed: hear: not permitted at POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions: Resource not accessible by integration (needs issues=write; pull_requests=write)
    answer issue_comment.created failed: tell: not permitted at POST /repos/{owner}/{repo}/issues/{issue_number}/comments: Resource not accessible by integration (needs issues=write; pull_requests=write)
    ");
    seam.github.permit("octo", "pull_requests", Some(Level::Write));
    seam.clock.advance(TimeDelta::hours(1));
    let again = waiting.pull.comment("grace", "/resume").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&waiting.pull, again), @r"
    eyes rocket
    > `/resume` Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now.
    ");
});

scenario!(who_may_less_than_a_moment_ago_is_refused, async |seam| {
    let pull = pull_without_problems(seam).await;
    let mut all = String::new();
    for role in [Role::Write, Role::Read, Role::Admin, Role::Triage] {
        seam.shop.set_role("hal", role);
        // The role is what it is when Seam hears of it, not what it was when the comment was written.
        let (one, other) = (pull.comment("hal", "/pause").await, pull.review("hal", "/resume").await);
        seam.settle().await;
        all.push_str(&format!("{role:?}: {} | {}\n", pull.reactions(one).join(" "), pull.reactions(other).join(" ")));
    }
    let unheard = pull.comment("hal", "/pause").await;
    seam.shop.set_role("hal", Role::Write);
    seam.settle().await;
    all.push_str(&format!("write, since it was asked for: {}\n", pull.reactions(unheard).join(" ")));
    let unheard = pull.comment("hal", "/pause").await;
    seam.github.world().repository_mut(seam.shop.id()).collaborators.remove("hal");
    seam.settle().await;
    all.push_str(&format!("nobody any more: {}\n", pull.reactions(unheard).join(" ")));
    insta::assert_snapshot!(all, @r"
    Write: eyes rocket | eyes rocket
    Read: -1 | -1
    Admin: eyes rocket | eyes rocket
    Triage: -1 | -1
    write, since it was asked for: eyes rocket
    nobody any more: -1
    ");
});

scenario!(on_a_pull_request_that_was_closed_and_reopened_it_is_done, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let waits = ask_and_wait(seam, &pull).await;
    let unheard = pull.comment("grace", "/review full").await;
    pull.close().await;
    seam.settle().await;
    let mut all = format!("closed: {}\n{}\n", told(&pull, waits), pull.reactions(unheard).join(" "));
    pull.reopen().await;
    let again = pull.comment("grace", "/review full\n/why").await;
    seam.settle().await;
    all.push_str(&format!("reopened: {}\n{}", pull.reactions(again).join(" "), glance(&pull)));
    insta::assert_snapshot!(all, @r#"
    closed: eyes rocket
    > `/review full` Pull request #1 is closed.
    > `/config` ```yaml
    > `/resume` Pushes to this pull request are reviewed again. `/review` asks for a review of what is there now.
    eyes confused
    reopened: eyes rocket
    check Seam: failure: 1 error
    check Seam: failure: 0 fixed, 1 open, 0 new
    check Seam: failure: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED"], comments: 7
    "#);
    insta::assert_snapshot!(commands(seam).await, @r"
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created succeeded
    answer issue_comment.created succeeded
    resume issue_comment.created succeeded
    answer issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    review issue_comment.created skipped: pull request #1 is closed
    answer issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    review issue_comment.created succeeded
    answer issue_comment.created succeeded
    why issue_comment.created succeeded
    answer issue_comment.created succeeded
    ");
});
