//! `review.request_changes`: a review that asks for changes is taken back when nothing is left that it asked for.

use super::{DEBUGGER, EVAL, FIXED};
use crate::{
    fake_github::{acts::pull::Pull, faults::Fault},
    support::{
        glance::glance,
        seam::{Seam, scenario},
    },
};

const DISMISS: &str = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals";

async fn blocked(seam: &Seam) -> Pull {
    seam.shop.commit("main", [(".github/seam.yml", "review: { request_changes: true }\n")]);
    let pull = seam.shop.open_pull("formulas", [("shop/cart.py", EVAL)]).await;
    seam.settle().await;
    assert!(glance(&pull).contains("reviews: [\"CHANGES_REQUESTED\"]"), "{}", glance(&pull));
    pull
}

/// What was said when reviews were dismissed.
fn dismissals(pull: &Pull) -> Vec<String> {
    pull.now().reviews.into_iter().filter_map(|review| review.dismissed).collect()
}

scenario!(it_is_dismissed_when_no_error_is_left, async |seam| {
    let pull = blocked(seam).await;
    pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    assert_eq!(dismissals(&pull), Vec::<String>::new());
    // A warning does not block.
    let head = pull.push([("shop/cart.py", FIXED), ("web/page.js", DEBUGGER)]).await;
    seam.settle().await;
    assert_eq!(dismissals(&pull), [format!("No error is left as of {}.", &head[..7])]);
    insta::assert_snapshot!(glance(&pull).replace(&head[..7], "HEAD"), @r#"
    check Seam: neutral: 1 fixed, 0 open, 1 new
    shop/cart.py:6 (outdated) py/eval-nonliteral, resolved by seam[bot]
      seam[bot]: Fixed as of HEAD.
    web/page.js:2 gen/debug-leftover
    reviews: ["DISMISSED", "COMMENTED"], comments: 0
    "#);
    assert_eq!(seam.github.asked(DISMISS).len(), 1);
});

scenario!(it_is_dismissed_when_a_person_resolved_what_it_asked_for, async |seam| {
    let pull = blocked(seam).await;
    pull.resolve_thread_as("ada", 0).await;
    let head = pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    assert_eq!(dismissals(&pull), [format!("No error is left as of {}.", &head[..7])]);
});

scenario!(it_is_dismissed_when_the_settings_no_longer_ask_for_it, async |seam| {
    let pull = blocked(seam).await;
    seam.shop.commit("main", [(".github/seam.yml", "review: { request_changes: false }\n")]);
    let head = pull.push([("README.md", "# The shop\n")]).await;
    seam.settle().await;
    let said = format!("Asking for changes is switched off in this repository's settings, as of {}.", &head[..7]);
    assert_eq!(dismissals(&pull), [said]);
});

scenario!(an_answer_that_is_lost_dismisses_nothing_twice, async |seam| {
    let pull = blocked(seam).await;
    seam.github.fail_next(DISMISS, Fault::HangAfterWork, 1);
    let head = pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    assert_eq!(dismissals(&pull), [format!("No error is left as of {}.", &head[..7])]);
});

scenario!(where_seam_may_not_dismiss_a_person_is_asked_to, async |seam| {
    let pull = blocked(seam).await;
    seam.github.fail_next(DISMISS, Fault::Status(403), 1);
    pull.push([("shop/cart.py", FIXED)]).await;
    seam.settle().await;
    assert_eq!(dismissals(&pull), Vec::<String>::new());
    assert!(pull.shown().contains("The review that asks for changes still stands, and a person has to dismiss it"));
});
