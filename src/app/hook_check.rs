//! Whether GitHub's webhooks arrive: the same address and a secret on both sides, and what came of the last deliveries.

use std::collections::{BTreeMap, HashSet};

use super::checkup::{Check, Ground};
use crate::{
    dashboard::{times::ago, visitor::is_loopback},
    github::{app::App, client::GitHub, deliveries::HookDelivery, error::GitHubError},
    store::delivery,
};

const WHAT: &str = "Webhook";

fn address(ground: &Ground) -> String {
    format!("{}/webhooks/github", ground.public_url().as_str().trim_end_matches('/'))
}

/// What this side has.
pub(super) fn here(ground: &Ground) -> Check {
    let hook = address(ground);
    if !ground.has_secret() {
        let mend = "set up the App, or give SEAM_GITHUB_WEBHOOK_SECRET";
        return Check::bad(WHAT, "no secret is set up: there is no endpoint", mend);
    }
    if is_loopback(&ground.public_url()) && !is_loopback(&ground.settings.github.web_url) {
        let mend = "set SEAM_PUBLIC_URL to the address that GitHub reaches";
        return Check::bad(WHAT, format!("GitHub cannot reach {hook}"), mend);
    }
    Check::good(WHAT, format!("{hook}, with a secret"))
}

/// What GitHub has, and what it could not deliver.
pub(super) async fn at_github(ground: &Ground, github: &GitHub, app: &App) -> Vec<Check> {
    let mut checks = match config(ground, github, app).await {
        Ok(checks) => checks,
        Err(error) => vec![Check::bad(WHAT, format!("GitHub does not tell how it is set up: {error}"), "try again")],
    };
    checks.push(match deliveries(ground, github).await {
        Ok(check) => check,
        Err(error) => Check::bad("Deliveries", format!("GitHub does not list them: {error}"), "try again"),
    });
    checks
}

async fn config(ground: &Ground, github: &GitHub, app: &App) -> Result<Vec<Check>, GitHubError> {
    let page = app.settings_page();
    let address = address(ground);
    let Some(config) = github.app().hook_config().await? else {
        let mend = format!("make it active on {page}, with the URL {address}");
        return Ok(vec![Check::bad(WHAT, "the App has none at GitHub", mend)]);
    };
    let mut checks = Vec::new();
    match config.url.as_deref() {
        Some(url) if url.trim_end_matches('/') == address => {}
        url => {
            let found = format!("GitHub sends to {}, and this server is {address}", url.unwrap_or("no address"));
            let mend = format!("correct SEAM_PUBLIC_URL here, or the webhook URL on {page}");
            checks.push(Check::bad(WHAT, found, mend));
        }
    }
    if !config.has_secret() {
        let found = "GitHub signs nothing: no secret is set there, and every delivery is refused";
        checks.push(Check::bad(WHAT, found, "`seam secrets rotate` sets a new one on both sides"));
    }
    if config.content_type.as_deref() == Some("form") {
        let mend = format!("choose application/json on {page}");
        checks.push(Check::bad(WHAT, "GitHub sends forms, and Seam reads JSON", mend));
    }
    if !config.checks_certificate() {
        let mend = format!("enable SSL verification on {page}");
        checks.push(Check::bad(WHAT, "GitHub does not check this server's certificate", mend));
    }
    if checks.is_empty() {
        checks.push(Check::good(WHAT, "GitHub sends to this address, and signs"));
    }
    Ok(checks)
}

/// The newest hundred attempts: those that failed and did not come through later either.
async fn deliveries(ground: &Ground, github: &GitHub) -> anyhow::Result<Check> {
    const WHAT: &str = "Deliveries";
    let (newest, _) = github.app().deliveries(None).await?;
    let mut seen = HashSet::new();
    let mut lost: Vec<&HookDelivery> = Vec::new();
    for attempt in &newest {
        // Newest first: what an earlier attempt of the same delivery came to does not matter.
        if !seen.insert(&attempt.guid) || attempt.succeeded() {
            continue;
        }
        let is_here = match &ground.db {
            Some(db) => delivery::get(db, &attempt.guid).await?.is_some(),
            None => false,
        };
        if !is_here {
            lost.push(attempt);
        }
    }
    let Some(last) = lost.first() else {
        return Ok(Check::good(WHAT, format!("the last {} came through", seen.len())));
    };
    let mut by_code: BTreeMap<i64, usize> = BTreeMap::new();
    lost.iter().for_each(|attempt| *by_code.entry(attempt.status_code).or_default() += 1);
    let codes: Vec<_> = by_code.iter().map(|(code, times)| format!("{} {times} times", answered(*code))).collect();
    let found = format!(
        "{} of the last {} did not come through: {}, last {}",
        lost.len(),
        seen.len(),
        codes.join(", "),
        ago(last.delivered_at, ground.clock.now())
    );
    Ok(Check::bad(WHAT, found, mend(last.status_code, &address(ground))))
}

fn answered(code: i64) -> String {
    if code == 0 { "no answer".to_owned() } else { format!("answered {code}") }
}

fn mend(code: i64, address: &str) -> String {
    let cause = match code {
        401 => "the secrets differ: `seam secrets rotate` sets a new one on both sides".to_owned(),
        404 | 405 => format!("the webhook URL leads elsewhere: it has to be {address}"),
        413 => "a proxy takes no bodies of this size: let it take 25 MB".to_owned(),
        0 | 502 | 504 => format!("let GitHub reach {address} (DNS, firewall, proxy, certificate)"),
        _ => "Seam's log of that time says why".to_owned(),
    };
    format!("{cause}; what was missed is asked for again while `seam serve` runs")
}
