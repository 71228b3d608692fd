//! `seam doctor`: is everything in order, and how to mend what is not.

use std::io::Write as _;

use super::command_line::{Outcome, command_settings};
use crate::{
    app::{basis::Basis, checkup},
    config::{settings::Settings, sources::Flags},
    telemetry::clock::Clock,
};

/// Check database, credentials, permissions, events and reachability, and say how to mend each
#[derive(clap::Args, Debug)]
pub struct Doctor {}

impl Doctor {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let hosts = hosts(&settings);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let checks = runtime.block_on(async {
            let basis = Basis::open(settings, Clock::System).await?;
            let checks = checkup::look(&basis).await;
            basis.db.close().await;
            anyhow::Ok(checks)
        })?;
        let mut out = anstream::stdout();
        for check in &checks {
            match &check.mend {
                None => writeln!(out, "\x1b[32mok\x1b[0m    {:14} {}", check.what, check.found)?,
                Some(mend) => writeln!(
                    out,
                    "\x1b[31mwrong\x1b[0m {:14} {}\n      {:14} to mend it: {mend}",
                    check.what, check.found, ""
                )?,
            }
        }
        writeln!(out, "\nSeam contacts these hosts, and no others:\n{hosts}")?;
        let wrong = checks.iter().any(|check| check.mend.is_some());
        Ok(if wrong { Outcome::Found } else { Outcome::Done })
    }
}

fn hosts(settings: &Settings) -> String {
    use secrecy::ExposeSecret as _;
    let host = |url: &url::Url| url.host_str().unwrap_or_default().to_owned();
    let mut lines = vec![
        format!("  {}: GitHub's API, for everything that is read and written there", host(&settings.github.api_url)),
        format!("  {}: git, to fetch the commits that are reviewed", host(&settings.github.web_url)),
    ];
    let database = url::Url::parse(settings.database_url.expose_secret()).ok();
    if let Some(database) = database.filter(|url| url.scheme().starts_with("postgres")) {
        lines.push(format!("  {}: the database", host(&database)));
    }
    lines.join("\n")
}
