//! `/`: what this server is, and, for its operators, what it has been doing.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};

use super::{
    desk::{Desk, Problem},
    registrar::Source,
    times::{ago, lasted},
};
use crate::{
    domain::execution::Execution,
    review::markdown::shorten,
    store::{error::StoreError, execution},
};

const LATEST: u32 = 25;

pub fn router(desk: Arc<Desk>) -> Router {
    Router::new().route("/", get(start)).fallback(nothing).with_state(desk)
}

async fn start(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let app = desk.registrar.current().map(|app| match app.source {
        Source::Settings => json!({ "id": app.id }),
        Source::SetUp { name, html_url, .. } => json!({ "id": app.id, "name": name, "html_url": html_url }),
    });
    let activity = match desk.visitor(&parts).may_read() {
        true => match activity(&desk).await {
            Ok(activity) => Some(activity),
            Err(error) => return desk.broken(error),
        },
        false => None,
    };
    desk.pages.render(StatusCode::OK, "start.html", json!({ "app": app, "activity": activity }))
}

async fn activity(desk: &Desk) -> Result<Value, StoreError> {
    let counts = execution::counts(&desk.db).await?;
    let filter = execution::Filter { limit: LATEST, ..execution::Filter::default() };
    let latest: Vec<_> =
        execution::list(&desk.db, &filter).await?.iter().map(|execution| row(desk, execution)).collect();
    Ok(json!({ "queued": counts.queued, "running": counts.running, "failed": counts.failed, "latest": latest }))
}

fn row(desk: &Desk, execution: &Execution) -> Value {
    let now = desk.clock.now();
    json!({
        "id": execution.id.0,
        "workflow": execution.workflow,
        "status": execution.status.as_str(),
        "repo": execution.repo.as_ref().map(ToString::to_string),
        "reason": execution.reason.as_deref().map(|reason| shorten(reason, 160)),
        "ago": ago(execution.created_at, now),
        "ran": execution.started_at.map(|started| lasted(started, execution.finished_at.unwrap_or(now))),
    })
}

async fn nothing(State(desk): State<Arc<Desk>>) -> Response {
    let problem = Problem {
        title: "There is nothing at this address",
        what: "Seam has no page here.".to_owned(),
        todo: "",
        command: None,
        link: Some((desk.pages.path("/"), "To the start page")),
    };
    desk.problem(StatusCode::NOT_FOUND, &problem)
}
