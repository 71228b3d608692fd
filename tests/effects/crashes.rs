//! Workers that die and answers that get lost: each effect is on GitHub once.

use seam::{domain::effect::PlannedEffect, effects::performer::Performer, store::effect};

use super::desk::{Desk, comment};
use crate::{
    fake_github::faults::Fault,
    support::database::{TestDatabase, on_each_database},
};

/// One effect of each kind, with the call that does it.
async fn every_kind(desk: &Desk) -> Vec<(&'static str, PlannedEffect)> {
    let review = desk.review(&[comment("shop.py", 2, 2), comment("new.py", 1, 1)]);
    // Replies and resolutions need a thread.
    let held = desk.execution().await;
    desk.performer(held).perform(&desk.review(&[comment("shop.py", 12, 12)])).await.unwrap();
    vec![
        ("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", review),
        ("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", desk.file_comment("new.py")),
        ("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", desk.summary("All in all.")),
        ("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", desk.reply()),
        ("POST /graphql resolveReviewThread", desk.resolve()),
        ("POST /repos/{owner}/{repo}/check-runs", desk.check_run(2)),
    ]
}

on_each_database!(what_was_done_is_not_done_again, async |db| {
    let desk = Desk::new(db).await;
    let held = desk.execution().await;
    let performer = desk.performer(held);
    for (_, planned) in every_kind(&desk).await {
        let first = performer.perform(&planned).await.unwrap();
        let writes = desk.writes();
        assert_eq!(performer.perform(&planned).await.unwrap(), first);
        assert_eq!(desk.performer(desk.execution().await).perform(&planned).await.unwrap(), first);
        assert_eq!(desk.writes(), writes, "{}", planned.key);
    }
    insta::assert_snapshot!(desk.shown(), @r"
    #1 Pull in topic (open)
    check Seam: neutral: 2 problems
      As follows.
      warning shop.py:1 Problem 1: Look.
      warning shop.py:2 Problem 2: Look.

    seam[bot] COMMENTED at HEAD
      I looked.

    seam[bot] COMMENTED at HEAD
      I looked.

    shop.py:12, resolved by seam[bot]
      seam[bot]:
        Better so:

        ```suggestion
        x
        ```
      seam[bot]:
        Fixed.

    shop.py:2
      seam[bot]:
        Better so:

        ```suggestion
        x
        ```

    new.py:1
      seam[bot]:
        Better so:

        ```suggestion
        x
        ```

    new.py (file)
      seam[bot]:
        This file is big.

    seam[bot] wrote
      All in all.
    ");
});

/// Performs in another memory than the one that counts: what a worker does that dies before it can record it.
pub(super) async fn perform_and_die(desk: &Desk, planned: &PlannedEffect) {
    let elsewhere = TestDatabase::sqlite();
    let db = elsewhere.connect().await;
    let held = desk.execution_in(&db).await;
    let dying = Performer::new(db.clone(), desk.repository.clone(), held, desk.clock.clone());
    dying.perform(planned).await.unwrap();
    db.close().await;
}

on_each_database!(killed_after_the_write_and_before_the_record, async |db| {
    let desk = Desk::new(db).await;
    for (_, planned) in every_kind(&desk).await {
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        perform_and_die(&desk, &planned).await;
        let (writes, shown) = (desk.writes(), desk.shown());
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        assert_eq!((desk.writes(), desk.shown()), (writes, shown), "{}", planned.key);
    }
});

on_each_database!(killed_before_the_write, async |db| {
    let desk = Desk::new(db).await;
    for (call, planned) in every_kind(&desk).await {
        let held = desk.execution().await;
        effect::begin(&desk.db, held, desk.repository.id(), &planned, desk.clock.now()).await.unwrap();
        let writes = desk.writes().len();
        let held = desk.take_over().await;
        desk.performer(held).perform(&planned).await.unwrap();
        assert_eq!(desk.writes()[writes..], [call], "{}", planned.key);
    }
});

on_each_database!(a_502_after_the_write_happened, async |db| {
    let desk = Desk::new(db).await;
    for (call, planned) in every_kind(&desk).await {
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next(call, Fault::DropAfterWork, 1);
        let writes = desk.writes().len();
        performer.perform(&planned).await.unwrap();
        assert_eq!(desk.writes()[writes..], [call], "{}", planned.key);
    }
});

on_each_database!(a_502_and_nothing_happened, async |db| {
    let desk = Desk::new(db).await;
    for (call, planned) in every_kind(&desk).await {
        let performer = desk.performer(desk.execution().await);
        desk.fake.fail_next(call, Fault::Status(502), 1);
        let shown = desk.shown();
        performer.perform(&planned).await.unwrap_err();
        assert_eq!(desk.shown(), shown, "{}", planned.key);
        performer.perform(&planned).await.unwrap();
        assert_ne!(desk.shown(), shown, "{}", planned.key);
    }
});

on_each_database!(annotations_go_on_where_they_stopped, async |db| {
    let desk = Desk::new(db).await;
    let planned = desk.check_run(120);
    let held = desk.execution().await;
    let more = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";
    desk.fake.fail_next(more, Fault::DropAfterWork, 1);
    desk.performer(held).perform(&planned).await.unwrap_err();
    desk.fake.fail_next(more, Fault::Status(500), 1);
    let held = desk.take_over().await;
    desk.performer(held).perform(&planned).await.unwrap_err();
    let held = desk.take_over().await;
    desk.performer(held).perform(&planned).await.unwrap();
    let world = desk.fake.world();
    let runs = &world.repository(desk.repo.id()).check_runs;
    let lines: Vec<_> = runs[0].annotations.iter().map(|one| one["start_line"].as_u64().unwrap()).collect();
    assert_eq!((runs.len(), runs[0].status.as_str(), lines), (1, "completed", (1..=120).collect()));
});
