//! The folder that mirrors lie in: whose turn it is to fetch, and how much all of them may take.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use url::Url;

use super::{blocking::blocking, mirror_limits::MirrorLimits, place::Place, quota};
use crate::domain::ids::RepositoryId;

pub(super) struct MirrorFolder {
    pub(super) path: PathBuf,
    pub(super) web_url: Url,
    pub(super) limits: MirrorLimits,
    /// One fetch at a time for each repository; between processes a file lock does the same.
    turns: Mutex<HashMap<RepositoryId, Arc<tokio::sync::Mutex<()>>>>,
}

impl MirrorFolder {
    pub(super) fn new(path: PathBuf, web_url: Url, limits: MirrorLimits) -> Self {
        Self { path, web_url, limits, turns: Mutex::default() }
    }

    pub(super) fn turn(&self, id: RepositoryId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(id).or_default().clone()
    }

    pub(super) async fn keep_quota(&self) {
        let (folder, quota) = (self.path.clone(), self.limits.quota);
        let evict = move || {
            let mirrors = Place::all(&folder).into_iter().map(|place| (place.repository, place.use_lock)).collect();
            quota::evict(mirrors, quota)
        };
        let _ = blocking(move || Ok(evict())).await;
    }
}
