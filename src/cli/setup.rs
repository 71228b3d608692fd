//! `seam setup`: the link to the set-up page.

use std::io::Write as _;

use super::command_line::{Outcome, command_settings};
use crate::{app::basis::Basis, config::sources::Flags, telemetry::clock::Clock};

/// Print a link that signs one browser in: to set-up, and to the pages of executions
#[derive(clap::Args, Debug)]
pub struct Setup {}

impl Setup {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let link = runtime.block_on(async {
            let basis = Basis::of_server(settings, Clock::System).await?;
            let link = basis.sign_in_link().await;
            basis.db.close().await;
            link
        })?;
        writeln!(anstream::stdout(), "{link}")?;
        Ok(Outcome::Done)
    }
}
