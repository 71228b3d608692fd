//! What is looked at by machines: `/healthz`, `/readyz`, `/metrics`, and the schema that editors fetch.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::sync::watch;

use crate::{config::schema, store::db::Db, telemetry::metrics};

/// `working`: the workers of this process run.
pub(super) fn router(db: Db, working: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state((db, working)))
        .route("/metrics", get(render_metrics).with_state(metrics::install()))
        .route("/schema/seam.json", get(|| async { Json(schema::policy()) }))
}

/// Ready to take deliveries and to work on them: the database answers, its tables are there, the workers run.
async fn ready(State((db, working)): State<(Db, watch::Receiver<bool>)>) -> Response {
    let not_yet = |what: &str| (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": what }))).into_response();
    if let Err(error) = db.ready().await {
        tracing::warn!("not ready: {error}");
        return not_yet("the database cannot be reached");
    }
    if !*working.borrow() {
        return not_yet("the workers do not run");
    }
    Json(json!({ "status": "ready" })).into_response()
}

async fn render_metrics(State(metrics): State<PrometheusHandle>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}
