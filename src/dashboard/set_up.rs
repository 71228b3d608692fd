//! `/setup`: from nothing to an installed App. The page says what the App may do and why; one button registers it on
//! GitHub by the manifest flow; GitHub leads back with a code that is worth the App's credentials, once.
//!
//! Source: <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{
    desk::Desk,
    registrar::{CurrentApp, Source},
    registration::{self, Choice, Places, Registration},
    set_up_problem as problem,
    signed::NotAccepted,
    times::ago,
    visitor::{Session, Visitor},
};
use crate::{
    config::app_manifest::AppManifest,
    github::error::GitHubError,
    store::{
        delivery,
        error::StoreError,
        installation::{self, InstallationState},
    },
};

/// GitHub's codes live an hour.
const STATE_LASTS: TimeDelta = TimeDelta::hours(1);

pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/setup", get(set_up))
        .route("/setup/registered", get(registered))
        .route("/setup/installed", get(installed))
        .with_state(desk)
}

#[derive(Default, Deserialize)]
struct Entry {
    token: Option<String>,
    /// Register another App although there is one.
    again: Option<String>,
}

async fn set_up(
    State(desk): State<Arc<Desk>>,
    entry: Result<Query<Entry>, QueryRejection>,
    choice: Result<Query<Choice>, QueryRejection>,
    request: Request,
) -> Response {
    // An address that nobody can read says nothing.
    let (Query(entry), Query(choice)) = (entry.unwrap_or_default(), choice.unwrap_or_default());
    let (parts, _) = request.into_parts();
    let visitor = desk.visitor(&parts);
    if let Some(token) = entry.token {
        return enter(&desk, &visitor, &token).await;
    }
    let Visitor::Operator(session) = visitor else { return problem::no_session(&desk) };
    match desk.registrar.current() {
        Some(app) if entry.again.is_none() || app.source == Source::Settings => match app_page(&desk, &app).await {
            Ok(page) => page,
            Err(error) => desk.broken(error),
        },
        current => register_page(&desk, &choice, &parts.headers, session, current.as_ref()),
    }
}

/// Trades the printed token for a cookie, and takes it out of the address.
async fn enter(desk: &Desk, visitor: &Visitor, token: &str) -> Response {
    let mut response = Redirect::to(&desk.pages.path("/setup")).into_response();
    if !matches!(visitor, Visitor::Operator(_)) {
        match desk.registrar.redeem(token).await {
            Ok(true) => {
                tracing::info!("an operator signed in with the set-up token");
                let cookie = HeaderValue::from_str(&desk.door.open()).expect("a cookie of base64 is plain ASCII");
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            Ok(false) => return problem::old_token(desk),
            Err(error) => return desk.broken(error),
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the App will be, with the button that registers it.
fn register_page(
    desk: &Desk,
    choice: &Choice,
    headers: &HeaderMap,
    session: Session,
    current: Option<&CurrentApp>,
) -> Response {
    let address = match current.map(|app| &app.source) {
        Some(Source::SetUp { address, .. }) => address,
        _ => &desk.public_url,
    };
    let places = Places { address, github: &desk.web_url };
    let registration = Registration::new(choice, &places, headers, &session);
    let form = registration.address().map(|address| {
        let state = registration::State { session, address: address.clone(), again: current.is_some() };
        let state = desk.signer.sign(registration::State::PURPOSE, &state, desk.clock.now() + STATE_LASTS);
        json!({
            "action": registration.action(&desk.web_url, &state),
            "manifest": registration.manifest(address).to_string(),
        })
    });
    let manifest = AppManifest::built_in();
    let view = json!({
        "permissions": manifest.permissions,
        "events": manifest.events,
        "github": desk.web_url.host_str(),
        "again": current.is_some(),
        "registration": registration,
        "form": form,
    });
    desk.pages.render(StatusCode::OK, "register.html", view)
}

/// The App that is there, and what is left to do.
async fn app_page(desk: &Desk, app: &CurrentApp) -> Result<Response, StoreError> {
    let installations: Vec<_> = installation::list(&desk.db)
        .await?
        .into_iter()
        .filter(|installation| installation.state != InstallationState::Removed)
        .map(|installation| {
            let suspended = installation.state == InstallationState::Suspended;
            json!({ "login": installation.account.login, "suspended": suspended })
        })
        .collect();
    let now = desk.clock.now();
    let last = delivery::list(&desk.db, now + TimeDelta::minutes(1), 1).await?.into_iter().next();
    let app = match &app.source {
        Source::Settings => json!({ "id": app.id }),
        Source::SetUp { name, html_url, .. } => json!({ "id": app.id, "name": name, "html_url": html_url }),
    };
    let last_delivery = last.map(|delivery| json!({ "event": delivery.event, "ago": ago(delivery.received_at, now) }));
    let view = json!({ "app": app, "installations": installations, "last_delivery": last_delivery, "github": desk.web_url.host_str() });
    Ok(desk.pages.render(StatusCode::OK, "app.html", view))
}

#[derive(Default, Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
}

/// Where GitHub leads after the App was registered.
async fn registered(
    State(desk): State<Arc<Desk>>,
    back: Result<Query<Back>, QueryRejection>,
    request: Request,
) -> Response {
    let Query(back) = back.unwrap_or_default();
    let (parts, _) = request.into_parts();
    let Visitor::Operator(session) = desk.visitor(&parts) else { return problem::no_session(&desk) };
    let (Some(code), Some(state)) = (back.code.filter(|code| is_code(code)), back.state) else {
        return problem::nothing_brought(&desk);
    };
    let state: registration::State = match desk.signer.accept(registration::State::PURPOSE, &state, desk.clock.now()) {
        Ok(state) => state,
        Err(NotAccepted::Expired) => return problem::expired_state(&desk),
        Err(NotAccepted::Forged) => return problem::wrong_state(&desk),
    };
    if state.session != session {
        return problem::wrong_state(&desk);
    }
    let before = desk.registrar.current();
    if before.is_some() && !state.again {
        return problem::set_up_already(&desk);
    }
    match desk.github.convert_manifest(&SecretString::from(code)).await {
        Ok(app) => {
            let kept = desk.registrar.keep(&app, &state.address).await;
            if let Err(error) = kept {
                tracing::error!("the credentials of the new App could not be stored: {error}");
                return problem::not_kept(&desk);
            }
            tracing::info!(app.id = app.id, "registered as the GitHub App {}", app.slug);
            Redirect::to(&desk.pages.path("/setup")).into_response()
        }
        // The same answer, loaded twice.
        Err(GitHubError::NotFound { .. }) if desk.registrar.current() != before => {
            Redirect::to(&desk.pages.path("/setup")).into_response()
        }
        Err(error) => problem::no_credentials(&desk, &error),
    }
}

fn is_code(code: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !code.is_empty() && code.len() <= 255 && code.bytes().all(allowed)
}

/// Where GitHub leads after somebody installed the App: anybody may see it, and what the address says is not believed.
async fn installed(State(desk): State<Arc<Desk>>) -> Response {
    desk.pages.render(StatusCode::OK, "installed.html", json!({ "github": desk.web_url.host_str() }))
}
