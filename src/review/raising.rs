//! Says what is new: one review with its inline comments, comments on files, and the sticky summary.

use super::{
    check_run::Standing,
    comment::{ReviewBody, render_finding, render_review, render_summary},
    input::{PullFacts, ReviewInput},
    mark::Mark,
    placement::{Place, paths_in},
    plan::{Decided, digest},
    round::Round,
};
use crate::domain::{
    effect::{Effect, EffectKey, InlineComment, PlannedEffect, Verdict},
    finding::Severity,
};

/// The review with its inline comments, and the comments on files.
pub(super) fn raise(
    decided: &[Decided<'_>],
    input: &ReviewInput,
    pull: &PullFacts,
    round: Round,
) -> Vec<PlannedEffect> {
    let mut comments = Vec::new();
    let mut on_files = Vec::new();
    let (mut errors, mut warnings, mut beyond) = (0, 0, 0);
    for one in decided.iter().filter(|one| one.standing == Standing::New) {
        let finding = one.finding;
        let body = |place| render_finding(finding, place, one.history());
        match one.told_at {
            Some(place @ Place::Lines(anchor)) => {
                match finding.severity {
                    Severity::Error => errors += 1,
                    _ => warnings += 1,
                }
                comments.push(InlineComment {
                    path: finding.path.clone(),
                    anchor,
                    body: body(place),
                    fingerprint: finding.fingerprint.clone(),
                });
            }
            Some(Place::File) => {
                let fingerprint = finding.fingerprint.clone();
                let key = EffectKey(format!(
                    "file-comment:{}@{}:{}",
                    pull.number,
                    pull.head,
                    digest(&[fingerprint.as_str(), &finding.path, &finding.start_line.to_string()])
                ));
                let (path, body) = (finding.path.clone(), body(Place::File));
                let effect =
                    Effect::CreateFileComment { pull: pull.number, commit: pull.head.clone(), path, body, fingerprint };
                on_files.push(PlannedEffect { key, effect });
            }
            Some(Place::Summary) => {}
            None => beyond += 1,
        }
    }
    let mut effects = Vec::new();
    if !comments.is_empty() {
        let parts: Vec<_> = comments.iter().map(|comment| comment.body.as_str()).collect();
        let key = EffectKey(format!("review:{}@{}:{}", pull.number, pull.head, digest(&parts)));
        let wants_changes = input.policy.review.request_changes && errors > 0;
        let verdict = if wants_changes { Verdict::RequestChanges } else { Verdict::Comment };
        let is_first = input.known.is_empty();
        let body = render_review(&ReviewBody { errors, warnings, round, beyond, is_first }, &Mark::of_effect(&key));
        let effect = Effect::CreateReview { pull: pull.number, commit: pull.head.clone(), verdict, body, comments };
        effects.push(PlannedEffect { key, effect });
    }
    effects.extend(on_files);
    effects
}

/// Writes the sticky summary when there is something that has no place elsewhere, or when what it said is settled.
pub(super) fn summarise(decided: &[Decided<'_>], input: &ReviewInput, pull: &PullFacts) -> Option<PlannedEffect> {
    let in_diff = paths_in(&input.analysis.ledger);
    let homeless = decided.iter().filter(|one| {
        let is_open = matches!(one.standing, Standing::New | Standing::Back | Standing::Open);
        is_open && !one.has_comment && Place::of(one.finding, &in_diff) == Place::Summary
    });
    let homeless: Vec<_> = homeless.map(|one| one.finding).collect();
    if homeless.is_empty() && input.summary.is_none() {
        return None;
    }
    let mark = Mark { kind: "summary".to_owned(), key: pull.number.to_string() };
    let body = render_summary(homeless, &mark);
    if input.summary.as_deref().is_some_and(|old| old.trim_end() == body) {
        return None;
    }
    let key = EffectKey(format!("summary:{}@{}:{}", pull.number, pull.head, digest(&[&body])));
    Some(PlannedEffect { key, effect: Effect::UpsertComment { pull: pull.number, body } })
}
