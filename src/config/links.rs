//! Addresses of Seam's own pages, as they stand in checks and comments.

use std::sync::Arc;

use url::Url;

use crate::domain::ids::ExecutionId;

/// The public address, and what lies below it. Asked for each time: set-up may change it while Seam runs.
#[derive(Clone)]
pub struct Links(Arc<dyn Fn() -> Url + Send + Sync>);

impl Links {
    pub fn new(public_url: impl Fn() -> Url + Send + Sync + 'static) -> Self {
        Self(Arc::new(public_url))
    }

    pub fn execution(&self, id: ExecutionId) -> String {
        format!("{}/executions/{id}", (self.0)().as_str().trim_end_matches('/'))
    }
}
