//! The model in GitHub's own JSON, complete enough for GitHub's own schemas.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod check_run;
pub(crate) mod comment;
pub(crate) mod commit;
pub(crate) mod pull;
pub(crate) mod repository;

/// A time as GitHub writes it: UTC, whole seconds.
pub(crate) fn time(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn link(href: String) -> Value {
    json!({ "href": href })
}
