//! `/executions/{id}`: what one run did, step by step. Check runs link here. Outputs quote private code: operators only.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    desk::{Desk, Problem},
    times::{lasted, moment},
};
use crate::{
    domain::{
        execution::{Execution, Step},
        ids::ExecutionId,
    },
    store::{
        effect::{self, RecordedEffect},
        error::StoreError,
        execution, step,
    },
};

/// What is shown of one value; the database has the rest.
const SHOWN: usize = 20_000;
/// Steps and effects shown: a `for_each` over thousands of items is no page.
const ROWS: usize = 500;

pub fn router(desk: Arc<Desk>) -> Router {
    Router::new().route("/executions/{id}", get(show)).with_state(desk)
}

async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // Before anything is looked up: a stranger does not learn which executions there are.
    if !desk.visitor(&parts).may_read() {
        return stranger(&desk);
    }
    let Ok(id) = id.parse::<ExecutionId>() else { return missing(&desk) };
    match load(&desk, id).await {
        Ok(Some(view)) => desk.pages.render(StatusCode::OK, "execution.html", view),
        Ok(None) => missing(&desk),
        Err(error) => desk.broken(error),
    }
}

async fn load(desk: &Desk, id: ExecutionId) -> Result<Option<Value>, StoreError> {
    let Some(execution) = execution::get(&desk.db, id).await? else { return Ok(None) };
    let steps = step::of(&desk.db, id).await?;
    let effects = effect::of(&desk.db, id).await?;
    Ok(Some(json!({
        "execution": head(&execution, desk.clock.now()),
        "left_out": steps.len().saturating_sub(ROWS) + effects.len().saturating_sub(ROWS),
        "steps": steps.iter().take(ROWS).map(step_row).collect::<Vec<_>>(),
        "effects": effects.iter().take(ROWS).map(effect_row).collect::<Vec<_>>(),
    })))
}

fn head(execution: &Execution, now: DateTime<Utc>) -> Value {
    let ended = execution.finished_at.unwrap_or(now);
    json!({
        "id": execution.id.0,
        "workflow": execution.workflow,
        "status": execution.status.as_str(),
        "is_final": execution.status.is_final(),
        "reason": execution.reason,
        "repo": execution.repo.as_ref().map(ToString::to_string),
        "lane": execution.lane.as_ref().map(ToString::to_string),
        "delivery": execution.delivery.as_ref().map(ToString::to_string),
        "attempt": execution.attempt,
        "created": moment(execution.created_at),
        "waited": execution.started_at.map(|started| lasted(execution.created_at, started)),
        "ran": execution.started_at.map(|started| lasted(started, ended)),
        "input": shown(&execution.input),
    })
}

fn step_row(step: &Step) -> Value {
    json!({
        "path": step.path,
        "status": step.status,
        "took": lasted(step.started_at, step.finished_at),
        "attempt": step.attempt,
        "error": step.error,
        "output": (!step.output.is_null()).then(|| shown(&step.output)),
    })
}

fn effect_row(effect: &RecordedEffect) -> Value {
    json!({
        "kind": effect.kind,
        "key": effect.key.to_string(),
        "progress": effect.progress,
        "error": effect.error,
        "effect": shown(&effect.effect),
        "result": effect.result.as_ref().map(shown),
    })
}

/// Indented JSON, cut where it is long.
fn shown(value: &serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("a JSON value is JSON");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}\n… cut here: {} characters in all", &text[..end], text.chars().count()),
        None => text,
    }
}

fn stranger(desk: &Desk) -> Response {
    let problem = Problem {
        title: "What a run did is shown to operators",
        what:
            "Its steps quote code that may be private. All findings stand on GitHub, in the check run and the review \
               that you came from."
                .to_owned(),
        todo: "If you operate this server, print a sign-in link on its machine, open it, and come back here:",
        command: Some("seam setup"),
        link: None,
    };
    desk.problem(StatusCode::UNAUTHORIZED, &problem)
}

fn missing(desk: &Desk) -> Response {
    let problem = Problem {
        title: "There is no such execution",
        what: "It never was, or it was forgotten: finished executions are kept for a limited time.".to_owned(),
        todo: "These are the latest ones:",
        command: Some("seam executions list"),
        link: Some((desk.pages.path("/"), "To the start page")),
    };
    desk.problem(StatusCode::NOT_FOUND, &problem)
}
