//! Catching up: GitHub does not send a failed webhook again by itself, so it is asked to, for what is not stored here.
//!
//! Source: <https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries>.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::ids::DeliveryId,
    github::{client::GitHub, deliveries::HookDelivery, error::Retry},
    store::{db::Db, delivery, error::StoreError},
};

/// GitHub keeps deliveries for three days, an enterprise server for seven.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Looked at again, because deliveries may be listed out of order.
const OVERLAP: TimeDelta = TimeDelta::minutes(30);
/// Pages of 100 deliveries that are read at once.
const MAX_PAGES: usize = 200;
/// What fails as often is given up by this process.
const MAX_REQUESTS: u32 = 5;

/// What one process knows of it.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    /// Everything delivered before was looked at.
    looked_until: Option<DateTime<Utc>>,
    asked_for: HashMap<DeliveryId, u32>,
}

impl CatchUp {
    /// Asks GitHub to deliver again what it could not deliver; gives how many that were. The first time looks at all that
    /// GitHub keeps, later ones at what is new.
    pub(super) async fn run(&mut self, db: &Db, github: &GitHub, now: DateTime<Utc>) -> anyhow::Result<usize> {
        let since = self.looked_until.unwrap_or(now - KEPT) - OVERLAP;
        let mut asked = HashSet::new();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let (page, next) = github.app().deliveries(cursor).await?;
            for attempt in &page {
                if attempt.delivered_at >= since
                    && !asked.contains(&attempt.guid)
                    && self.is_missed(db, attempt).await?
                {
                    tracing::info!(delivery.id = %attempt.guid, "asking GitHub to deliver {} again", attempt.guid);
                    match github.app().redeliver(attempt.id).await {
                        // One that GitHub does not have any more keeps no other from coming.
                        Err(error) if error.retry() == Retry::Never => {
                            tracing::warn!(delivery.id = %attempt.guid, "GitHub does not deliver {} again: {error}", attempt.guid);
                        }
                        asked => asked?,
                    }
                    *self.asked_for.entry(attempt.guid.clone()).or_default() += 1;
                    asked.insert(attempt.guid.clone());
                }
            }
            cursor = next;
            if cursor.is_none() || page.last().is_none_or(|oldest| oldest.delivered_at < since) {
                break;
            }
        }
        self.looked_until = Some(now);
        if self.asked_for.len() > 10_000 {
            self.asked_for.clear();
        }
        Ok(asked.len())
    }

    async fn is_missed(&self, db: &Db, attempt: &HookDelivery) -> Result<bool, StoreError> {
        let given_up = self.asked_for.get(&attempt.guid).is_some_and(|times| *times >= MAX_REQUESTS);
        // An answer may be lost on its way to GitHub: what is stored here is what counts.
        Ok(!attempt.succeeded() && !given_up && delivery::get(db, &attempt.guid).await?.is_none())
    }
}
