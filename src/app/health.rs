//! What is looked at by machines: `/healthz`, `/readyz`, `/metrics`, and the schema that editors fetch.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};

use crate::{config::policy::Policy, store::db::Db, telemetry::metrics};

pub(super) fn router(db: Db) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(db))
        .route("/metrics", get(render_metrics).with_state(metrics::install()))
        .route("/schema/seam.json", get(|| async { Json(schema()) }))
}

/// Ready to take deliveries and to work on them: the database answers, and its tables are there.
async fn ready(State(db): State<Db>) -> Response {
    match db.ready().await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(error) => {
            tracing::warn!("not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "the database cannot be reached" })))
                .into_response()
        }
    }
}

async fn render_metrics(State(metrics): State<PrometheusHandle>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}

fn schema() -> Value {
    schemars::schema_for!(Policy).to_value()
}
