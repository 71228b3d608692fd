//! The web pages: registering an App from a manifest, and installing it.
//! Source: <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::server::Shared;

pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/settings/apps/new", post(for_me))
        .route("/organizations/{organization}/settings/apps/new", post(for_organization))
        .route("/apps/{slug}/installations/new", get(choose_account))
        .route("/apps/{slug}/installations", post(install))
        .with_state(shared)
}

type Fields = BTreeMap<String, String>;

async fn for_me(State(shared): State<Arc<Shared>>, Query(query): Query<Fields>, Form(form): Form<Fields>) -> Response {
    register(&shared, "ada", &query, &form)
}

async fn for_organization(
    State(shared): State<Arc<Shared>>,
    Path(organization): Path<String>,
    Query(query): Query<Fields>,
    Form(form): Form<Fields>,
) -> Response {
    register(&shared, &organization, &query, &form)
}

/// Takes the manifest and sends the browser back with a code, as after a click on "Create GitHub App".
fn register(shared: &Shared, owner: &str, query: &Fields, form: &Fields) -> Response {
    let refuse = |why: &str| {
        (StatusCode::UNPROCESSABLE_ENTITY, Html(format!("<h1>Invalid manifest</h1><p>{why}</p>"))).into_response()
    };
    let Some(mut manifest) = form.get("manifest").and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return refuse("The manifest is missing or no JSON.");
    };
    if !shared.world().accounts.contains_key(owner) {
        return (StatusCode::NOT_FOUND, Html("<h1>404</h1>")).into_response();
    }
    if let Some(why) = problem(&manifest) {
        return refuse(&why);
    }
    manifest["owner"] = json!(owner);
    let redirect = manifest["redirect_url"].as_str().unwrap_or_default().to_owned();
    let mut world = shared.world();
    let (code, now) = (format!("code{}", world.new_id()), world.now());
    world.manifests.insert(code.clone(), (manifest, now));
    let mut back = url::form_urlencoded::Serializer::new(String::new());
    back.append_pair("code", &code);
    if let Some(state) = query.get("state") {
        back.append_pair("state", state);
    }
    Redirect::to(&format!("{redirect}?{}", back.finish())).into_response()
}

/// What GitHub would not take.
fn problem(manifest: &Value) -> Option<String> {
    const KNOWN: [&str; 12] = [
        "name",
        "url",
        "hook_attributes",
        "redirect_url",
        "callback_urls",
        "setup_url",
        "setup_on_update",
        "description",
        "public",
        "default_events",
        "default_permissions",
        "request_oauth_on_install",
    ];
    const ALWAYS_ON: [&str; 4] = ["installation", "installation_repositories", "github_app_authorization", "ping"];
    if let Some(unknown) = manifest.as_object()?.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Some(format!("unknown key {unknown}"));
    }
    for (key, value) in [
        ("url", &manifest["url"]),
        ("hook_attributes.url", &manifest["hook_attributes"]["url"]),
        ("redirect_url", &manifest["redirect_url"]),
    ] {
        if value.as_str().is_none_or(|text| url::Url::parse(text).is_err()) {
            return Some(format!("{key} is missing or no URL"));
        }
    }
    if manifest["callback_urls"].as_array().is_some_and(|urls| urls.len() > 10) {
        return Some("more than 10 callback URLs".to_owned());
    }
    let mut events = manifest["default_events"].as_array().into_iter().flatten().filter_map(Value::as_str);
    events.find(|event| ALWAYS_ON.contains(event)).map(|event| format!("default_events: {event} always comes"))
}

/// The page on which one chooses where to install.
async fn choose_account(State(shared): State<Arc<Shared>>, Path(slug): Path<String>) -> Response {
    let known = shared.world().app.as_ref().is_some_and(|app| app.slug == slug);
    if !known {
        return (StatusCode::NOT_FOUND, Html("<h1>404</h1>")).into_response();
    }
    let form = format!(
        "<form method=post action=\"/apps/{slug}/installations\"><button name=account value=octo>Install on octo</button></form>"
    );
    Html(format!("<h1>Install {slug}</h1>{form}")).into_response()
}

async fn install(State(shared): State<Arc<Shared>>, Form(form): Form<Fields>) -> Html<&'static str> {
    shared.install(form.get("account").map_or("octo", String::as_str));
    shared.deliver().await;
    Html("<h1>Installed</h1>")
}
