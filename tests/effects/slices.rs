//! Commits, branches, pull requests and stacks: made once whatever happens, and never over what somebody else did.

use seam::{
    domain::{
        effect::{BranchMove, Effect, EffectKey, PlannedEffect, PullEdit, TreeChange, TreeContent, TreeMode},
        ids::{CommitSha, PullNumber},
    },
    effects::result::{EffectResult, MoveOutcome},
    github::permissions::Permissions,
    store::{db::Db, effect},
};

use super::{crashes::perform_and_die, desk::Desk};
use crate::{
    fake_github::{acts::repo::Repo, faults::Fault, model::app::Level},
    support::database::{on_each_database, on_sqlite},
};

const COMMIT: &str = "POST /repos/{owner}/{repo}/git/commits";
const MOVE: &str = "POST /graphql updateRefs";
const OPEN: &str = "POST /repos/{owner}/{repo}/pulls";

/// The desk with a token that may write branches.
async fn splitting(db: Db) -> Desk {
    let mut desk = Desk::new(db).await;
    desk.repository = desk.repository.with_permissions(Permissions::for_split());
    desk
}

fn planned(key: &str, effect: Effect) -> PlannedEffect {
    PlannedEffect { key: EffectKey(key.to_owned()), effect }
}

fn at(repo: &Repo, branch: &str) -> CommitSha {
    repo.branch(branch).parse().unwrap()
}

fn commit(desk: &Desk) -> PlannedEffect {
    let main = at(&desk.repo, "main");
    let new = TreeContent::New { mode: TreeMode::Regular, content: "aGVsbG8K".to_owned() };
    let blob = desk.repo.git().lookup("topic:new.py").unwrap();
    let changes = [
        ("hello.txt", new),
        ("run.py", TreeContent::Object { mode: TreeMode::Executable, id: blob }),
        ("shop.py", TreeContent::Gone),
    ];
    let changes = changes.map(|(path, becomes)| TreeChange { path: path.to_owned(), becomes }).to_vec();
    let (parents, message) = (vec![main.clone()], "Add run.py\n\nCo-authored-by: Ada <ada@example.com>".to_owned());
    planned("commit:1", Effect::MakeCommit { onto: main, changes, parents, message })
}

fn moves(moves: &[(&str, CommitSha, CommitSha)]) -> PlannedEffect {
    let one = |(branch, from, to): &(&str, CommitSha, CommitSha)| BranchMove {
        branch: (*branch).to_owned(),
        from: from.clone(),
        to: to.clone(),
    };
    planned("branches:1", Effect::MoveBranches { moves: moves.iter().map(one).collect() })
}

fn open(branch: &str, base: &str) -> PlannedEffect {
    let effect = Effect::OpenPull {
        branch: branch.to_owned(),
        base: base.to_owned(),
        title: format!("Slice {branch}"),
        body: format!("Part.\n\n<!-- seam:slice:{branch} -->"),
        draft: true,
    };
    planned(&format!("open:{branch}"), effect)
}

/// One effect of each kind, with the call that does it. The commit comes first.
async fn every_kind(desk: &Desk) -> Vec<(&'static str, PlannedEffect)> {
    desk.repo.with_stacks();
    for (branch, base) in [("one", "main"), ("two", "one"), ("three", "main"), ("four", "three")] {
        let start = desk.repo.branch(base);
        desk.repo.point(branch, &desk.repo.git().commit(&[&start], [(branch, "1\n")])).await;
    }
    let pulls: Vec<PullNumber> = {
        let mut pulls = Vec::new();
        for (branch, base) in [("one", "main"), ("two", "one"), ("three", "main"), ("four", "three")] {
            let pull = desk.repo.new_pull(branch, [(branch, "2\n")]).base(base).open().await;
            pulls.push(PullNumber(pull.number()));
        }
        pulls
    };
    desk.repository.create_stack(&pulls[2..]).await.unwrap();
    desk.repo.push("five", [("five", "1\n")]).await;
    let edit = PullEdit { title: Some("Better".to_owned()), base: Some("one".to_owned()), ..PullEdit::default() };
    let zero = CommitSha::zero();
    let (one, two) = (at(&desk.repo, "one"), at(&desk.repo, "two"));
    vec![
        (COMMIT, commit(desk)),
        (MOVE, moves(&[("new/a", zero.clone(), one), ("new/b", zero, two)])),
        (OPEN, open("five", "main")),
        (
            "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
            planned("edit:1", Effect::EditPull { pull: PullNumber(1), edit }),
        ),
        (
            "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
            planned("label:1", Effect::LabelPull { pull: PullNumber(1), labels: vec!["bug".to_owned()] }),
        ),
        ("POST /repos/{owner}/{repo}/stacks", planned("stack:1", Effect::LinkStack { pulls: pulls[..2].to_vec() })),
        (
            "POST /repos/{owner}/{repo}/stacks/{stack_number}/unstack",
            planned("unstack:4", Effect::Unstack { pull: pulls[3] }),
        ),
    ]
}

/// Branches, pull requests and stacks.
fn state(desk: &Desk) -> String {
    let world = desk.fake.world();
    let of = world.repository(desk.repo.id());
    let mut text = of.git.git(&["for-each-ref", "--format=%(refname:strip=2)", "refs/heads"]);
    for pull in of.pulls.values() {
        let (number, title, labels) = (pull.number, &pull.title, &pull.labels);
        text.push_str(&format!("\n#{number} {title}: {} -> {} {labels:?}", pull.head_ref, pull.base_ref));
    }
    for stack in of.stacks.iter().flatten() {
        text.push_str(&format!("\nstack {:?}", stack.pulls));
    }
    text
}

on_each_database!(what_was_made_is_not_made_again, async |db| {
    let desk = splitting(db).await;
    let performer = desk.performer(desk.execution().await);
    for (_, planned) in every_kind(&desk).await {
        let first = performer.perform(&planned).await.unwrap();
        let writes = desk.writes();
        assert_eq!(performer.perform(&planned).await.unwrap(), first);
        assert_eq!(desk.performer(desk.execution().await).perform(&planned).await.unwrap(), first);
        assert_eq!(desk.writes(), writes, "{}", planned.key);
    }
    insta::assert_snapshot!(state(&desk), @r#"
    five
    four
    main
    new/a
    new/b
    one
    three
    topic
    two
    #1 Better: topic -> one {"bug"}
    #2 Pull in one: one -> main {}
    #3 Pull in two: two -> one {}
    #4 Pull in three: three -> main {}
    #5 Pull in four: four -> three {}
    #6 Slice five: five -> main {}
    stack [2, 3]
    "#);
});

on_each_database!(killed_between_the_write_and_the_record, async |db| {
    let desk = splitting(db).await;
    for (call, planned) in every_kind(&desk).await {
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        perform_and_die(&desk, &planned).await;
        let (writes, before) = (desk.writes(), state(&desk));
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        assert_eq!(state(&desk), before, "{}", planned.key);
        // A commit that nothing points at cannot be found: it is made again.
        if call != COMMIT {
            assert_eq!(desk.writes(), writes, "{}", planned.key);
        }
    }
});

on_each_database!(killed_before_anything_was_made, async |db| {
    let desk = splitting(db).await;
    for (call, planned) in every_kind(&desk).await {
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        let writes = desk.writes().len();
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        assert_eq!(desk.writes()[writes..].last().map(String::as_str), Some(call), "{}", planned.key);
    }
});

on_each_database!(an_answer_that_got_lost, async |db| {
    let desk = splitting(db).await;
    for (call, planned) in every_kind(&desk).await {
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next(call, Fault::DropAfterWork, 1);
        let outcome = performer.perform(&planned).await;
        let after = state(&desk);
        if call == COMMIT {
            outcome.unwrap_err();
        } else {
            outcome.unwrap();
        }
        performer.perform(&planned).await.unwrap();
        assert_eq!(state(&desk), after, "{}", planned.key);
    }
});

on_each_database!(a_failure_without_effect, async |db| {
    let desk = splitting(db).await;
    for (call, planned) in every_kind(&desk).await {
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next(call, Fault::Status(502), 1);
        let before = state(&desk);
        performer.perform(&planned).await.unwrap_err();
        assert_eq!(state(&desk), before, "{}", planned.key);
        performer.perform(&planned).await.unwrap();
        assert!(state(&desk) != before || call == COMMIT, "{}", planned.key);
    }
});

#[tokio::test]
async fn a_commit_is_signed_and_uploads_only_what_github_lacks() {
    on_sqlite(async |db: Db| {
        let desk = splitting(db).await;
        let result = desk.performer(desk.execution().await).perform(&commit(&desk)).await.unwrap();
        let EffectResult::Made { commit, tree } = result else { panic!("{result:?}") };
        let git = desk.repo.git();
        insta::assert_snapshot!(git.git(&["ls-tree", "-r", "--format=%(objectmode) %(path)", commit.as_str()]), @r"
        100644 hello.txt
        100755 run.py
        ");
        assert_eq!(git.lookup(&format!("{commit}^{{tree}}")), Some(tree));
        insta::assert_snapshot!(git.git(&["show", "--no-patch", "--format=%an, %cn%n%B", commit.as_str()]), @r"
        seam[bot], GitHub
        Add run.py

        Co-authored-by: Ada <ada@example.com>
        ");
        assert!(desk.fake.world().repository(desk.repo.id()).signed.contains(commit.as_str()));
        assert_eq!(desk.fake.asked("POST /repos/{owner}/{repo}/git/blobs").len(), 1);
    })
    .await;
}

/// What becomes of moves, on a fresh desk that `prepare` has changed.
async fn outcome(prepare: impl AsyncFnOnce(&Desk) -> PlannedEffect) -> String {
    let (mut said, slot) = (String::new(), std::sync::Mutex::new(String::new()));
    on_sqlite(async |db: Db| {
        let desk = splitting(db).await;
        let planned = prepare(&desk).await;
        let result = desk.performer(desk.execution().await).perform(&planned).await.unwrap();
        let EffectResult::Branches { outcome } = result else { panic!("{result:?}") };
        let branches = desk.repo.branches().join(" ");
        *slot.lock().unwrap() = match outcome {
            MoveOutcome::Moved => format!("moved: {branches}"),
            MoveOutcome::Elsewhere(moved) => format!("elsewhere {moved:?}: {branches}"),
            MoveOutcome::Refused(why) => {
                format!("{}: {branches}", why.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        };
    })
    .await;
    said.push_str(&slot.into_inner().unwrap());
    said
}

#[tokio::test]
async fn branches_move_together_and_only_from_where_they_were_left() {
    let zero = CommitSha::zero();
    let said = outcome(async |desk| {
        let left = at(&desk.repo, "main");
        desk.repo.push("one", [("a", "1\n")]).await;
        desk.repo.push("one", [("a", "by a person\n")]).await;
        moves(&[("new", zero.clone(), left.clone()), ("one", left.clone(), left)])
    });
    insta::assert_snapshot!(said.await, @r#"elsewhere ["one"]: main one topic"#);
    let said = outcome(async |desk| {
        let (main, topic) = (at(&desk.repo, "main"), at(&desk.repo, "topic"));
        moves(&[("new", zero.clone(), topic.clone()), ("topic", topic, main.clone()), ("gone", zero.clone(), main)])
    });
    insta::assert_snapshot!(said.await, @"moved: gone main new topic");
    let said = outcome(async |desk| {
        let main = at(&desk.repo, "main");
        desk.repo.restrict("seam/", true);
        moves(&[("seam/a", zero.clone(), main)])
    });
    insta::assert_snapshot!(said.await, @"Repository rule violations found Cannot create ref due to creations being restricted.: main topic");
    let said = outcome(async |desk| {
        let main = at(&desk.repo, "main");
        desk.repo.restrict("seam/", false);
        moves(&[("seam/a", zero.clone(), main)])
    });
    insta::assert_snapshot!(said.await, @"Reference update failed: main topic");
    let said = outcome(async |desk| {
        desk.fake.permit("octo", "workflows", None);
        let commit = desk.repo.git().commit(&[&desk.repo.branch("main")], [(".github/workflows/ci.yml", "on: push\n")]);
        moves(&[("seam/a", zero.clone(), commit.parse().unwrap())])
    });
    insta::assert_snapshot!(said.await, @"refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission: main topic");
    let said = outcome(async |desk| {
        let main = at(&desk.repo, "main");
        desk.fake.permit("octo", "contents", Some(Level::Read));
        moves(&[("seam/a", zero.clone(), main)])
    });
    insta::assert_snapshot!(said.await, @"not permitted at POST /graphql: Resource not accessible by integration: main topic");
}

#[tokio::test]
async fn where_github_has_no_drafts_and_no_stacks_there_is_the_next_best() {
    on_sqlite(async |db: Db| {
        let desk = splitting(db).await;
        desk.repo.without_drafts();
        let performer = desk.performer(desk.execution().await);
        desk.repo.push("one", [("one", "1\n")]).await;
        let opened = performer.perform(&open("one", "main")).await.unwrap();
        assert_eq!(opened, EffectResult::Pull { pull: PullNumber(2), draft: false });
        let link = planned("stack:1", Effect::LinkStack { pulls: vec![PullNumber(1), PullNumber(2)] });
        assert_eq!(performer.perform(&link).await.unwrap(), EffectResult::Stack { stack: None });
        // Nothing to merge is an error that names itself.
        desk.repo.point("empty", &desk.repo.branch("main")).await;
        let error = performer.perform(&open("empty", "main")).await.unwrap_err().to_string();
        assert!(error.contains("No commits between main and empty"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn as_long_as_pull_requests_are_linked_their_bases_stay() {
    on_sqlite(async |db: Db| {
        let desk = splitting(db).await;
        desk.repo.with_stacks();
        let start = desk.repo.branch("topic");
        desk.repo.point("one", &desk.repo.git().commit(&[&start], [("one", "1\n")])).await;
        let upper = PullNumber(desk.repo.new_pull("one", [("one", "2\n")]).base("topic").open().await.number());
        let performer = desk.performer(desk.execution().await);
        let link = planned("stack:1", Effect::LinkStack { pulls: vec![PullNumber(1), upper] });
        performer.perform(&link).await.unwrap();
        let edit = PullEdit { base: Some("main".to_owned()), ..PullEdit::default() };
        let edit = planned("edit:2", Effect::EditPull { pull: upper, edit });
        let error = performer.perform(&edit).await.unwrap_err().to_string();
        assert!(error.contains("part of a stack"), "{error}");
        performer.perform(&planned("unstack:2", Effect::Unstack { pull: upper })).await.unwrap();
        assert_eq!(performer.perform(&edit).await.unwrap(), EffectResult::Set);
    })
    .await;
}
