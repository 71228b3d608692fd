//! A person dismisses a problem, or takes that back: remembered for the pull request and for the whole repository.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        ids::{CommentId, PullNumber, RepositoryId},
        life::{Happening, Life},
    },
    review::memory::Known,
    store::{
        db::Db,
        dismissal::{self, Dismissal, DismissedBy},
        error::StoreError,
        posted_finding::{self, PostedFinding},
    },
};

/// What a person wants of the problem that a comment of Seam's is about; the comment is the first of its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Dismiss {
        comment: CommentId,
        way: DismissedBy,
        by: String,
    },
    /// Its thread is open: where a person had resolved it, somebody opened it again.
    Recall {
        comment: CommentId,
    },
}

/// Gives the problem as it was; `None` where the comment is about none.
pub(super) async fn dismiss(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    comment: CommentId,
    (way, by, reason): (DismissedBy, &str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<Option<PostedFinding>, StoreError> {
    let Some(found) = posted_finding::of_comment(db, repository, pull, comment).await? else { return Ok(None) };
    let is_resolved = way == DismissedBy::Resolved;
    let happening = if is_resolved { Happening::Resolved } else { Happening::Dismissed };
    let life = Life::after(Some(found.life), happening).0.unwrap_or(found.life);
    if life == Life::Dismissed {
        let dismissal = Dismissal {
            fingerprint: found.fingerprint.clone(),
            path: found.path.clone(),
            rule: found.rule.clone(),
            pull,
            way,
            by: by.to_owned(),
            reason: reason.map(str::to_owned),
            at: now,
        };
        dismissal::dismiss(db, repository, &dismissal).await?;
    }
    let by_person = is_resolved || found.resolved_by_person;
    posted_finding::set_life(db, repository, pull, comment, life, by_person, now).await?;
    Ok(Some(found))
}

/// Gives the problem as it was; `None` where the comment is about none.
pub(super) async fn recall(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    comment: CommentId,
    now: DateTime<Utc>,
) -> Result<Option<PostedFinding>, StoreError> {
    let Some(found) = posted_finding::of_comment(db, repository, pull, comment).await? else { return Ok(None) };
    let life = Life::after(Some(found.life), Happening::Recalled).0.unwrap_or(found.life);
    if found.life == Life::Dismissed {
        dismissal::lift(db, repository, &found.fingerprint, &found.path).await?;
    }
    posted_finding::set_life(db, repository, pull, comment, life, false, now).await?;
    Ok(Some(found))
}

/// What GitHub shows of people's wishes and nobody told of.
pub(super) async fn catch_up(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    known: &[Known],
    wishes: &[Wish],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for wish in wishes {
        let of = |comment: &CommentId| known.iter().find(|known| known.comment_id == Some(*comment));
        match wish {
            Wish::Dismiss { comment, way, by } if of(comment).is_some_and(|known| known.life == Life::Open) => {
                dismiss(db, repository, pull, *comment, (*way, by, None), now).await?;
            }
            Wish::Recall { comment } if of(comment).is_some_and(|known| known.resolved_by_person) => {
                recall(db, repository, pull, *comment, now).await?;
            }
            Wish::Dismiss { .. } | Wish::Recall { .. } => {}
        }
    }
    Ok(())
}
