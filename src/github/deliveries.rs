//! What GitHub remembers of its webhook calls to the App: three days of them, seven on an enterprise server.
//! Source: <https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook>.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{app::AppClient, error::GitHubError, pages, request::Request, send::Identity};
use crate::domain::ids::{DeliveryId, InstallationId, RepositoryId};

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookDelivery {
    /// Of this attempt.
    pub id: i64,
    /// The same for all attempts of one delivery.
    pub guid: DeliveryId,
    pub delivered_at: DateTime<Utc>,
    pub redelivery: bool,
    /// What was answered; 0 when nothing was.
    pub status_code: i64,
    pub event: String,
    pub action: Option<String>,
    pub installation_id: Option<InstallationId>,
    pub repository_id: Option<RepositoryId>,
}

impl HookDelivery {
    pub fn succeeded(&self) -> bool {
        (200..400).contains(&self.status_code)
    }
}

/// Where a listing goes on.
#[derive(Clone, Debug)]
pub struct Cursor(Request);

impl AppClient {
    /// Newest first, 100 at a time; `None` begins. No cursor comes back with the last page.
    pub async fn deliveries(&self, from: Option<Cursor>) -> Result<(Vec<HookDelivery>, Option<Cursor>), GitHubError> {
        let request = from.map_or_else(
            || Request::new("GET /app/hook/deliveries", &[]).query("per_page", pages::PER_PAGE),
            |cursor| cursor.0,
        );
        let page = pages::page(&self.github, Identity::App, &request).await?;
        Ok((page.rows, page.next.map(Cursor)))
    }

    /// Asks GitHub to send it once more, under the same `X-GitHub-Delivery`. `id`: of an attempt.
    pub async fn redeliver(&self, id: i64) -> Result<(), GitHubError> {
        let request = Request::new("POST /app/hook/deliveries/{delivery_id}/attempts", &[&id.to_string()]);
        self.github.send(Identity::App, &request).await.map(drop)
    }
}
