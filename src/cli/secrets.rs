//! `seam secrets`: what is kept sealed in the database.

use std::io::Write as _;

use clap::Subcommand;

use super::command_line::{Outcome, command_settings};
use crate::{
    app::{basis, keyring},
    config::sources::Flags,
};

/// Look after what is kept sealed in the database
#[derive(clap::Args, Debug)]
pub struct Secrets {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Forget the App's credentials that set-up brought: Seam works as no App until it is set up again
    Forget,
}

impl Secrets {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let Action::Forget = self.action;
        let forgotten = runtime.block_on(async {
            let db = basis::connect(&settings).await?;
            let forgotten = keyring::forget(&db).await?;
            db.close().await;
            anyhow::Ok(forgotten)
        })?;
        let said = if forgotten {
            "The credentials are forgotten. `seam setup` prints the link to set up another App; the old one can be deleted on GitHub."
        } else {
            "No credentials are kept here."
        };
        writeln!(anstream::stdout(), "{said}")?;
        Ok(Outcome::Done)
    }
}
