//! The App, its installations and deliveries.

use serde_json::{Value, json};

use super::{
    super::model::{
        accounts::AccountKind,
        app::{App, Installation, Permissions},
        delivery::Delivery,
        world::World,
    },
    account, time,
};

pub(crate) fn permissions(granted: &Permissions) -> Value {
    let mut all: serde_json::Map<String, Value> =
        granted.iter().map(|(name, level)| (name.clone(), json!(level.as_str()))).collect();
    all.insert("metadata".to_owned(), json!("read"));
    Value::Object(all)
}

/// `integration`.
pub(crate) fn integration(world: &World, app: &App) -> Value {
    json!({
        "id": app.id,
        "slug": app.slug,
        "client_id": app.client_id,
        "node_id": format!("A_fake{}", app.id),
        "owner": account::simple(world, &app.owner),
        "name": app.name,
        "description": "",
        "external_url": "https://seam.example.com",
        "html_url": format!("{}/apps/{}", world.web_url, app.slug),
        "created_at": time(app.created_at),
        "updated_at": time(app.created_at),
        "permissions": permissions(&app.permissions),
        "events": app.events,
    })
}

/// `webhook-config`. A secret is never shown.
pub(crate) fn hook(app: &App) -> Value {
    let mut shown = json!({ "content_type": "json", "insecure_ssl": "0", "url": app.webhook_url });
    if !app.webhook_secret.is_empty() {
        shown["secret"] = json!("*".repeat(8));
    }
    shown
}

/// `installation`.
pub(crate) fn installation(world: &World, app: &App, installation: &Installation) -> Value {
    let account = world.account(&installation.account);
    let settings = match account.kind {
        AccountKind::Organization => format!("organizations/{}/settings", account.login),
        AccountKind::User | AccountKind::Bot => "settings".to_owned(),
    };
    let suspended = installation.suspended.as_ref();
    json!({
        "id": installation.id,
        "client_id": app.client_id,
        "account": account::simple(world, &installation.account),
        "repository_selection": if installation.withheld.is_empty() { "all" } else { "selected" },
        "access_tokens_url": format!("{}/app/installations/{}/access_tokens", world.api_url, installation.id),
        "repositories_url": format!("{}/installation/repositories", world.api_url),
        "html_url": format!("{}/{settings}/installations/{}", world.web_url, installation.id),
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.kind.as_str(),
        "permissions": permissions(&installation.permissions),
        "events": installation.events,
        "created_at": time(installation.created_at),
        "updated_at": time(installation.created_at),
        "single_file_name": null,
        "has_multiple_single_files": false,
        "single_file_paths": [],
        "suspended_by": suspended.map(|(by, _)| account::simple(world, by)),
        "suspended_at": suspended.map(|(_, at)| time(*at)),
    })
}

/// `hook-delivery-item`.
pub(crate) fn delivery(delivery: &Delivery) -> Value {
    let status = match delivery.answered {
        Some(code @ 200..=299) => (code, "OK"),
        Some(code) => (code, "Invalid HTTP Response"),
        None => (502, "failed to connect to host"),
    };
    json!({
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": time(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": 0.1,
        "status": status.1,
        "status_code": status.0,
        "event": delivery.webhook.event,
        "action": delivery.webhook.payload["action"].as_str(),
        "installation_id": delivery.webhook.installation,
        "repository_id": delivery.webhook.repository,
        "throttled_at": null,
    })
}
