//! `seam secrets`: which there are, a new webhook secret, and forgetting what set-up brought.

use std::time::Duration;

use clap::Subcommand;

use super::{
    command_line::{Outcome, command_settings},
    format::{print, table},
    progress,
};
use crate::{
    app::{basis, basis::Basis, inventory, keyring, rotation},
    config::{settings::Settings, sources::Flags},
    dashboard::times::ago,
    telemetry::clock::Clock,
};

/// Running processes look for changes every 15 seconds.
const SETTLE: Duration = Duration::from_secs(20);

/// Look after the secrets that Seam works with
#[derive(clap::Args, Debug)]
pub struct Secrets {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Name them, with where each comes from and how old it is; never what it is
    List,
    /// Make a new webhook secret, at GitHub and here; the old one is accepted for another day
    Rotate,
    /// Forget the App's credentials that set-up brought: Seam works as no App until it is set up again
    Forget,
}

impl Secrets {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        match self.action {
            Action::List => runtime.block_on(list(settings))?,
            Action::Rotate => {
                let label = "Waiting until every running process knows the new secret, then telling GitHub".to_owned();
                progress::shown(label, || runtime.block_on(rotate(settings)))?;
                print("The webhook secret is changed, at GitHub and here. The old one is accepted for another day.")?;
            }
            Action::Forget => print(match runtime.block_on(forget(settings))? {
                true => {
                    "The credentials are forgotten. `seam setup` prints the link to set up another App; the old one can be \
                     deleted on GitHub."
                }
                false => "No credentials are kept here.",
            })?,
        }
        Ok(Outcome::Done)
    }
}

async fn list(settings: Settings) -> anyhow::Result<()> {
    let basis = Basis::of_server(settings, Clock::System).await?;
    let now = basis.clock.now();
    let rows = inventory::list(&basis).await?.into_iter().map(|secret| {
        let since = secret.since.map_or_else(|| "-".to_owned(), |since| ago(since, now));
        [secret.name, since, secret.place]
    });
    print(&table(["NAME", "MADE", "PLACE"], rows.collect()))?;
    basis.db.close().await;
    Ok(())
}

async fn rotate(settings: Settings) -> anyhow::Result<()> {
    let basis = Basis::of_server(settings, Clock::System).await?;
    let rotated = rotation::rotate(&basis, SETTLE).await;
    basis.db.close().await;
    rotated
}

async fn forget(settings: Settings) -> anyhow::Result<bool> {
    let db = basis::connect(&settings).await?;
    let forgotten = keyring::forget(&db).await?;
    db.close().await;
    Ok(forgotten)
}
