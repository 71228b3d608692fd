//! One attempt at one effect: what its kind needs to know and may do.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{error::EffectError, performer::Performer};
use crate::{
    domain::effect::{EffectKey, PlannedEffect},
    github::{app::App, error::GitHubError, repository::RepositoryClient, users::User},
    store::effect::{self, EffectState},
};

pub(super) struct Attempt<'a> {
    performer: &'a Performer,
    planned: &'a PlannedEffect,
    is_new: bool,
    /// The lease was checked a moment ago, and nothing was done since.
    just_checked: AtomicBool,
    /// Something was written, or may have been.
    wrote: AtomicBool,
}

impl<'a> Attempt<'a> {
    /// Right after the effect's row was begun, which told its state.
    pub(super) fn new(performer: &'a Performer, planned: &'a PlannedEffect, state: &EffectState) -> Self {
        let (just_checked, wrote) = (AtomicBool::new(true), AtomicBool::new(false));
        Self { performer, planned, is_new: *state == EffectState::New, just_checked, wrote }
    }

    /// Nobody tried it before, and nothing was done in this attempt: there is nothing to be found on GitHub.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_new && self.wrote_nothing()
    }

    pub(super) fn key(&self) -> &EffectKey {
        &self.planned.key
    }

    pub(super) fn repository(&self) -> &RepositoryClient {
        &self.performer.repository
    }

    /// For texts that are taken for Seam's own: anybody can write a mark.
    pub(super) async fn own(&self) -> Result<Own, EffectError> {
        Ok(Own(self.repository().github().app().own().await?))
    }

    /// Does one write, if the execution still holds its lease.
    pub(super) async fn write<T>(&self, call: impl Future<Output = Result<T, GitHubError>>) -> Result<T, EffectError> {
        if !self.just_checked.swap(false, Ordering::Relaxed) {
            self.check_lease().await?;
        }
        let outcome = call.await;
        if outcome.as_ref().map_or_else(GitHubError::may_have_happened, |_| true) {
            self.wrote.store(true, Ordering::Relaxed);
        }
        Ok(outcome?)
    }

    /// Call it after a look on GitHub: time has passed.
    pub(super) fn looked(&self) {
        self.just_checked.store(false, Ordering::Relaxed);
    }

    pub(super) fn wrote_nothing(&self) -> bool {
        !self.wrote.load(Ordering::Relaxed)
    }

    /// Beginning anew what was begun changes nothing, and is fenced.
    async fn check_lease(&self) -> Result<(), EffectError> {
        let Performer { db, repository, held, clock, .. } = self.performer;
        match effect::begin(db, *held, repository.id(), self.planned, clock.now()).await? {
            EffectState::Fenced(fence) => Err(EffectError::Stopped(fence)),
            EffectState::Busy(execution) => Err(EffectError::Busy(execution)),
            EffectState::New | EffectState::Unfinished | EffectState::Done(_) => Ok(()),
        }
    }
}

/// Tells Seam's own texts from those of others.
pub(super) struct Own(Arc<App>);

impl Own {
    pub(super) fn is_app(&self, id: Option<i64>) -> bool {
        id == Some(self.0.id)
    }

    pub(super) fn is_author(&self, author: Option<&User>) -> bool {
        self.0.is_author(author)
    }

    /// Written by the App, and ending in the mark that `planned` ends in.
    pub(super) fn wrote(&self, planned: &str, found: &str, author: Option<&User>) -> bool {
        self.is_author(author) && super::mark::same(planned, found)
    }
}
