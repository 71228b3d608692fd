//! Webhooks: what is to be sent, and what became of it.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A webhook about to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) event: &'static str,
    pub(crate) installation: Option<i64>,
    pub(crate) repository: Option<i64>,
    pub(crate) payload: Value,
}

/// A webhook that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) webhook: Webhook,
    /// The GUID of the delivery that this repeats.
    pub(crate) repeats: Option<String>,
}

impl Outgoing {
    /// The same webhook once more, under the same GUID.
    pub(crate) fn again(sent: &Delivery) -> Self {
        Self { webhook: sent.webhook.clone(), repeats: Some(sent.guid.clone()) }
    }
}

/// One attempt to send one.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: i64,
    /// The same for every attempt.
    pub(crate) guid: String,
    pub(crate) webhook: Webhook,
    pub(crate) delivered_at: DateTime<Utc>,
    pub(crate) redelivery: bool,
    /// What the receiver answered; `None` when nothing was sent, or nobody answered.
    pub(crate) answered: Option<u16>,
}
