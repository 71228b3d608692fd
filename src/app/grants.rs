//! What the App asks for and what each installation grants it, held against `app-manifest.yml`.

use super::checkup::Check;
use crate::{
    config::app_manifest::{Access, AppManifest},
    github::{
        app::{App, Installation},
        client::GitHub,
    },
};

pub(super) fn app_grants(app: &App) -> Vec<Check> {
    let page = app.permissions_page();
    let mut checks = Vec::new();
    for wanted in &AppManifest::built_in().permissions {
        if !is_granted(app.permissions.get(&wanted.name), wanted.access) {
            let found = format!("does not ask for “{}” ({}): {}", wanted.label, wanted.access.as_str(), wanted.why);
            checks.push(Check::bad("Permission", found, format!("add it on {page}")));
        }
    }
    for wanted in &AppManifest::built_in().events {
        if !app.events.contains(&wanted.name) {
            let found = format!("does not hear “{}”: {}", wanted.label, wanted.why);
            checks.push(Check::bad("Event", found, format!("tick it on {page}")));
        }
    }
    if checks.is_empty() {
        checks.push(Check::good("Permissions", "the App asks for all permissions and events it needs"));
    }
    checks
}

pub(super) async fn installations(github: &GitHub, app: &App) -> Vec<Check> {
    const WHAT: &str = "Installation";
    let found = match github.app().installations().await {
        Ok(found) => found,
        Err(error) => return vec![Check::bad(WHAT, error.to_string(), "try again")],
    };
    if found.is_empty() {
        let mend = format!("install it from {}/installations/new", app.html_url);
        return vec![Check::bad(WHAT, "the App is installed nowhere", mend)];
    }
    found.iter().map(installation).collect()
}

fn installation(installation: &Installation) -> Check {
    const WHAT: &str = "Installation";
    let account = installation.account.as_ref().map_or("an unknown account", |account| &account.login);
    let page = &installation.html_url;
    if installation.suspended_at.is_some() {
        return Check::bad(WHAT, format!("{account}: suspended"), format!("its owner unsuspends it on {page}"));
    }
    let manifest = AppManifest::built_in();
    let permissions = manifest
        .permissions
        .iter()
        .filter(|wanted| !is_granted(installation.permissions.get(&wanted.name), wanted.access))
        .map(|wanted| format!("{} ({})", wanted.label, wanted.access.as_str()));
    let events = manifest.events.iter().filter(|wanted| !installation.events.contains(&wanted.name));
    let missing: Vec<_> = permissions.chain(events.map(|wanted| format!("the event {}", wanted.label))).collect();
    if missing.is_empty() {
        return Check::good(WHAT, format!("{account}: all permissions and events granted"));
    }
    let found = format!("{account}: not granted: {}", missing.join(", "));
    Check::bad(WHAT, found, format!("its owner accepts the new permissions on {page}"))
}

fn is_granted(granted: Option<&String>, wanted: Access) -> bool {
    granted.is_some_and(|granted| wanted.is_in(granted))
}
