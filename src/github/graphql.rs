//! GraphQL, for what REST does not have. Source: <https://docs.github.com/graphql>.

use chrono::TimeDelta;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    answer::shortened,
    error::GitHubError,
    repository::RepositoryClient,
    request::{Kind, Request},
};

#[derive(Deserialize)]
struct GraphQlAnswer {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<GraphQlProblem>,
}

#[derive(Deserialize)]
struct GraphQlProblem {
    /// `FORBIDDEN`, `NOT_FOUND`, `RATE_LIMITED`, ...; missing for errors in the query itself.
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    message: String,
}

impl RepositoryClient {
    /// Runs a query or a mutation. An error of GraphQL comes with status 200 and becomes a typed one here.
    pub(crate) async fn graphql<T: DeserializeOwned>(
        &self,
        kind: Kind,
        query: &str,
        variables: &Value,
    ) -> Result<T, GitHubError> {
        let endpoint = "POST /graphql";
        let request = Request::graphql(endpoint, kind, json!({ "query": query, "variables": variables }));
        let answer = self.send(&request).await?;
        let body: GraphQlAnswer = answer.json(&request)?;
        let Some(first) = body.errors.first() else {
            let data = body.data.unwrap_or_default();
            return serde_json::from_value(data).map_err(|error| GitHubError::Decode {
                endpoint,
                message: shortened(&error.to_string()),
                happened: super::answer::happened(&request),
            });
        };
        let message = shortened(&first.message);
        Err(match first.kind.as_str() {
            "RATE_LIMITED" => {
                let now = self.github.inner.clock.now();
                let wait = answer.until_reset(now).max(TimeDelta::seconds(1));
                GitHubError::RateLimited { until: now + wait, wait: wait.to_std().unwrap_or_default() }
            }
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => GitHubError::Forbidden { endpoint, message, missing: None },
            "STALE_DATA" => GitHubError::Conflict { endpoint, message },
            "NOT_FOUND" => GitHubError::NotFound { endpoint },
            _ if message.contains("Resource not accessible by integration") => {
                GitHubError::Forbidden { endpoint, message, missing: None }
            }
            _ => GitHubError::GraphQl {
                endpoint,
                messages: body.errors.iter().take(20).map(|problem| shortened(&problem.message)).collect(),
            },
        })
    }
}
