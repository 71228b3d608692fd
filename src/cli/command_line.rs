//! Parses the command line, runs the subcommand, and says by the exit code how it went.

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

use super::{
    config::Config, deliveries::Deliveries, doctor::Doctor, executions::Executions, healthcheck::Healthcheck,
    review::Review, secrets::Secrets, serve::Serve, setup::Setup, split::Split, workflow::Workflow,
};
use crate::{
    config::{settings::Settings, sources::Flags},
    telemetry::logs,
};

/// A self-hosted GitHub App that reviews every push and pull request.
#[derive(Debug, Parser)]
#[command(name = "seam", version, propagate_version = true, max_term_width = 110)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Serve),
    Review(Review),
    Split(Split),
    Workflow(Workflow),
    Executions(Executions),
    Deliveries(Deliveries),
    Config(Config),
    Setup(Setup),
    Doctor(Doctor),
    Secrets(Secrets),
    Healthcheck(Healthcheck),
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// It found something that the caller asked to be told of. Exit code 1.
    Found,
}

/// Runs what the arguments of this process ask for. A command that could not do its work ends with exit code 2 and
/// one line on standard error.
pub fn run() -> ExitCode {
    let CommandLine { command, flags } = CommandLine::parse();
    let result = match command {
        Command::Serve(serve) => serve.run(&flags),
        Command::Review(review) => review.run(),
        Command::Split(split) => split.run(),
        Command::Workflow(workflow) => workflow.run(&flags),
        Command::Executions(executions) => executions.run(&flags),
        Command::Deliveries(deliveries) => deliveries.run(&flags),
        Command::Config(config) => config.run(&flags),
        Command::Setup(setup) => setup.run(&flags),
        Command::Doctor(doctor) => doctor.run(&flags),
        Command::Secrets(secrets) => secrets.run(&flags),
        Command::Healthcheck(healthcheck) => healthcheck.run(&flags),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            let line = format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ");
            // Nobody is left to be told when standard error is closed.
            let _ = writeln!(anstream::stderr(), "seam: {line}");
            ExitCode::from(2)
        }
    }
}

/// The settings, with logging started for a server.
///
/// # Errors
/// When the settings are not understood.
pub fn server_settings(flags: &Flags) -> anyhow::Result<Settings> {
    let settings = Settings::load(flags)?;
    logs::init(&settings.log, "info")?;
    Ok(settings)
}

/// The settings, with logging started for a command whose output a person reads: only what goes wrong is logged.
///
/// # Errors
/// When the settings are not understood.
pub fn command_settings(flags: &Flags) -> anyhow::Result<Settings> {
    let settings = Settings::load(flags)?;
    logs::init(&settings.log, "warn")?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
