//! Performs effects exactly once: recorded before, looked for when unsure, recorded after.

use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    attempt::Attempt, complete_check_run, create_commit, create_file_comment, create_review, describe_pull,
    dismiss_review, edit_pull, error::EffectError, label_pull, link_stack, make_commit, move_branches, open_pull,
    react, reply_in_thread, result::EffectResult, set_thread, unstack, upsert_comment, upsert_reply,
};
use crate::{
    domain::effect::{Effect, PlannedEffect},
    github::{pulls::NewPull, repository::RepositoryClient},
    store::{
        db::Db,
        effect::{self, EffectState},
        error::StoreError,
        queue::Lease,
    },
    telemetry::{clock::Clock, metrics::EFFECTS},
};

/// Performs the effects of one execution, in its repository and in no other, one after another.
pub struct Performer {
    pub(super) db: Db,
    pub(super) repository: RepositoryClient,
    pub(super) held: Lease,
    pub(super) clock: Clock,
    /// GitHub wants writes one at a time, and two of one key at once would not see each other.
    turn: Mutex<()>,
}

/// How a result came about, for the metric.
#[derive(Clone, Copy)]
enum How {
    Done,
    /// An earlier attempt did it and did not live to say so.
    Found,
    /// It was recorded as done.
    Known,
}

impl Performer {
    /// `held`: under which the execution runs. Lost or told to stop, it performs nothing more.
    pub fn new(db: Db, repository: RepositoryClient, held: Lease, clock: Clock) -> Self {
        Self { db, repository, held, clock, turn: Mutex::default() }
    }

    /// Has the effect happen, unless it has happened already.
    ///
    /// # Errors
    /// `Stopped` when the execution is not to go on; `Busy` while another one is at the same effect; else why it did not
    /// happen, or why nobody knows. [`EffectError::retry`] says when to try again.
    pub async fn perform(&self, planned: &PlannedEffect) -> Result<EffectResult, EffectError> {
        let _turn = self.turn.lock().await;
        // Boxed: the ways to degrade are large, and seldom gone.
        let outcome = Box::pin(self.settle(planned)).await;
        let result = match &outcome {
            Ok((_, How::Done)) => "done",
            Ok((_, How::Found)) => "found",
            Ok((_, How::Known)) => "known",
            Err(EffectError::Stopped(_)) => "stopped",
            Err(EffectError::Busy(_)) => "busy",
            Err(error) if error.may_have_happened() => "unknown",
            Err(_) => "failed",
        };
        let kind = planned.effect.kind();
        metrics::counter!(EFFECTS, "kind" => kind, "result" => result).increment(1);
        tracing::info!(effect.kind = kind, effect.key = %planned.key, effect.result = result, "effect {kind}: {result}");
        outcome.map(|(result, _)| result)
    }

    async fn settle(&self, planned: &PlannedEffect) -> Result<(EffectResult, How), EffectError> {
        let state = effect::begin(&self.db, self.held, self.repository.id(), planned, self.clock.now()).await?;
        let attempt = Attempt::new(self, planned, &state);
        match state {
            EffectState::Fenced(fence) => return Err(EffectError::Stopped(fence)),
            EffectState::Busy(execution) => return Err(EffectError::Busy(execution)),
            EffectState::Done(result) => return Ok((read(result)?, How::Known)),
            EffectState::New => {}
            EffectState::Unfinished => {
                if let Some(found) = find(&attempt, &planned.effect).await? {
                    return self.record(planned, found, How::Found).await;
                }
                attempt.looked();
            }
        }
        match perform(&attempt, &planned.effect).await {
            Ok(result) => self.record(planned, result, How::Done).await,
            Err(error) if error.may_have_happened() => match find(&attempt, &planned.effect).await {
                Ok(Some(found)) => self.record(planned, found, How::Found).await,
                // It may still show up: it stays begun, and is looked for again before it is tried again.
                Ok(None) | Err(_) => Err(error),
            },
            Err(error @ EffectError::GitHub(_)) if attempt.wrote_nothing() => {
                let (repository, now) = (self.repository.id(), self.clock.now());
                effect::failed(&self.db, self.held, repository, &planned.key, &error.to_string(), now).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn record(
        &self,
        planned: &PlannedEffect,
        result: EffectResult,
        how: How,
    ) -> Result<(EffectResult, How), EffectError> {
        let (repository, key, now) = (self.repository.id(), &planned.key, self.clock.now());
        // A lease that was lost meanwhile is seen before the next effect; this one has happened.
        if result.is_final() {
            let value = serde_json::to_value(&result).expect("a result is plain data");
            effect::done(&self.db, self.held, repository, key, &value, now).await?;
        } else {
            effect::failed(&self.db, self.held, repository, key, "GitHub does not allow it as things are", now).await?;
        }
        Ok((result, how))
    }
}

fn read(result: Value) -> Result<EffectResult, StoreError> {
    serde_json::from_value(result)
        .map_err(|error| StoreError::Unreadable { column: "result".to_owned(), reason: error.to_string() })
}

async fn perform(attempt: &Attempt<'_>, effect: &Effect) -> Result<EffectResult, EffectError> {
    match effect {
        Effect::CreateReview { pull, commit, verdict, body, comments } => {
            let review = create_review::Planned { pull: *pull, commit, verdict: *verdict, body, comments };
            create_review::perform(attempt, &review).await
        }
        Effect::CreateFileComment { pull, commit, path, body, fingerprint } => {
            create_file_comment::perform(attempt, *pull, commit, path, body, fingerprint).await
        }
        Effect::UpsertComment { pull, body } => upsert_comment::perform(attempt, *pull, body).await,
        Effect::ReplyInThread { pull, comment, body } => reply_in_thread::perform(attempt, *pull, *comment, body).await,
        Effect::UpsertReply { pull, comment, body } => upsert_reply::perform(attempt, *pull, *comment, body).await,
        Effect::ResolveThread { thread } => set_thread::perform(attempt, thread, true).await,
        Effect::ReopenThread { thread } => set_thread::perform(attempt, thread, false).await,
        Effect::React { comment, reaction } => react::perform(attempt, comment, *reaction).await,
        Effect::DismissReview { pull, review, message } => {
            dismiss_review::perform(attempt, *pull, *review, message).await
        }
        Effect::DescribePull { pull, description } => describe_pull::perform(attempt, *pull, description).await,
        Effect::CreateCommit { branch, expected, headline, body, files } => {
            create_commit::perform(attempt, &create_commit::Planned { branch, expected, headline, body, files }).await
        }
        Effect::CompleteCheckRun { head, check } => complete_check_run::perform(attempt, head, check).await,
        Effect::MakeCommit { onto, changes, parents, message } => {
            make_commit::perform(attempt, onto, changes, parents, message).await
        }
        Effect::MoveBranches { moves } => move_branches::perform(attempt, moves).await,
        Effect::OpenPull { branch, base, title, body, draft } => {
            let new = NewPull { title, body, head: branch, base, draft: *draft };
            open_pull::perform(attempt, &new).await
        }
        Effect::EditPull { pull, edit } => edit_pull::perform(attempt, *pull, edit).await,
        Effect::LabelPull { pull, labels } => label_pull::perform(attempt, *pull, labels).await,
        Effect::LinkStack { pulls } => link_stack::perform(attempt, pulls).await,
        Effect::Unstack { pull } => unstack::perform(attempt, *pull).await,
    }
}

/// What an earlier attempt left on GitHub, if it is whole.
async fn find(attempt: &Attempt<'_>, effect: &Effect) -> Result<Option<EffectResult>, EffectError> {
    match effect {
        Effect::CreateReview { pull, commit, verdict, body, comments } => {
            let review = create_review::Planned { pull: *pull, commit, verdict: *verdict, body, comments };
            create_review::find(attempt, &review).await
        }
        Effect::CreateFileComment { pull, path, body, fingerprint, .. } => {
            create_file_comment::find(attempt, *pull, path, body, fingerprint).await
        }
        Effect::UpsertComment { pull, body } => upsert_comment::find(attempt, *pull, body).await,
        Effect::ResolveThread { thread } => set_thread::find(attempt, thread, true).await,
        Effect::ReopenThread { thread } => set_thread::find(attempt, thread, false).await,
        Effect::DismissReview { pull, review, .. } => dismiss_review::find(attempt, *pull, *review).await,
        Effect::ReplyInThread { pull, comment, body } => reply_in_thread::find(attempt, *pull, *comment, body).await,
        Effect::UpsertReply { pull, comment, body } => upsert_reply::find(attempt, *pull, *comment, body).await,
        // Doing it again is as cheap as looking.
        Effect::React { .. } => Ok(None),
        Effect::DescribePull { pull, description } => describe_pull::find(attempt, *pull, description).await,
        Effect::CreateCommit { branch, expected, headline, body, files } => {
            create_commit::find(attempt, &create_commit::Planned { branch, expected, headline, body, files }).await
        }
        Effect::CompleteCheckRun { head, check } => complete_check_run::find(attempt, head, check).await,
        // Nothing points at it: it is made again, and the first one does no harm.
        Effect::MakeCommit { .. } => Ok(None),
        Effect::MoveBranches { moves } => move_branches::find(attempt, moves).await,
        Effect::OpenPull { branch, body, .. } => open_pull::find(attempt, branch, body).await,
        Effect::EditPull { pull, edit } => edit_pull::find(attempt, *pull, edit).await,
        Effect::LabelPull { pull, labels } => label_pull::find(attempt, *pull, labels).await,
        Effect::LinkStack { pulls } => link_stack::find(attempt, pulls).await,
        Effect::Unstack { pull } => unstack::find(attempt, *pull).await,
    }
}
