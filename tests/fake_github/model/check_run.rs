//! Check runs and their annotations.

use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct CheckRun {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) head_sha: String,
    pub(crate) external_id: Option<String>,
    pub(crate) details_url: Option<String>,
    pub(crate) status: String,
    pub(crate) conclusion: Option<String>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) completed_at: Option<DateTime<Utc>>,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) text: Option<String>,
    /// As they were sent.
    pub(crate) annotations: Vec<Value>,
    pub(crate) actions: Vec<Value>,
}
