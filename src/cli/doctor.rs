//! `seam doctor`: is everything in order, and how to mend what is not.

use std::io::Write as _;

use super::command_line::{Outcome, command_settings};
use crate::{app::checkup, config::sources::Flags, telemetry::clock::Clock};

/// Check database, credentials, permissions, events and reachability, and say how to mend each
#[derive(clap::Args, Debug)]
pub struct Doctor {}

impl Doctor {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let hosts = checkup::hosts(&settings);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let checks = runtime.block_on(checkup::look(settings, Clock::System));
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
        writeln!(out, "\nSeam contacts these hosts, and no others:")?;
        for (host, why) in hosts {
            writeln!(out, "  {host}: {why}")?;
        }
        let wrong = checks.iter().any(|check| check.mend.is_some());
        Ok(if wrong { Outcome::Found } else { Outcome::Done })
    }
}
