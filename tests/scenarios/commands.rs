//! Commands in comments: who is heard, in which order, and what they are told.

use std::time::Duration;

use super::{DEBUGGER, EVAL};
use crate::{
    fake_github::{
        acts::pull::Pull,
        faults::Fault,
        git_repository::Commit,
        model::accounts::{AccountKind, Role},
    },
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

const EYES: &str = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
const SAY: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const POLICY: &str = "GET /repos/{owner}/{repo}/contents/{path}";

/// Seam's reactions to a comment, and what it said in the conversation since: the first lines of each.
fn told(pull: &Pull, comment: i64) -> String {
    let now = pull.conversation();
    let after = now.iter().skip_while(|one| one.id != comment).skip(1);
    let own = after.filter(|one| one.author == "seam[bot]").map(|one| {
        let lines: Vec<_> = one.body.lines().filter(|line| !line.is_empty()).take(2).collect();
        format!("{}\n", lines.join("\n"))
    });
    format!("{}\n{}", pull.reactions(comment).join(" "), own.collect::<String>())
}

async fn pull_without_problems(seam: &Seam) -> Pull {
    let pull = seam.shop.open_pull("hours", [("docs/hours.md", "From nine to five.\n")]).await;
    seam.settle().await;
    pull
}

scenario!(help_lists_what_a_person_may_use, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("ada", "What can I do here?\n\n/seam help").await;
    seam.settle().await;
    insta::assert_snapshot!(pull.reactions(asked).join(" "), @"eyes rocket");
    let answer = pull.conversation().pop().unwrap();
    insta::assert_snapshot!(answer.body, @r"
    > `/help`

    | | |
    |--|--|
    | `/ask QUESTION` | Answers a question about the change; in a thread, about those lines. |
    | `/config` | Shows the settings that hold here, where each comes from, and what is wrong with them. |
    | `/describe` | Describes the pull request: summary, file by file, labels, risk and effort. |
    | `/describe apply` | Writes the description below what the author wrote, sets labels that exist, and a title where there is none to speak of. |
    | `/explain [RULE]` | In the thread of a finding, or with the name of a rule: what is wrong, why it matters and how to fix it. |
    | `/fix` | In the thread of a finding: commits its suggestion to the branch. |
    | `/fix all` | Commits the suggestions of all open threads to the branch, as one commit. |
    | `/help` | Lists the commands that you may use here. |
    | `/ignore [REASON]` | In the thread of a finding: dismisses it for good, in the whole repository. |
    | `/ignore rule [RULE [FOLDER...]]` | Opens a pull request that switches a rule, or that of this thread, off in the repository or in some folders. |
    | `/improve` | Shows every suggestion that can be committed with a click. |
    | `/pause` | Stops reviews that nobody asks for on this pull request, until `/resume`. |
    | `/rerun` | Runs again what failed last on this pull request. |
    | `/resolve` | Resolves all threads of Seam's: what they say is dismissed. |
    | `/resume` | Ends a pause: pushes are reviewed again. `/review` asks for a review now. |
    | `/review` | Reviews what is new since the last review. |
    | `/review full` | Reviews everything again; nothing is said twice. |
    | `/split [--strategy STRATEGY] [--granularity GRANULARITY] [--max-files MAX-FILES]` | Plans how this pull request is cut into smaller ones, and shows the plan to be edited. |
    | `/split plan [--strategy STRATEGY] [--granularity GRANULARITY] [--max-files MAX-FILES]` | The same. |
    | `/split apply` | Opens the slices of the plan, as its comment then stands, as draft pull requests. |
    | `/split restack` | Rebuilds the open slices on the base branch as it is now. |
    | `/split abandon` | Closes the slices that Seam opened and deletes their branches. |
    | `/why [PATH[:LINE]]` | Says why this, or one file or line of it, was reviewed or was not: cause, settings, files, limits, what was left out. |

    `/seam NAME` and `@seam NAME` do the same.

    <!-- seam:answer:conversation:1019:help:e3b0c44298fc1c14@8 -->
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    help issue_comment.created succeeded
    answer issue_comment.created succeeded
    ");
});

scenario!(who_may_not_is_told_so, async |seam| {
    seam.shop.set_role("hal", Role::Triage);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let asked = pull.comment("hal", "/rerun").await;
    let in_thread = pull.reply("hal", 0, "/rerun").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    -1
    > `/rerun`
    `/rerun` needs write permission on this repository; you have read permission.
    ");
    insta::assert_snapshot!(pull.shown().split("shop/cart.py:6\n").nth(1).unwrap(), @r"
      seam[bot]:
        **Error:** `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

        <sub>`py/eval-nonliteral` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>
      hal:
        /rerun
        [-1 by seam[bot]]
      seam[bot]:
        `/rerun` needs write permission on this repository; you have read permission.

    hal wrote
      /rerun
      [-1 by seam[bot]]

    seam[bot] wrote
      > `/rerun`

      `/rerun` needs write permission on this repository; you have read permission.
    ");
    assert_eq!(pull.reactions(in_thread), ["-1"]);
});

scenario!(what_is_not_understood_is_answered_where_seam_was_addressed, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("ada", "/seam halp\n@seam help me\n/seam rerun please\n/deploy\n/help me").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    confused
    > `/halp`
    There is no command `/halp` here; did you mean `/help`?
    > `/help me`
    `/help` does not know `me`; it is used as `/help`.
    > `/rerun please`
    `/rerun` does not know `please`; it is used as `/rerun`.
    ");
});

scenario!(commands_in_quotes_and_code_and_by_bots_are_left_alone, async |seam| {
    seam.github.world().add_account("robot[bot]", AccountKind::Bot);
    let pull = pull_without_problems(seam).await;
    for (login, body) in
        [("ada", "> /help"), ("ada", "```\n/help\n```"), ("ada", "use `/help`"), ("robot[bot]", "/help")]
    {
        let comment = pull.comment(login, body).await;
        seam.settle().await;
        assert_eq!(told(&pull, comment), "\n", "{body}");
    }
});

scenario!(several_commands_run_one_after_the_other, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("grace", "/config\nand then\n/help").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    eyes rocket
    > `/config`
    ```yaml
    > `/help`
    | | |
    ");
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    config issue_comment.created succeeded
    answer issue_comment.created succeeded
    help issue_comment.created succeeded
    answer issue_comment.created succeeded
    ");
});

scenario!(an_edit_runs_what_it_adds_once, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("ada", "/help").await;
    seam.settle().await;
    pull.edit("ada", asked, "/help\n/config").await;
    seam.settle().await;
    pull.edit("ada", asked, "/config\n/help").await;
    pull.edit("ada", asked, "never mind").await;
    pull.edit("ada", asked, "/help").await;
    seam.settle().await;
    seam.github.repeat_webhooks().await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    eyes rocket
    > `/help`
    | | |
    > `/config`
    ```yaml
    ");
});

scenario!(a_question_in_a_thread_is_about_its_lines_whoever_began_it, async |seam| {
    let pull = seam.shop.new_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).draft().open().await;
    seam.settle().await;
    pull.comment_on_line("grace", "shop/cart.py", 6, "Where do formulas come from?");
    pull.comment_on_line("grace", "shop/cart.py", 5, "And what is a price?");
    let mut told = String::new();
    for place in [0, 1] {
        pull.reply("ada", place, "/ask Is page.js safe?").await;
        seam.settle().await;
        let answer = pull.now().review_comments.pop().unwrap().body;
        let lines: Vec<_> =
            answer.lines().filter(|line| !line.is_empty() && !line.starts_with("<!--")).skip(1).collect();
        told.push_str(&format!("{}\n\n", lines.join("\n")));
    }
    insta::assert_snapshot!(told, @r"
    `shop/cart.py` was modified.
    **Found there:**
    - Error in `shop/cart.py:6`: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

    `shop/cart.py` was modified.
    Nothing was found on these lines.
    ");
});

scenario!(an_edited_review_and_an_edited_reply_run_what_they_add, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let (review, reply) = (pull.review("ada", "Hello.").await, pull.reply("ada", 0, "Hello.").await);
    for id in [review, reply] {
        pull.edit("ada", id, "Hello.\n/seam explain py/eval-nonliteral").await;
        pull.edit("ada", id, "Hello, hello.\n/seam explain  py/eval-nonliteral").await;
    }
    seam.settle().await;
    assert_eq!(
        (pull.reactions(review), pull.reactions(reply)),
        (vec!["eyes".into(), "rocket".into()], vec!["eyes".into(), "rocket".into()])
    );
    assert_eq!((pull.conversation().len(), pull.now().review_comments.len()), (1, 3), "{}", pull.shown());
});

scenario!(who_edits_a_comment_asks_for_what_they_add, async |seam| {
    seam.shop.set_role("hal", Role::Read);
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("hal", "/rerun").await;
    seam.settle().await;
    pull.edit("grace", asked, "/rerun now?").await;
    pull.edit("grace", asked, "/rerun\n(Hal may not.)").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    -1 eyes confused
    > `/rerun`
    `/rerun` needs write permission on this repository; you have read permission.
    > `/rerun`
    Nothing has failed on this pull request.
    ");
});

scenario!(a_deleted_comment_asks_for_nothing_more, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("ada", "/help").await;
    pull.delete_comment("ada", asked).await;
    seam.settle().await;
    assert_eq!(pull.conversation().len(), 0);
    insta::assert_snapshot!(seam.log().await, @r"
    review push skipped: pull request #1 shows this branch and is reviewed itself
    review pull_request.opened succeeded
    conversation issue_comment.created succeeded
    commands issue_comment.created succeeded
    answer issue_comment.created skipped: the comment was heard
    conversation issue_comment.deleted succeeded
    commands issue_comment.deleted skipped: the comment was deleted; 2 of its executions were waiting
    help issue_comment.created cancelled: its comment was deleted
    answer issue_comment.created cancelled: its comment was deleted
    ");
});

scenario!(a_review_body_is_answered_in_the_conversation, async |seam| {
    let pull = pull_without_problems(seam).await;
    let review = pull.review("grace", "Thanks.\n/help").await;
    seam.settle().await;
    assert_eq!(pull.reactions(review), ["eyes", "rocket"]);
    assert_eq!(pull.conversation().len(), 1);
});

scenario!(bots_are_heard_where_the_policy_names_them, async |seam| {
    seam.github.world().add_account("robot[bot]", AccountKind::Bot);
    let policy = "commands: { bare: false, bots: { \"robot[bot]\": write }, allow: { config: admin } }\n";
    seam.shop.commit("main", [(".github/seam.yml", policy)]);
    let pull = pull_without_problems(seam).await;
    let mut all = String::new();
    for (login, body) in
        [("robot[bot]", "/seam rerun"), ("robot[bot]", "/seam foo"), ("ada", "/help"), ("ada", "/seam config")]
    {
        let comment = pull.comment(login, body).await;
        seam.settle().await;
        all.push_str(&format!("{login} {body}: {}", told(&pull, comment)));
    }
    insta::assert_snapshot!(all, @r"
    robot[bot] /seam rerun: eyes confused
    > `/rerun`
    Nothing has failed on this pull request.
    robot[bot] /seam foo: 
    ada /help: 
    ada /seam config: -1
    > `/config`
    `/config` needs admin permission on this repository; you have write permission.
    ");
});

scenario!(what_failed_is_said_and_can_be_run_again, async |seam| {
    let pull = pull_without_problems(seam).await;
    let asked = pull.comment("ada", "/config").await;
    // Whoever hears the command reads the policy; then three tries of the command itself, of four calls each, fail.
    seam.github.fail_next(POLICY, Fault::Slow(Duration::ZERO), 1);
    seam.github.fail_next(POLICY, Fault::Status(500), 12);
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    eyes confused
    > `/config`
    `/config` failed: answer: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries).
    ");
    let again = pull.comment("ada", "/rerun").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, again), @r"
    eyes rocket
    > `/rerun`
    [Execution 7](http://localhost:8080/executions/7) (`config`) is in line again. It had failed: answer: GitHub answered 500 at GET /repos/{owner}/{repo}/contents/{path} (given up after 3 tries)
    > `/config`
    ```yaml
    ");
    assert_eq!(pull.reactions(asked), ["eyes", "confused", "rocket"]);
});

/// A comment with two commands, while Seam is killed at the first call of this name: all is told once.
async fn survive(seam: &mut Seam, call: &str, fault: Fault) {
    let pull = pull_without_problems(seam).await;
    seam.github.fail_next(call, fault.clone(), 1);
    let asked = pull.comment("ada", "/help\n/seam hepl").await;
    seam.work_until_killed(call, 1).await;
    seam.settle().await;
    let shown = told(&pull, asked);
    let said = shown.matches("> `/help").count() == 1 && shown.matches("There is no command `/hepl`").count() == 1;
    assert!(said && pull.conversation().len() == 3, "killed at {call}, {fault:?}:\n{shown}{}", seam.log().await);
    let mut reactions = pull.reactions(asked);
    reactions.sort();
    assert_eq!(reactions, ["confused", "eyes", "rocket"], "killed at {call}, {fault:?}");
}

scenario!(killed_before_the_command_was_acknowledged, async |seam| survive(seam, EYES, Fault::Timeout).await);
scenario!(killed_after_the_command_was_acknowledged, async |seam| survive(seam, EYES, Fault::HangAfterWork).await);
scenario!(killed_before_a_refusal_was_said, async |seam| survive(seam, SAY, Fault::Timeout).await);
scenario!(killed_after_a_refusal_was_said, async |seam| survive(seam, SAY, Fault::HangAfterWork).await);

/// A problem with a suggestion that can be committed.
const LOADS: &str = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n";
const COMMIT: &str = "POST /graphql createCommitOnBranch";

fn settings_at_head(seam: &Seam, pull: &Pull) -> String {
    let git = seam.shop.git();
    let message = git.git(&["log", "-1", "--format=%B", &pull.head()]);
    let message = message.replace(&git.git(&["rev-parse", &format!("{}^", pull.head())]), "HEAD");
    format!("{message}\n---\n{}", git.git(&["show", &format!("{}:shop/settings.py", pull.head())]))
}

scenario!(a_suggestion_is_committed_and_reviewed, async |seam| {
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS)]).await;
    seam.settle().await;
    let asked = pull.reply("ada", 0, "/fix").await;
    seam.settle().await;
    assert_eq!(pull.reactions(asked), ["eyes", "rocket"]);
    insta::assert_snapshot!(settings_at_head(seam, &pull), @r"
    Fix shop/settings.py:5 py/yaml-unsafe-load

    shop/settings.py:5 py/yaml-unsafe-load

    Asked for by ada.

    Seam-Effect: commit:thread:1024:fix:e3b0c44298fc1c14
    ---
    import yaml


    def settings(text):
        return yaml.safe_load(text)
    ");
    insta::assert_snapshot!(glance(&pull).replace(&pull.head(), "FIXED").replace(&pull.head()[..7], "FIXED"), @r#"
    check Seam: success: 1 fixed, 0 open, 0 new
    shop/settings.py:5 (outdated) py/yaml-unsafe-load, resolved by seam[bot]
      ada: /fix
      seam[bot]: Committed 1 suggestion in 1 file as FIXED.
      seam[bot]: Fixed as of FIXED.
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(nothing_is_pushed_to_a_protected_branch_or_over_others, async |seam| {
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS)]).await;
    seam.settle().await;
    let head = pull.head();
    seam.shop.protect("settings");
    let asked = pull.comment("ada", "/fix all").await;
    seam.settle().await;
    insta::assert_snapshot!(told(&pull, asked), @r"
    eyes confused
    > `/fix all`
    The branch `settings` is protected, and Seam pushes to none that is; commit the suggestions in their threads.
    ");
    assert_eq!(pull.head(), head);
});

/// Killed at the commit: it is made once.
async fn commit_once(seam: &mut Seam, fault: Fault) {
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS)]).await;
    seam.settle().await;
    let head = pull.head();
    seam.github.fail_next(COMMIT, fault, 1);
    pull.reply("ada", 0, "/fix").await;
    seam.work_until_killed(COMMIT, 1).await;
    seam.settle().await;
    let commits = seam.shop.git().list(&head, &pull.head());
    assert_eq!(commits.len(), 1, "{}", seam.log().await);
    assert!(pull.shown().contains("Committed 1 suggestion in 1 file"), "{}", pull.shown());
}

scenario!(killed_before_the_commit_was_made, async |seam| commit_once(seam, Fault::Timeout).await);
scenario!(killed_after_the_commit_was_made, async |seam| commit_once(seam, Fault::HangAfterWork).await);

/// What Seam said last in the conversation.
fn last_words(pull: &Pull) -> String {
    let body = pull.conversation().pop().unwrap().body;
    body.split("<!-- seam:").next().unwrap_or_default().trim_end().to_owned()
}

scenario!(a_description_is_told_and_written_below_what_the_author_wrote, async |seam| {
    let change = Commit::new()
        .message("Load settings\n\nFrom a file.")
        .write("shop/settings.py", LOADS)
        .write("shop/cart.py", EVAL)
        .rename("web/page.js", "web/greeting.js");
    let pull = seam.shop.open_pull("settings", change).await;
    seam.settle().await;
    pull.comment("ada", "/describe").await;
    seam.settle().await;
    insta::assert_snapshot!(last_words(&pull), @r"
    > `/describe`

    **Title:** Load settings

    **Summary**

    - Load settings

    **Risk:** high (2 errors) · **Effort:** small (9 lines to read in 3 files)

    | File | Lines | What |
    |--|--|--|
    | `shop/cart.py` | +4 −0 | modified: `price` |
    | `shop/settings.py` | +5 −0 | added: `settings` |
    | `web/greeting.js` | +0 −0 | renamed from `web/page.js` |

    <sub>Told from commits, paths and symbols; a language model would say what it is for. `/describe apply` writes it into the pull request.</sub>
    ");
    pull.comment("ada", "/describe apply").await;
    seam.settle().await;
    let first = pull.now().body.unwrap();
    pull.push([("docs/settings.md", "Settings.\n")]).await;
    pull.comment("ada", "/describe apply").await;
    seam.settle().await;
    let second = pull.now().body.unwrap();
    assert!(!first.contains("docs/settings.md") && second.contains("docs/settings.md"), "{first}\n\n{second}");
    assert_eq!(second.matches("seam:description:begin").count(), 1);
});

/// Its title, its labels, and what labels the repository has.
fn named(seam: &Seam, pull: &Pull) -> String {
    let labels = seam.github.world().repository(seam.shop.id()).labels.clone();
    let now = pull.now();
    format!("{} {:?} of {labels:?}", now.title, now.labels)
}

scenario!(an_applied_description_names_what_nobody_named, async |seam| {
    let hours =
        Commit::new().message("Say when we are open\n\nAnd when not.").write("docs/hours.md", "Nine to five.\n");
    let pull = seam.shop.new_pull("ada/opening-hours", hours).titled("Ada/opening hours").open().await;
    seam.settle().await;
    let mut told = format!("{}\n", named(seam, &pull));
    for command in ["/describe", "/describe apply"] {
        pull.comment("ada", command).await;
        seam.settle().await;
        told.push_str(&format!("{command}: {}\n", named(seam, &pull)));
    }
    // What somebody chose stays, and a label that the repository does not have is not made.
    seam.github.world().pull_mut(seam.shop.id(), pull.number()).title = "When we are open".to_owned();
    pull.force_push(Commit::new().message("Bump").write("package.json", "{}\n")).await;
    pull.remove_label("documentation").await;
    pull.comment("grace", "/describe apply").await;
    seam.settle().await;
    told.push_str(&format!("chosen: {}\n", named(seam, &pull)));
    insta::assert_snapshot!(told, @r#"
    Ada/opening hours {} of {"bug", "documentation", "enhancement"}
    /describe: Ada/opening hours {} of {"bug", "documentation", "enhancement"}
    /describe apply: Say when we are open {"documentation"} of {"bug", "documentation", "enhancement"}
    chosen: When we are open {} of {"bug", "documentation", "enhancement"}
    "#);
});

/// Killed while it writes: title, body and labels are there once, and one answer.
async fn describe_once(seam: &mut Seam, call: &str, calls: usize, fault: Fault) {
    let hours = Commit::new().message("Say when we are open").write("docs/hours.md", "Nine to five.\n");
    let pull = seam.shop.new_pull("hours", hours).titled("Hours").open().await;
    seam.settle().await;
    for _ in 1..calls {
        seam.github.fail_next(call, Fault::Slow(Duration::ZERO), 1);
    }
    seam.github.fail_next(call, fault.clone(), 1);
    let asked = pull.comment("ada", "/describe apply").await;
    seam.work_until_killed(call, calls).await;
    seam.settle().await;
    let (now, at) = (pull.now(), format!("killed at {call}, {fault:?}"));
    assert_eq!((now.title.as_str(), now.labels.len()), ("Say when we are open", 1), "{at}");
    assert_eq!(now.body.unwrap().matches("seam:description:begin").count(), 1, "{at}");
    assert_eq!(pull.reactions(asked), ["eyes", "rocket"], "{at}: {}", seam.log().await);
}

const EDIT: &str = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";
const LABEL: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";

scenario!(killed_before_the_title_was_written, async |seam| describe_once(seam, EDIT, 2, Fault::Timeout).await);
scenario!(killed_after_the_title_was_written, async |seam| describe_once(seam, EDIT, 2, Fault::HangAfterWork).await);
scenario!(killed_before_the_labels_were_set, async |seam| describe_once(seam, LABEL, 1, Fault::Timeout).await);
scenario!(killed_after_the_labels_were_set, async |seam| describe_once(seam, LABEL, 1, Fault::HangAfterWork).await);

scenario!(why_tells_how_a_review_came_about, async |seam| {
    seam.shop.commit("main", [(".github/seam.yml", "review: { max_comments: 1, paths: { exclude: ['web/**'] } }\n")]);
    let change = [("shop/cart.py", EVAL), ("shop/settings.py", LOADS), ("web/page.js", "debugger;\n")];
    let pull = seam.shop.open_pull("formulas", change).await;
    seam.settle().await;
    pull.comment("ada", "/why").await;
    seam.settle().await;
    insta::assert_snapshot!(last_words(&pull), @r#"
    > `/why`

    The last review of 72638fd, compared with 7b48fb8, was [execution 3](http://localhost:8080/executions/3), started by `pull_request.opened` by `ada`. It said: 2 errors.

    **Settings:** the defaults, but for these; `/config` shows them all.

    - `review.max_comments: 1` (repository)
    - `review.paths.exclude: ["web/**"]` (repository)

    **Limits:** at most 1 comment at once, nothing below info.

    **Findings:**

    - `shop/cart.py:6` `py/eval-nonliteral`: said in this round, open now
    - `shop/settings.py:5` `py/yaml-unsafe-load`: in the check run only: all comments of that review went to others (`review.max_comments` is 1)

    **Files:** 3 files changed: 2 reviewed, 1 skipped.

    <details><summary>1 file skipped: excluded by `web/**` in review.paths.exclude</summary>

    - `web/page.js` (modified)

    </details>

    <details><summary>2 files reviewed</summary>

    - `shop/cart.py` (modified)
    - `shop/settings.py` (added)

    </details>
    "#);
    pull.comment("ada", "/why web/page.js").await;
    seam.settle().await;
    insta::assert_snapshot!(last_words(&pull), @r"
    > `/why web/page.js`

    The last review of 72638fd, compared with 7b48fb8, was [execution 3](http://localhost:8080/executions/3), started by `pull_request.opened` by `ada`. It said: 2 errors.

    `web/page.js` (modified) was skipped: excluded by `web/**` in review.paths.exclude.
    ");
    pull.reply("ada", 0, "/why").await;
    pull.reply("ada", 0, "/explain").await;
    seam.settle().await;
    insta::assert_snapshot!(pull.shown().split("shop/cart.py:6\n").nth(1).unwrap().split("ada wrote").next().unwrap(), @r"
    seam[bot]:
      **Error:** `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here. Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

      <sub>`py/eval-nonliteral` · [CWE-95](https://cwe.mitre.org/data/definitions/95.html)</sub>
    ada:
      /why
      [eyes by seam[bot]]
      [rocket by seam[bot]]
    ada:
      /explain
      [eyes by seam[bot]]
      [rocket by seam[bot]]
    seam[bot]:
      The last review of 72638fd, compared with 7b48fb8, was [execution 3](http://localhost:8080/executions/3), started by `pull_request.opened` by `ada`. It said: 2 errors.

      `shop/cart.py` (modified) was reviewed.

      **Findings:**

      - `shop/cart.py:6` `py/eval-nonliteral`: said in this round, open now
    seam[bot]:
      **`py/eval-nonliteral`** · Error · somebody could misuse it

      At `shop/cart.py:6`: `eval` or `exec` runs a text that is not a literal: whoever can influence it runs code here.

      **How to fix it:** Where the text is only data, use `ast.literal_eval` or `json.loads`; otherwise choose from a fixed table of functions.

      **References:** <https://docs.python.org/3/library/ast.html#ast.literal_eval>, [CWE-95](https://cwe.mitre.org/data/definitions/95.html)

      <sub>Without a language model this is what the rule itself says; with one, it would be told in the words of this code.</sub>
    ");
    // One that waits has nothing to be told of.
    pull.push([("README.md", "# The shop\n")]).await;
    pull.comment("ada", "/why web/page.js").await;
    seam.settle().await;
    assert!(last_words(&pull).contains("was [execution 3]"), "{}", last_words(&pull));
});

scenario!(an_operators_workflow_is_a_command_where_the_policy_lists_it, async |seam| {
    seam.add_workflow(
        "name: preview\ndescription: Shows a preview.\non: { command: preview, role: write }\nnodes:\n  - { id: answer, type: llm, \
         prompt: hi, default: \"The preview is ready.\" }\n",
    )
    .await;
    let pull = pull_without_problems(seam).await;
    let mut all = String::new();
    for listed in [false, true] {
        if listed {
            seam.shop.push("main", [(".github/seam.yml", "workflows: [preview]\n")]).await;
            seam.settle().await;
        }
        for login in ["ada", "hal"] {
            seam.shop.set_role("hal", Role::Read);
            let asked = pull.comment(login, "/seam preview place=here").await;
            seam.settle().await;
            all.push_str(&format!("{login}: {}", told(&pull, asked)));
        }
    }
    insta::assert_snapshot!(all, @r"
    ada: confused
    > `/preview place=here`
    There is no command `/preview` here; did you mean `/review`?
    hal: confused
    > `/preview place=here`
    There is no command `/preview` here; did you mean `/review`?
    ada: eyes rocket
    > `/preview place=here`
    The preview is ready.
    hal: -1
    > `/preview place=here`
    `/preview` needs write permission on this repository; you have read permission.
    ");
});

scenario!(what_is_ignored_is_not_raised_again_anywhere, async |seam| {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    pull.reply("ada", 0, "/ignore These formulas are ours.").await;
    seam.settle().await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: success: No problems found
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
      ada: /ignore These formulas are ours.
      seam[bot]: 1 finding dismissed: not raised again in this repository. Opening the thread again takes it back.
    reviews: ["COMMENTED"], comments: 0
    "#);
    let next = seam.shop.open_pull("again", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&next), @r"
    check Seam: success: No problems found
    reviews: [], comments: 0
    ");
});

scenario!(all_threads_are_resolved_at_once, async |seam| {
    let change = [("shop/cart.py", EVAL), ("shop/settings.py", LOADS)];
    let pull = seam.shop.open_pull("formulas", change).await;
    seam.settle().await;
    pull.comment("ada", "/resolve").await;
    seam.settle().await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(format!("{}\n{}", last_words(&pull), glance(&pull)), @r#"
    > `/resolve`

    2 findings dismissed: not raised again in this repository. Opening the thread again takes it back.
    check Seam: success: No problems found
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
    shop/settings.py:5 py/yaml-unsafe-load, resolved by seam[bot]
    reviews: ["COMMENTED"], comments: 2
    "#);
});

scenario!(a_failure_in_between_changes_nothing_of_what_is_told, async |seam| {
    let change = [("shop/cart.py", EVAL), ("shop/settings.py", LOADS)];
    let pull = seam.shop.open_pull("formulas", change).await;
    seam.settle().await;
    const RESOLVE: &str = "POST /graphql resolveReviewThread";
    seam.github.fail_next(RESOLVE, Fault::Slow(Duration::ZERO), 1);
    seam.github.fail_next(RESOLVE, Fault::Status(500), 4);
    pull.comment("ada", "/resolve").await;
    seam.settle().await;
    insta::assert_snapshot!(last_words(&pull), @r"
    > `/resolve`

    2 findings dismissed: not raised again in this repository. Opening the thread again takes it back.
    ");
});

scenario!(a_thread_about_nothing_that_was_raised_is_only_resolved, async |seam| {
    let pull = seam.shop.new_pull("settings", [("shop/settings.py", LOADS)]).draft().open().await;
    seam.settle().await;
    pull.comment_on_line("grace", "shop/settings.py", 5, "Is this safe?");
    pull.ready_for_review().await;
    seam.settle().await;
    pull.comment("ada", "/improve").await;
    seam.settle().await;
    pull.reply("ada", 1, "/ignore").await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull), @r#"
    check Seam: skipped: Not reviewed: this is a draft
    check Seam: failure: 1 error
    shop/settings.py:5 ?
    shop/settings.py:5 py/yaml-unsafe-load, resolved by seam[bot]
      ada: /ignore
      seam[bot]: 1 thread resolved.
    reviews: ["COMMENTED"], comments: 2
    "#);
});

scenario!(a_full_review_also_raises_old_news_and_nothing_twice, async |seam| {
    let files = [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)];
    let pull = seam.shop.new_pull("formulas", files).draft().open().await;
    seam.settle().await;
    pull.comment_on_line("grace", "shop/cart.py", 6, "Where does the formula come from?");
    pull.ready_for_review().await;
    seam.settle().await;
    // Talked about and resolved, it is old news at the next review.
    pull.resolve_thread_as("grace", 0).await;
    let mut shown = String::new();
    for command in ["/review", "/review full", "/review full", "/review"] {
        let asked = pull.comment("ada", command).await;
        seam.settle().await;
        assert_eq!(pull.reactions(asked), ["eyes", "rocket"]);
        let glance = glance(&pull);
        let checks = glance.matches("check Seam").count();
        shown.push_str(&format!(
            "{command}\n{}",
            glance.lines().skip(checks - 1).map(|line| format!("{line}\n")).collect::<String>()
        ));
    }
    insta::assert_snapshot!(shown, @r#"
    /review
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 ?, resolved by grace
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 1
    /review full
    check Seam: failure: 0 fixed, 1 open, 1 new
    shop/cart.py:6 ?, resolved by grace
    web/page.js:2 gen/debug-leftover
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED", "COMMENTED"], comments: 2
    /review full
    check Seam: failure: 0 fixed, 2 open, 0 new
    shop/cart.py:6 ?, resolved by grace
    web/page.js:2 gen/debug-leftover
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED", "COMMENTED"], comments: 3
    /review
    check Seam: failure: 0 fixed, 2 open, 0 new
    shop/cart.py:6 ?, resolved by grace
    web/page.js:2 gen/debug-leftover
    shop/cart.py:6 py/eval-nonliteral
    reviews: ["COMMENTED", "COMMENTED"], comments: 4
    "#);
});

scenario!(a_button_commits_all_suggestions, async |seam| {
    seam.shop.set_role("hal", Role::Read);
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS), ("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    let head = pull.head();
    pull.click("hal", "fix_all").await;
    seam.settle().await;
    assert_eq!(pull.head(), head);
    pull.click("ada", "fix_all").await;
    seam.settle().await;
    insta::assert_snapshot!(settings_at_head(seam, &pull), @r"
    Fix shop/settings.py:5 py/yaml-unsafe-load

    shop/settings.py:5 py/yaml-unsafe-load

    Asked for by ada.

    Seam-Effect: commit:button@HEAD
    ---
    import yaml


    def settings(text):
        return yaml.safe_load(text)
    ");
    // Nothing is left to be committed, and the button is gone.
    let buttons: Vec<_> = pull.check_runs()[0].actions.iter().map(|action| action["label"].clone()).collect();
    assert_eq!(buttons, ["Review again"]);
});

scenario!(a_button_that_may_do_nothing_says_so, async |seam| {
    let pull = seam.shop.open_pull("settings", [("shop/settings.py", LOADS)]).await;
    seam.settle().await;
    seam.shop.protect("settings");
    pull.click("ada", "fix_all").await;
    seam.settle().await;
    insta::assert_snapshot!(last_words(&pull), @"**Fix all:** nothing was committed, because the branch `settings` is protected, and Seam pushes to none that is; commit the suggestions in their threads.");
});
