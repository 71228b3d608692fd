//! What GitHub does not take, and what others wrote: nothing is lost, and nothing of theirs is touched.

use seam::{
    domain::ids::PullNumber,
    effects::{
        error::EffectError,
        result::{EffectResult, ThreadOutcome},
    },
    github::{error::GitHubError, reviews::NewReview},
    store::{db::Db, effect},
};

use super::desk::{Desk, comment};
use crate::{
    fake_github::{faults::Fault, model::app::Level},
    support::database::on_sqlite,
};

const REVIEW: &str = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews";

#[tokio::test]
async fn comments_outside_the_diff_are_told_on_the_file_or_in_the_body() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        let planned = desk.review(&[comment("shop.py", 2, 2), comment("shop.py", 18, 19), comment("other.py", 7, 7)]);
        let result = performer.perform(&planned).await.unwrap();
        let EffectResult::Review { posted, in_body, .. } = &result else { panic!("{result:?}") };
        let lines: Vec<_> = posted.iter().map(|one| (one.path.as_str(), one.line)).collect();
        assert_eq!(lines, [("shop.py", Some(2)), ("shop.py", None)]);
        assert_eq!(in_body.len(), 1);
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        seam[bot] COMMENTED at HEAD
          I looked.

          GitHub took no comment in the diff for:

          **`other.py`, line 7**

          Better so:

          ```
          x
          ```

        shop.py (file)
          seam[bot]:
            On lines 18 to 19:

            Better so:

            ```
            x
            ```

        shop.py:2
          seam[bot]:
            Better so:

            ```suggestion
            x
            ```
        ");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_nobody_understands_loses_nothing() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next(REVIEW, Fault::Status(422), 1);
        performer.perform(&desk.review(&[comment("shop.py", 2, 2), comment("new.py", 1, 1)])).await.unwrap();
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        seam[bot] COMMENTED at HEAD
          I looked.

        shop.py (file)
          seam[bot]:
            On line 2:

            Better so:

            ```
            x
            ```

        new.py (file)
          seam[bot]:
            On line 1:

            Better so:

            ```
            x
            ```
        ");
    })
    .await;
}

#[tokio::test]
async fn a_check_run_whose_later_annotations_are_refused_is_completed() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let held = desk.execution().await;
        desk.fake.fail_next("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", Fault::Status(422), 1);
        desk.performer(held).perform(&desk.check_run(120)).await.unwrap();
        let shown = desk.shown();
        assert!(shown.contains("check Seam: neutral: 120 problems"), "{shown}");
        let as_text = |number: usize| shown.contains(&format!("- `shop.py` line {number}: Problem {number}\n"));
        let as_annotation =
            |number: usize| shown.contains(&format!("warning shop.py:{number} Problem {number}: Look."));
        for number in 1..=120 {
            assert!(as_annotation(number) == (number <= 50) && as_text(number) == (number > 50), "{number}: {shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_dies_while_it_looks_for_places_is_continued() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let planned = desk.review(&[comment("shop.py", 2, 2), comment("shop.py", 18, 18), comment("other.py", 7, 7)]);
        let held = desk.execution().await;
        desk.fake.fail_next(REVIEW, Fault::Status(422), 1);
        desk.fake.fail_next(REVIEW, Fault::Status(502), 1);
        desk.performer(held).perform(&planned).await.unwrap_err();
        let held = desk.take_over().await;
        let result = desk.performer(held).perform(&planned).await.unwrap();
        assert_eq!(result.posted().len(), 2);
        let shown = desk.shown();
        assert_eq!((shown.matches("On line 18:").count(), shown.matches("line 7**").count()), (1, 1), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_was_left_without_its_comments_is_completed() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let planned = desk.review(&[comment("shop.py", 2, 2), comment("other.py", 7, 7)]);
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        let body = format!("I looked.\n\n<!-- seam:{} -->", planned.key);
        let (commit, verdict) = (desk.head(), seam::domain::effect::Verdict::Comment);
        let bare = NewReview { commit: &commit, verdict, body: &body, comments: &[] };
        desk.repository.create_review(PullNumber(1), &bare).await.unwrap();
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        seam[bot] COMMENTED at HEAD
          I looked.

        shop.py (file)
          seam[bot]:
            On line 2:

            Better so:

            ```
            x
            ```

        seam[bot] wrote
          `other.py`

          On line 7:

          Better so:

          ```
          x
          ```
        ");
    })
    .await;
}

#[tokio::test]
async fn after_a_force_push_a_review_of_the_old_head_is_not_forced_upon_anybody() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let planned = desk.review(&[comment("new.py", 1, 1)]);
        desk.pull.force_push([("new.py", "import sys\n")]).await;
        let performer = desk.performer(desk.execution().await);
        let error = performer.perform(&planned).await.unwrap_err();
        assert!(matches!(error, EffectError::GitHub(GitHubError::Unprocessable { .. })), "{error}");
        assert_eq!(desk.writes().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_not_in_the_diff_is_told_of_in_the_conversation() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        performer.perform(&desk.file_comment("new.py")).await.unwrap();
        performer.perform(&desk.file_comment("other.py")).await.unwrap();
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        new.py (file)
          seam[bot]:
            This file is big.

        seam[bot] wrote
          `other.py`

          This file is big.
        ");
    })
    .await;
}

#[tokio::test]
async fn the_summary_is_edited_where_it_is_and_made_anew_when_somebody_deleted_it() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        let first = performer.perform(&desk.summary("One.")).await.unwrap();
        assert_eq!(performer.perform(&desk.summary("One and two.")).await.unwrap(), first);
        desk.fake.world().pull_mut(desk.repo.id(), 1).issue_comments.clear();
        assert_ne!(performer.perform(&desk.summary("One, two and three.")).await.unwrap(), first);
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        seam[bot] wrote
          One, two and three.
        ");
    })
    .await;
}

#[tokio::test]
async fn marks_that_others_write_mean_nothing() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let planned = desk.summary("All is well.");
        desk.pull.comment("mallory", "Ha!\n\n<!-- seam:summary:1 -->").await;
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)

        mallory wrote
          Ha!

        seam[bot] wrote
          All is well.
        ");
    })
    .await;
}

#[tokio::test]
async fn a_thread_is_left_where_it_may_not_be_resolved() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        performer.perform(&desk.review(&[comment("new.py", 1, 1)])).await.unwrap();
        desk.fake.permit("octo", "contents", Some(Level::Read));
        let result = performer.perform(&desk.resolve()).await.unwrap();
        assert_eq!(result, EffectResult::Thread { outcome: ThreadOutcome::NotPermitted });
        performer.perform(&desk.reply()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_thread_that_a_person_resolved_stays_theirs() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        performer.perform(&desk.review(&[comment("new.py", 1, 1)])).await.unwrap();
        desk.pull.resolve_thread_as("ada", 0).await;
        let result = performer.perform(&desk.resolve()).await.unwrap();
        assert_eq!(result, EffectResult::Thread { outcome: ThreadOutcome::WasResolved });
        assert_eq!(desk.pull.threads()[0].resolved_by.as_deref(), Some("ada"));
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_needs_no_answer() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        performer.perform(&desk.review(&[comment("new.py", 1, 1)])).await.unwrap();
        let (reply, resolve) = (desk.reply(), desk.resolve());
        {
            let mut world = desk.fake.world();
            let pull = world.pull_mut(desk.repo.id(), 1);
            pull.review_comments.clear();
            pull.threads.clear();
        }
        assert_eq!(performer.perform(&reply).await.unwrap(), EffectResult::Gone);
        assert_eq!(performer.perform(&resolve).await.unwrap(), EffectResult::Gone);
    })
    .await;
}

#[tokio::test]
async fn a_check_run_whose_annotations_are_refused_tells_them_in_its_text() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next("POST /repos/{owner}/{repo}/check-runs", Fault::Status(422), 1);
        performer.perform(&desk.check_run(2)).await.unwrap();
        insta::assert_snapshot!(desk.shown(), @r"
        #1 Pull in topic (open)
        check Seam: neutral: 2 problems
          As follows.

          - `shop.py` line 1: Problem 1
          - `shop.py` line 2: Problem 2
        ");
    })
    .await;
}

#[tokio::test]
async fn a_missing_permission_is_a_failure_until_it_is_given() {
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let held = desk.execution().await;
        let performer = desk.performer(held);
        desk.fake.permit("octo", "checks", Some(Level::Read));
        let error = performer.perform(&desk.check_run(0)).await.unwrap_err();
        insta::assert_snapshot!(error, @"not permitted at POST /repos/{owner}/{repo}/check-runs: Resource not accessible by integration (needs checks=write)");
        let recorded = effect::of(&desk.db, held.execution).await.unwrap();
        assert_eq!(recorded[0].error.as_deref(), Some(error.to_string().as_str()));
        desk.fake.permit("octo", "checks", Some(Level::Write));
        performer.perform(&desk.check_run(0)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn effects_are_counted() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    on_sqlite(async |db: Db| {
        let desk = Desk::new(db).await;
        let performer = desk.performer(desk.execution().await);
        performer.perform(&desk.summary("Hello.")).await.unwrap();
        performer.perform(&desk.summary("Hello.")).await.unwrap();
        desk.fake.fail_next("POST /repos/{owner}/{repo}/check-runs", Fault::DropAfterWork, 1);
        performer.perform(&desk.check_run(0)).await.unwrap();
        desk.fake.fail_next("POST /repos/{owner}/{repo}/check-runs", Fault::Status(403), 1);
        performer.perform(&desk.check_run(1)).await.unwrap_err();
    })
    .await;
    let rendered = handle.render();
    let mut counted: Vec<_> = rendered.lines().filter(|line| line.starts_with("seam_effects_total")).collect();
    counted.sort_unstable();
    insta::assert_snapshot!(counted.join("\n"), @r#"
    seam_effects_total{kind="complete_check_run",result="failed"} 1
    seam_effects_total{kind="complete_check_run",result="found"} 1
    seam_effects_total{kind="upsert_comment",result="done"} 1
    seam_effects_total{kind="upsert_comment",result="known"} 1
    "#);
}
