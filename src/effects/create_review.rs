//! One review with all its inline comments.
//!
//! GitHub takes all comments or none, and does not say which one it does not like. Then those that its own diff does not
//! show are told on their files, and what finds no place there in the review's body: nothing is lost.

use super::{
    attempt::Attempt, create_file_comment, error::EffectError, lines::ShownLines, mark, places, result::EffectResult,
};
use crate::{
    domain::{
        effect::{InlineComment, Verdict},
        ids::{CommitSha, PullNumber},
    },
    github::reviews::{NewReview, Review},
};

pub(super) struct Planned<'a> {
    pub(super) pull: PullNumber,
    pub(super) commit: &'a CommitSha,
    pub(super) verdict: Verdict,
    pub(super) body: &'a str,
    pub(super) comments: &'a [InlineComment],
}

pub(super) async fn perform(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<EffectResult, EffectError> {
    if !attempt.is_fresh()
        && let Some(review) = existing(attempt, planned).await?
    {
        return complete(attempt, planned, &review).await;
    }
    let error = match post(attempt, planned, planned.body, planned.comments).await {
        Ok(review) => return result(attempt, planned, &review).await,
        Err(error) if error.is_unprocessable() && !planned.comments.is_empty() => error,
        Err(error) => return Err(error),
    };
    tracing::warn!(effect.key = %attempt.key(), "GitHub refused a review with its comments: {error}");
    // Seen in the wild: a body without its comments, in spite of the refusal.
    match existing(attempt, planned).await? {
        Some(review) => complete(attempt, planned, &review).await,
        // After a force push no comment finds a place, and another execution reviews the new head.
        None if error.to_string().to_lowercase().contains("commit") => Err(error),
        None => degrade(attempt, planned).await,
    }
}

/// An earlier attempt posted it, and all of its comments stand somewhere.
pub(super) async fn find(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<Option<EffectResult>, EffectError> {
    let Some(review) = existing(attempt, planned).await? else { return Ok(None) };
    let placed = places::look(attempt, planned.pull, &review, planned.comments).await?;
    Ok(placed.missing.is_empty().then(|| placed.result(&review)))
}

async fn existing(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<Option<Review>, EffectError> {
    let own = attempt.own().await?;
    let reviews = attempt.repository().reviews(planned.pull).await?;
    attempt.looked();
    Ok(reviews.into_iter().rev().find(|review| own.wrote(planned.body, &review.body, review.user.as_ref())))
}

async fn post(
    attempt: &Attempt<'_>,
    planned: &Planned<'_>,
    body: &str,
    comments: &[InlineComment],
) -> Result<Review, EffectError> {
    let review = NewReview { commit: planned.commit, verdict: planned.verdict, body, comments };
    attempt.write(attempt.repository().create_review(planned.pull, &review)).await
}

async fn result(attempt: &Attempt<'_>, planned: &Planned<'_>, review: &Review) -> Result<EffectResult, EffectError> {
    let placed = places::look(attempt, planned.pull, review, planned.comments).await?;
    Ok(placed.result(review))
}

/// Posts what GitHub takes, and tells the rest elsewhere. The review comes last: once it is there, all is done.
async fn degrade(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<EffectResult, EffectError> {
    let files = attempt.repository().pull_files(planned.pull).await?;
    let shown = ShownLines::of(&files);
    let (mut taken, mut doubtful): (Vec<_>, Vec<_>) = planned.comments.iter().cloned().partition(|one| shown.take(one));
    if doubtful.is_empty() {
        // Nobody knows which one it is.
        std::mem::swap(&mut taken, &mut doubtful);
    }
    let mut homeless = places::tell_on_files(attempt, planned.pull, planned.commit, &doubtful).await?;
    loop {
        let body = match homeless.is_empty() {
            true => planned.body.to_owned(),
            false => mark::with_more(planned.body, &places::list(&homeless)),
        };
        match post(attempt, planned, &body, &taken).await {
            Ok(review) => return result(attempt, planned, &review).await,
            Err(error) if error.is_unprocessable() && !taken.is_empty() => {
                homeless.extend(places::tell_on_files(attempt, planned.pull, planned.commit, &taken).await?);
                taken.clear();
            }
            Err(error) => return Err(error),
        }
    }
}

/// A review that was left without some of its comments: those are told on their files, or in the conversation.
async fn complete(attempt: &Attempt<'_>, planned: &Planned<'_>, review: &Review) -> Result<EffectResult, EffectError> {
    let Planned { pull, commit, comments, .. } = planned;
    for comment in places::look(attempt, *pull, review, comments).await?.missing {
        let body = places::with_line(&comment);
        create_file_comment::perform(attempt, *pull, commit, &comment.path, &body, &comment.fingerprint).await?;
    }
    result(attempt, planned, review).await
}
