//! What `seam doctor` looks at: each part that Seam stands on, whether it is in order, and how to mend it.

use std::time::Duration;

use chrono::DateTime;
use tokio::process::Command;
use url::Url;

use super::basis::Basis;
use crate::{
    config::app_manifest::{Access, AppManifest},
    dashboard::{registrar::Registrar as _, visitor::is_loopback},
    github::app::{App, Installation},
    store::execution,
};

/// GitHub refuses the App's tokens when clocks are further apart.
const SKEW: i64 = 60;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub what: &'static str,
    pub found: String,
    /// What to do, where it is not in order.
    pub mend: Option<String>,
}

impl Check {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, found: found.into(), mend: None }
    }

    fn bad(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, found: found.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything, in the order in which things depend on each other.
pub async fn look(basis: &Basis) -> Vec<Check> {
    let settings = &basis.settings;
    let mut checks = vec![database(basis).await, git().await];
    checks.extend(reach("GitHub's API", &settings.github.api_url).await);
    checks.extend(reach("GitHub's pages", &settings.github.web_url).await);
    checks.push(webhook(basis));
    match basis.keyring.current() {
        None => checks.push(Check::bad("App", "no GitHub App is set up", "open the link that `seam setup` prints")),
        Some(_) => match basis.github.app().app().await {
            Err(error) => checks.push(Check::bad(
                "App",
                error.to_string(),
                "check SEAM_GITHUB_APP_ID and SEAM_GITHUB_PRIVATE_KEY, or `seam secrets forget` and set up an App again",
            )),
            Ok(app) => {
                checks.push(Check::good("App", format!("{} ({})", app.name, app.html_url)));
                checks.extend(app_grants(&app, &settings.github.web_url));
                checks.extend(installations(basis, &app).await);
            }
        },
    }
    checks
}

async fn database(basis: &Basis) -> Check {
    match execution::counts(&basis.db).await {
        Ok(counts) if counts.failed > 0 => Check::bad(
            "Database",
            format!("{}: {} executions failed for good", basis.db.name(), counts.failed),
            "look at them on the start page, which `seam setup` signs in to",
        ),
        Ok(counts) => Check::good("Database", format!("{}, {} executions wait", basis.db.name(), counts.queued)),
        Err(error) => Check::bad("Database", error.to_string(), "mend it; DATABASE_URL names it"),
    }
}

async fn git() -> Check {
    let ran = Command::new("git").arg("--version").output().await;
    let said =
        ran.ok().filter(|ran| ran.status.success()).map(|ran| String::from_utf8_lossy(&ran.stdout).trim().to_owned());
    let Some(said) = said else {
        return Check::bad("git", "git cannot be run", "install git 2.39 or newer, and have it in PATH");
    };
    let mut numbers = said.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= (2, 39) => Check::good("git", said),
        _ => Check::bad("git", said, "install git 2.39 or newer"),
    }
}

/// Whether a host answers, whatever it says, and how far its clock is from this one.
async fn reach(what: &'static str, url: &Url) -> Vec<Check> {
    let client = reqwest::Client::builder().user_agent("seam").timeout(Duration::from_secs(10)).build();
    let asked = match client {
        Ok(client) => client.get(url.clone()).send().await,
        Err(error) => Err(error),
    };
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            let mend = format!("let this machine reach {url} (firewall, proxy, DNS, certificates)");
            let why = anyhow::Error::from(error.without_url());
            return vec![Check::bad(what, format!("{url} does not answer: {why:#}"), mend)];
        }
    };
    let mut checks = vec![Check::good(what, format!("{url} answers"))];
    let date = answer.headers().get("date").and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
    let skew = date.map_or(0, |date| (chrono::Utc::now() - date.to_utc()).num_seconds());
    if skew.abs() > SKEW {
        let found = format!("this machine's clock is {skew} seconds from that of {url}");
        checks.push(Check::bad("Clock", found, "set the clock, best by NTP: tokens are refused when it is wrong"));
    }
    checks
}

fn webhook(basis: &Basis) -> Check {
    let address = basis.keyring.public_url();
    let hook = format!("{}/webhooks/github", address.as_str().trim_end_matches('/'));
    if basis.keyring.secrets().borrow().is_empty() {
        return Check::bad(
            "Webhook",
            "no secret is set up: there is no endpoint",
            "set up the App, or give SEAM_GITHUB_WEBHOOK_SECRET",
        );
    }
    if is_loopback(&address) && !is_loopback(&basis.settings.github.web_url) {
        return Check::bad(
            "Webhook",
            format!("GitHub cannot reach {hook}"),
            "set SEAM_PUBLIC_URL to the address that GitHub reaches",
        );
    }
    Check::good("Webhook", format!("{hook}, with a secret"))
}

/// The page on which the App's own permissions and events are changed.
fn permissions_page(app: &App, web_url: &Url) -> String {
    let web = web_url.as_str().trim_end_matches('/');
    match app.owner.as_ref().filter(|owner| owner.is_organization()) {
        Some(owner) => format!("{web}/organizations/{}/settings/apps/{}/permissions", owner.login, app.slug),
        None => format!("{web}/settings/apps/{}/permissions", app.slug),
    }
}

fn app_grants(app: &App, web_url: &Url) -> Vec<Check> {
    let page = permissions_page(app, web_url);
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
        checks.push(Check::good("Permissions", "the App has all permissions and events it needs"));
    }
    checks
}

async fn installations(basis: &Basis, app: &App) -> Vec<Check> {
    const WHAT: &str = "Installation";
    let found = match basis.github.app().installations().await {
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
    granted.and_then(|granted| Access::granted(granted)).is_some_and(|granted| granted >= wanted)
}
