//! A delivery: one webhook call from GitHub, stored before it is answered.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DeliveryId, InstallationId, RepositoryId};

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It started executions.
    Accepted,
    /// Understood (or unknown), and nothing to do: `reason` says why.
    Skipped,
}

/// A delivery to be stored.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    pub id: DeliveryId,
    /// `X-GitHub-Event`.
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<InstallationId>,
    pub repository: Option<RepositoryId>,
    /// The raw body, as signed.
    pub payload: Bytes,
    pub status: DeliveryStatus,
    pub reason: Option<String>,
    pub received_at: DateTime<Utc>,
}

/// A stored delivery without its payload.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<InstallationId>,
    pub repository: Option<RepositoryId>,
    pub status: DeliveryStatus,
    pub reason: Option<String>,
    pub received_at: DateTime<Utc>,
    /// Size of the raw body in bytes.
    pub size: i64,
}
