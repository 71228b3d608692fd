//! What `seam doctor` looks at: each part that Seam stands on, whether it is in order, and how to mend it. What is broken
//! ends nothing: the rest is looked at all the same.

use std::time::Duration;

use chrono::DateTime;
use secrecy::ExposeSecret as _;
use tokio::{process::Command, sync::watch};
use url::Url;

use super::{
    basis::{self, NO_SERVER},
    data_dir,
    grants::{app_grants, installations},
    hook_check,
    keyring::{Keyring, credentials_of},
    master_key::MasterKey,
    vault::Vault,
};
use crate::{
    config::settings::Settings,
    dashboard::registrar::Registrar as _,
    github::client::{self, GitHub},
    store::{db::Db, execution},
    telemetry::clock::Clock,
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
    pub(super) fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, found: found.into(), mend: None }
    }

    pub(super) fn bad(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, found: found.into(), mend: Some(mend.into()) }
    }
}

/// As much of what a server works with as there is.
pub(super) struct Ground {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) db: Option<Db>,
    keyring: Option<Keyring>,
}

impl Ground {
    pub(super) fn public_url(&self) -> Url {
        self.keyring.as_ref().map_or_else(|| self.settings.public_url.clone(), Keyring::public_url)
    }

    pub(super) fn has_secret(&self) -> bool {
        match &self.keyring {
            Some(keyring) => !keyring.secrets().borrow().is_empty(),
            None => self.settings.github.webhook_secret.is_some(),
        }
    }

    fn is_set_up(&self) -> bool {
        self.settings.github.app.is_some() || self.keyring.as_ref().is_some_and(|keyring| keyring.current().is_some())
    }

    fn github(&self) -> Result<GitHub, client::ClientError> {
        let credentials = match &self.keyring {
            Some(keyring) => keyring.credentials(),
            None => watch::channel(self.settings.github.app.as_ref().map(credentials_of)).1,
        };
        let settings = client::Settings::new(self.settings.github.api_url.clone());
        GitHub::new(settings, credentials, self.clock.clone())
    }
}

/// Looks at everything, in the order in which things depend on each other.
pub async fn look(settings: Settings, clock: Clock) -> Vec<Check> {
    client::install_crypto_provider();
    let mut checks = vec![git().await];
    let ground = ground(settings, clock, &mut checks).await;
    checks.extend(data_dir::look(&ground.settings.data_dir));
    let github = &ground.settings.github;
    checks.extend(reach("GitHub's API", &github.api_url).await);
    checks.extend(reach("GitHub's pages", &github.web_url).await);
    if let Some(llm) = &ground.settings.llm {
        checks.extend(reach("Language model", &llm.base_url).await);
    }
    checks.push(hook_check::here(&ground));
    if !ground.is_set_up() {
        checks.push(Check::bad("App", "no GitHub App is set up", "open the link that `seam setup` prints"));
    } else {
        checks.extend(app(&ground).await);
    }
    if let Some(db) = &ground.db {
        db.close().await;
    }
    checks
}

/// Master key, database and credentials, each with what is wrong with it.
async fn ground(settings: Settings, clock: Clock, checks: &mut Vec<Check>) -> Ground {
    let key = MasterKey::find(settings.master_key.as_ref(), &settings.data_dir);
    if let Some(path) = Db::not_made_yet(settings.database_url.expose_secret()) {
        checks.push(Check::bad("Database", format!("there is none at {}", path.display()), NO_SERVER));
        return Ground { settings, clock, db: None, keyring: None };
    }
    if let Err(error) = &key {
        checks.push(Check::bad("Master key", format!("{error:#}"), "do that; until then the credentials stay sealed"));
    }
    let db = match basis::connect(&settings).await {
        Ok(db) => {
            checks.push(waiting(&db).await);
            Some(db)
        }
        Err(error) => {
            checks.push(Check::bad("Database", format!("{error:#}"), "start it, or correct DATABASE_URL"));
            None
        }
    };
    let keyring = match (&key, &db) {
        (Ok(key), Some(db)) => {
            let loaded = Keyring::load(db.clone(), Vault::new(key), clock.clone(), &settings).await;
            let mend = "bring back the master key (SEAM_MASTER_KEY, or master.key in the data dir), or `seam secrets forget` \
                        and set up an App again";
            let wrong = |error: anyhow::Error| Check::bad("Credentials", error.root_cause().to_string(), mend);
            loaded.map_err(|error| checks.push(wrong(error))).ok()
        }
        _ => None,
    };
    Ground { settings, clock, db, keyring }
}

async fn waiting(db: &Db) -> Check {
    match execution::counts(db).await {
        Ok(counts) if counts.failed > 0 => Check::bad(
            "Database",
            format!("{}: {} executions failed for good", db.name(), counts.failed),
            "`seam executions list --status failed` names them, `seam executions show ID` says why",
        ),
        Ok(counts) => Check::good("Database", format!("{}, {} executions wait", db.name(), counts.queued)),
        Err(error) => Check::bad("Database", error.to_string(), "mend it; DATABASE_URL names it"),
    }
}

async fn app(ground: &Ground) -> Vec<Check> {
    let github = match ground.github() {
        Ok(github) => github,
        Err(error) => return vec![Check::bad("App", error.to_string(), "correct SEAM_GITHUB_API_URL")],
    };
    let app = match github.app().app().await {
        Ok(app) => app,
        Err(error) => {
            let mend = "check SEAM_GITHUB_APP_ID and SEAM_GITHUB_PRIVATE_KEY, or `seam secrets forget` and set up an App again";
            return vec![Check::bad("App", error.to_string(), mend)];
        }
    };
    let mut checks = vec![Check::good("App", format!("{} ({})", app.name, app.html_url))];
    checks.extend(app_grants(&app));
    checks.extend(hook_check::at_github(ground, &github, &app).await);
    checks.extend(installations(&github, &app).await);
    checks
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

/// Every host that Seam may contact with these settings, and why.
pub fn hosts(settings: &Settings) -> Vec<(String, &'static str)> {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let github = &settings.github;
    let mut hosts = vec![
        (host(&github.api_url), "GitHub's API: everything that is read and written there"),
        (host(&github.web_url), "git: the commits that are reviewed"),
    ];
    let database = Url::parse(settings.database_url.expose_secret()).ok();
    if let Some(database) = database.filter(|url| url.scheme().starts_with("postgres")) {
        hosts.push((host(&database), "the database"));
    }
    if let Some(llm) = &settings.llm {
        hosts.push((host(&llm.base_url), "the language model: names of changed files, and lines that were added"));
    }
    hosts
}
