//! What all pages work with.

use std::sync::Arc;

use axum::{
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::{
    page::Pages,
    registrar::{Registrar, Source},
    signed::Signer,
    visitor::{Doorkeeper, Visitor, is_loopback},
};
use crate::{github::client::GitHub, store::db::Db, telemetry::clock::Clock};

pub struct Desk {
    pub pages: Pages,
    pub door: Doorkeeper,
    pub signer: Signer,
    pub db: Db,
    pub github: GitHub,
    pub registrar: Arc<dyn Registrar>,
    /// This server, as the operator's settings have it.
    pub public_url: Url,
    /// GitHub's pages.
    pub web_url: Url,
    pub clock: Clock,
}

/// A page that says what went wrong and what to do about it.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    pub(super) title: &'static str,
    /// What happened, in a sentence or two.
    pub(super) what: String,
    pub(super) todo: &'static str,
    /// To be typed on the machine that Seam runs on.
    pub(super) command: Option<&'static str>,
    /// Path and words of a link.
    pub(super) link: Option<(String, &'static str)>,
}

impl Desk {
    pub(super) fn visitor(&self, parts: &Parts) -> Visitor {
        let registered_elsewhere = self.registrar.current().is_some_and(|app| match app.source {
            // GitHub's webhooks come here from somewhere else, and so may anybody.
            Source::Settings => !is_loopback(&self.web_url),
            Source::SetUp { address, .. } => address != self.public_url,
        });
        self.door.visitor(parts, !registered_elsewhere)
    }

    pub(super) fn problem(&self, status: StatusCode, problem: &Problem) -> Response {
        self.pages.render(status, "problem.html", json!({ "problem": problem }))
    }

    pub(super) fn broken(&self, error: impl std::fmt::Display) -> Response {
        tracing::error!("a page could not be made: {error}");
        let problem = Problem {
            title: "Seam cannot read its database",
            what: "The page could not be made; the log says why.".to_owned(),
            todo: "Look at the log, mend the database, and reload this page. This checks everything:",
            command: Some("seam doctor"),
            link: None,
        };
        self.problem(StatusCode::INTERNAL_SERVER_ERROR, &problem)
    }
}
