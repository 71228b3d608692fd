//! A review that asks for changes keeps a pull request from being merged. When nothing is left that it asked for, Seam takes
//! it back itself: nobody else would.

use super::input::{PullFacts, ReviewInput};
use crate::domain::effect::{Effect, EffectKey, PlannedEffect};

/// Dismisses the reviews that still ask for changes, unless some of the `errors` that are left do.
pub fn lift(input: &ReviewInput, pull: &PullFacts, errors: usize) -> Vec<PlannedEffect> {
    let is_asked_for = input.policy.review.request_changes;
    if is_asked_for && errors > 0 {
        return Vec::new();
    }
    let head = pull.head.short();
    let message = match errors {
        0 => format!("No error is left as of {head}."),
        _ => format!("Asking for changes is switched off in this repository's settings, as of {head}."),
    };
    let dismiss = |review: &i64| PlannedEffect {
        key: EffectKey(format!("dismiss:{review}@{}", pull.head)),
        effect: Effect::DismissReview { pull: pull.number, review: *review, message: message.clone() },
    };
    input.blocking.iter().map(dismiss).collect()
}
