//! Addresses of Seam's own pages, as they stand in checks and comments.

use url::Url;

use crate::domain::ids::ExecutionId;

/// `SEAM_PUBLIC_URL`, and what lies below it.
#[derive(Clone, Debug)]
pub struct Pages {
    pub public_url: Url,
}

impl Pages {
    pub fn execution(&self, id: ExecutionId) -> String {
        format!("{}/executions/{id}", self.public_url.as_str().trim_end_matches('/'))
    }
}
