//! `/ignore rule`: a rule is switched off by a pull request that changes the settings.

use super::{DEBUGGER, EVAL};
use crate::{
    fake_github::{
        acts::{pull::Pull, repo::Repo},
        faults::Fault,
        git_repository::Commit,
        model::{accounts::Role, app::Level},
    },
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

const BLOB: &str = "POST /repos/{owner}/{repo}/git/blobs";
const COMMIT: &str = "POST /repos/{owner}/{repo}/git/commits";
const BRANCH: &str = "POST /graphql updateRefs";
const OPEN: &str = "POST /repos/{owner}/{repo}/pulls";

async fn pull_with_problems(seam: &Seam) -> Pull {
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    pull
}

/// Somebody asks in the conversation; gives Seam's reactions and its answer.
async fn ask(seam: &Seam, pull: &Pull, command: &str) -> String {
    let asked = pull.comment("ada", command).await;
    seam.settle().await;
    let answer = pull.conversation().pop().unwrap().body;
    let answer = answer.split("<!-- seam:").next().unwrap().split_once("\n\n").unwrap().1.trim_end().to_owned();
    let answer = answer.replace(seam.github.web_url(), "https://github.test");
    format!("{}: {answer}", pull.reactions(asked).join(" "))
}

/// What a pull request does to files, as `git diff` shows it below the names of files.
fn diff(shop: &Repo, pull: &Pull) -> String {
    let git = shop.git();
    let base = git.merge_base(&shop.branch("main"), &pull.head()).unwrap();
    let text = git.git(&["diff", "-U1", &base, &pull.head()]);
    let kept = text.lines().filter(|line| !["diff ", "index ", "--- ", "new "].iter().any(|no| line.starts_with(no)));
    kept.map(|line| format!("{}\n", line.split(" @@").next().unwrap())).collect()
}

scenario!(a_rule_is_switched_off_by_a_pull_request, async |seam| {
    let policy =
        "# Ours.\nrules:\n  disable:\n    # noisy\n    - gen/skipped-test\n\nreview: { max_comments: 5 } # few\n";
    seam.shop.commit("main", [(".github/seam.yml", policy)]);
    let pull = pull_with_problems(seam).await;
    insta::assert_snapshot!(ask(seam, &pull, "/ignore rule py/eval-nonliteral").await, @"eyes rocket: #2 proposes it: `py/eval-nonliteral` is raised as before until that is merged.");
    let proposal = seam.shop.pull(2);
    insta::assert_snapshot!(proposal.now().body.unwrap(), @r"
    Merged, this has Seam raise `py/eval-nonliteral` no more. What is raised already is settled with the next push.

    Asked for by ada in #1.

    <!-- seam:ignore-pull:conversation:1025:ignore:8aff4f750112cdef -->
    ");
    insta::assert_snapshot!(format!("{}{}", proposal.shown(), diff(&seam.shop, &proposal)), @r"
    #2 Switch off `py/eval-nonliteral` (open)
    +++ b/.github/seam.yml
    @@ -5,2 +5,3
         - gen/skipped-test
    +    - py/eval-nonliteral
    ");
    insta::assert_snapshot!(seam.shop.git().git(&["log", "-1", "--format=%B", &proposal.head()]), @r"
    Switch off py/eval-nonliteral

    Asked for by ada in #1.
    ");
    proposal.merge().await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&pull.head()[..7], "HEAD"), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: No longer asked for by this repository's settings, as of HEAD.
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 2
    "#);
});

scenario!(a_rule_is_switched_off_in_folders, async |seam| {
    seam.shop.commit("main", [("web/.seam.yml", "instructions: [\"Be brief.\"]\n")]);
    let pull = pull_with_problems(seam).await;
    pull.reply("ada", 0, "/ignore rule py/eval-nonliteral ./shop/ web/**").await;
    seam.settle().await;
    let proposal = seam.shop.pull(2);
    insta::assert_snapshot!(format!("{}{}", proposal.shown(), diff(&seam.shop, &proposal)), @r#"
    #2 Switch off `py/eval-nonliteral` in `shop` and `web` (open)
    +++ b/.github/seam.yml
    @@ -0,0 +1,4
    +folders:
    +  shop:
    +    rules:
    +      disable: [py/eval-nonliteral]
    +++ b/web/.seam.yml
    @@ -1 +1,3
     instructions: ["Be brief."]
    +rules:
    +  disable: [py/eval-nonliteral]
    "#);
    proposal.merge().await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    insta::assert_snapshot!(glance(&pull).replace(&pull.head()[..7], "HEAD"), @r#"
    check Seam: neutral: 0 fixed, 1 open, 0 new
    shop/cart.py:6 py/eval-nonliteral, resolved by seam[bot]
      ada: /ignore rule py/eval-nonliteral ./shop/ web/**
      seam[bot]: #2 proposes it: `py/eval-nonliteral` is raised as before until that is merged.
      seam[bot]: No longer asked for by this repository's settings, as of HEAD.
    web/page.js:2 gen/debug-leftover
    reviews: ["COMMENTED"], comments: 0
    "#);
});

scenario!(what_the_organisation_switches_off_stays_off, async |seam| {
    seam.github.repository("octo/.github", [(".github/seam.yml", "rules: { disable: [gen/debug-leftover] }\n")]);
    let pull = pull_with_problems(seam).await;
    ask(seam, &pull, "/ignore rule py/eval-nonliteral").await;
    insta::assert_snapshot!(diff(&seam.shop, &seam.shop.pull(2)), @r"
    +++ b/.github/seam.yml
    @@ -0,0 +1,2
    +rules:
    +  disable: [gen/debug-leftover, py/eval-nonliteral]
    ");
});

scenario!(what_cannot_be_proposed_is_said_in_a_sentence, async |seam| {
    let pull = pull_with_problems(seam).await;
    let mut told = String::new();
    for command in [
        "/ignore rule py/eval-nonlitteral",
        "/ignore rule all",
        "/ignore rule",
        "/ignore rule py/eval-nonliteral shop/cart.py",
        "/ignore rule py/eval-nonliteral shpo",
        "/ignore rule py/eval-nonliteral ../.. shop",
        "/ignore rule py/eval-nonliteral shop/*.py",
        "/ignore rule py/eval-nonliteral a b c d e f g h i j k",
    ] {
        told.push_str(&format!("{command}\n  {}\n", ask(seam, &pull, command).await));
    }
    for (file, command) in [
        ("rules: [", "/ignore rule py/eval-nonliteral"),
        ("rulez: {}\n", "/ignore rule py/eval-nonliteral"),
        ("rules: { disable: [py/eval-nonliteral] }\n", "/ignore rule py/eval-nonliteral"),
        ("rules: { disable: [\"py/*\"] }\n", "/ignore rule py/eval-nonliteral shop"),
        ("folders: { shop: { rules: { disable: [py/eval-nonliteral] } } }\n", "/ignore rule py/eval-nonliteral shop/"),
        (
            "folders: { shop: &a { rules: { disable: [gen/skipped-test] } }, web: *a }\n",
            "/ignore rule py/eval-nonliteral web",
        ),
    ] {
        seam.shop.commit("main", [(".github/seam.yml", file)]);
        told.push_str(&format!("{}\n  {}\n", file.trim_end(), ask(seam, &pull, command).await));
    }
    insta::assert_snapshot!(told, @r#"
    /ignore rule py/eval-nonlitteral
      eyes confused: There is no rule `py/eval-nonlitteral`; did you mean `py/eval-nonliteral`?
    /ignore rule all
      eyes confused: There is no rule `all`.
    /ignore rule
      eyes confused: `/ignore rule` names a rule, or is used in the thread of a finding of Seam's.
    /ignore rule py/eval-nonliteral shop/cart.py
      eyes confused: `shop/cart.py` is a file, and rules are switched off for whole folders.
    /ignore rule py/eval-nonliteral shpo
      eyes confused: There is no folder `shpo`, and rules are switched off for whole folders.
    /ignore rule py/eval-nonliteral ../.. shop
      eyes confused: There is no folder `../..`, and rules are switched off for whole folders.
    /ignore rule py/eval-nonliteral shop/*.py
      eyes confused: There is no folder `shop/*.py`, and rules are switched off for whole folders.
    /ignore rule py/eval-nonliteral a b c d e f g h i j k
      eyes confused: A rule is switched off in at most 10 folders at once.
    rules: [
      eyes confused: `.github/seam.yml` has to be changed by hand: line 1: it is no valid YAML: unclosed bracket '['.
    rulez: {}
      eyes confused: `.github/seam.yml` has to be changed by hand: line 1: `rulez` is no setting; did you mean `rules`?
    rules: { disable: [py/eval-nonliteral] }
      eyes confused: `py/eval-nonliteral` is switched off there already.
    rules: { disable: ["py/*"] }
      eyes confused: `py/eval-nonliteral` is switched off there already.
    folders: { shop: { rules: { disable: [py/eval-nonliteral] } } }
      eyes confused: `py/eval-nonliteral` is switched off there already.
    folders: { shop: &a { rules: { disable: [gen/skipped-test] } }, web: *a }
      eyes confused: `.github/seam.yml` has to be changed by hand: it is written in a way that only a person should change.
    "#);
    assert_eq!((seam.shop.branches(), seam.shop.count_pulls()), (vec!["formulas".to_owned(), "main".to_owned()], 1));
});

scenario!(what_others_do_not_allow_is_said_in_a_sentence, async |seam| {
    seam.github.repository("octo/.github", [(".github/seam.yml", "locked: [rules]\n")]);
    let pull = pull_with_problems(seam).await;
    let mut told = format!("locked\n  {}\n", ask(seam, &pull, "/ignore rule py/eval-nonliteral").await);
    told.push_str(&format!("locked, a folder\n  {}\n", ask(seam, &pull, "/ignore rule py/eval-nonliteral shop").await));
    insta::assert_snapshot!(told, @r"
    locked
      eyes confused: `rules.disable` is locked by the organisation, whose file alone can change it.
    locked, a folder
      eyes confused: `rules.disable` is locked by the organisation, whose file alone can change it.
    ");
});

scenario!(what_github_does_not_allow_is_said_in_a_sentence, async |seam| {
    let pull = pull_with_problems(seam).await;
    seam.shop.restrict("seam/", true);
    let mut told = format!("a ruleset\n  {}\n", ask(seam, &pull, "/ignore rule py/eval-nonliteral").await);
    seam.shop.unrestrict();
    seam.github.permit("octo", "contents", Some(Level::Read));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    let lacking = ask(seam, &pull, "/seam ignore rule gen/debug-leftover").await;
    let id = seam.github.world().installations.keys().next().copied().unwrap();
    told.push_str(&format!(
        "no permission\n  {}\n",
        lacking.replace(&format!("installations/{id}"), "installations/ID")
    ));
    assert_eq!(seam.shop.count_pulls(), 1);
    // Asked again where it is allowed, it is done.
    seam.github.permit("octo", "contents", Some(Level::Write));
    seam.clock.advance(chrono::TimeDelta::hours(1));
    told.push_str(&format!("allowed\n  {}\n", ask(seam, &pull, "/ignore rule py/eval-nonliteral").await));
    insta::assert_snapshot!(told, @r"
    a ruleset
      eyes confused: GitHub does not let the App make the branch `seam/ignore/py-eval-nonliteral-981051cb`: Repository rule violations found Cannot create ref due to creations being restricted.
    no permission
      eyes confused: No pull request was opened: it lacks the permission “Contents” (write), to be granted on https://github.test/organizations/octo/settings/installations/ID.
    allowed
      eyes rocket: #2 proposes it: `py/eval-nonliteral` is raised as before until that is merged.
    ");
});

scenario!(the_same_is_not_proposed_twice_at_once, async |seam| {
    let pull = pull_with_problems(seam).await;
    let other = seam.shop.open_pull("again", [("shop/again.py", EVAL)]).await;
    seam.settle().await;
    let mut told = String::new();
    for pull in [&pull, &other] {
        told.push_str(&format!("{}\n", ask(seam, pull, "/ignore rule py/eval-nonliteral shop").await));
    }
    // Somewhere else, or after it was turned down, it is another one.
    told.push_str(&format!("{}\n", ask(seam, &other, "/ignore rule py/eval-nonliteral").await));
    seam.shop.pull(3).close().await;
    told.push_str(&format!("{}\n", ask(seam, &other, "/ignore rule py/eval-nonliteral shop").await));
    insta::assert_snapshot!(told, @r"
    eyes rocket: #3 proposes it: `py/eval-nonliteral` is raised as before until that is merged.
    eyes confused: This is proposed already, and waits to be merged: https://github.test/octo/shop/pull/3.
    eyes rocket: #4 proposes it: `py/eval-nonliteral` is raised as before until that is merged.
    eyes rocket: #5 proposes it: `py/eval-nonliteral` is raised as before until that is merged.
    ");
    insta::assert_snapshot!(seam.shop.branches().join(" "), @"again formulas main seam/ignore/py-eval-nonliteral-981051cb seam/ignore/py-eval-nonliteral-shop-5ce3e186 seam/ignore/py-eval-nonliteral-shop-5ce3e186-2");
});

scenario!(it_is_proposed_from_everywhere, async |seam| {
    seam.shop.set_role("hal", Role::Read);
    let (fork, closed) = (
        seam.shop.new_pull("fork", [("shop/cart.py", EVAL)]).by_fork_of("hal").open().await,
        seam.shop.open_pull("closed", [("shop/cart.py", EVAL)]).await,
    );
    seam.settle().await;
    closed.close().await;
    fork.reply("ada", 0, "/ignore rule py/yaml-unsafe-load").await;
    // Of this thread.
    closed.reply("ada", 0, "/seam ignore rule").await;
    closed.review("ada", "/ignore rule gen/debug-leftover").await;
    // A folder that is in the pull request alone.
    let new = seam.shop.open_pull("new", Commit::new().write("cash/desk.py", EVAL)).await;
    let edited = new.comment("ada", "Hello.").await;
    new.edit("ada", edited, "Hello.\n/ignore rule py/eval-nonliteral cash").await;
    seam.settle().await;
    let mut titles: Vec<_> = (4..=7).map(|number| seam.shop.pull(number).now().title).collect();
    titles.sort();
    insta::assert_snapshot!(titles.join("\n"), @r"
    Switch off `gen/debug-leftover`
    Switch off `py/eval-nonliteral`
    Switch off `py/eval-nonliteral` in `cash`
    Switch off `py/yaml-unsafe-load`
    ");
});

scenario!(it_is_proposed_to_the_default_branch_whatever_its_name, async |seam| {
    let pull = pull_with_problems(seam).await;
    seam.shop.push("trunk", [("README.md", "# Trunk\n")]).await;
    seam.github.world().repository_mut(seam.shop.id()).default_branch = "trunk".to_owned();
    ask(seam, &pull, "/ignore rule py/eval-nonliteral").await;
    assert_eq!(seam.shop.pull(2).now().base_ref, "trunk");
});

/// Killed at one of the calls: there is one commit, one branch, one pull request and one answer.
async fn propose_once(seam: &mut Seam, call: &str, fault: Fault) {
    let pull = pull_with_problems(seam).await;
    seam.github.fail_next(call, fault.clone(), 1);
    pull.comment("ada", "/ignore rule py/eval-nonliteral").await;
    seam.work_until_killed(call, 1).await;
    // What it stands on may move on meanwhile.
    seam.shop.commit("main", [("README.md", "# The shop\n")]);
    seam.settle().await;
    let branches = seam.shop.branches();
    assert_eq!(
        (seam.shop.count_pulls(), branches.len()),
        (2, 3),
        "{call}, {fault:?}: {branches:?}\n{}",
        seam.log().await
    );
    assert_eq!(pull.conversation().len(), 2, "{call}, {fault:?}: {}", pull.shown());
    assert!(pull.shown().contains("#2 proposes it"), "{call}, {fault:?}: {}", pull.shown());
    assert_eq!(
        diff(&seam.shop, &seam.shop.pull(2)),
        "+++ b/.github/seam.yml\n@@ -0,0 +1,2\n+rules:\n+  disable: [py/eval-nonliteral]\n"
    );
}

scenario!(killed_before_the_file_was_sent, async |seam| propose_once(seam, BLOB, Fault::Timeout).await);
scenario!(killed_after_the_commit_was_made, async |seam| propose_once(seam, COMMIT, Fault::HangAfterWork).await);
scenario!(killed_before_the_branch_was_made, async |seam| propose_once(seam, BRANCH, Fault::Timeout).await);
scenario!(killed_after_the_branch_was_made, async |seam| propose_once(seam, BRANCH, Fault::HangAfterWork).await);
scenario!(killed_before_the_pull_request_was_opened, async |seam| propose_once(seam, OPEN, Fault::Timeout).await);
scenario!(killed_after_the_pull_request_was_opened, async |seam| propose_once(seam, OPEN, Fault::HangAfterWork).await);
