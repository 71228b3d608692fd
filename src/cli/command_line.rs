//! Parses the command line, runs the subcommand, and says by the exit code how it went.

use std::{ffi::OsString, io::Write as _, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};

use super::{
    config::Config, deliveries::Deliveries, doctor::Doctor, executions::Executions, healthcheck::Healthcheck,
    review::Review, sandbox::Sandbox, secrets::Secrets, serve::Serve, setup::Setup, split::Split, workflow::Workflow,
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
    #[command(hide = true)]
    Sandbox(Sandbox),
}

/// What works on a work tree, and so without a server's settings.
const WITHOUT_SETTINGS: [&str; 2] = ["review", "split"];

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// It found something that the caller asked to be told of. Exit code 1.
    Found,
    /// As what it ran ended.
    Exit(u8),
}

/// Runs what the arguments of this process ask for. A command that could not do its work ends with exit code 2 and
/// one line on standard error.
pub fn run() -> ExitCode {
    let CommandLine { command, flags } = match parse(std::env::args_os()) {
        Ok(line) => line,
        Err(misuse) => return explain(&misuse),
    };
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
        Command::Sandbox(sandbox) => sandbox.run(),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::Exit(code)) => ExitCode::from(code),
        Err(error) => fail(&format!("{error:#}")),
    }
}

/// What could not be done, in one line on standard error.
fn fail(why: &str) -> ExitCode {
    let line = why.split_whitespace().collect::<Vec<_>>().join(" ");
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(anstream::stderr(), "seam: {line}");
    ExitCode::from(2)
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<CommandLine, clap::Error> {
    let mut shape = CommandLine::command();
    // Settings come to the subcommands only now.
    shape.build();
    for name in WITHOUT_SETTINGS {
        shape = shape.mut_subcommand(name, |command| {
            command.mut_args(|arg| {
                let is_setting = arg.is_global_set();
                arg.hide(is_setting)
            })
        });
    }
    CommandLine::from_arg_matches(&shape.try_get_matches_from(arguments)?)
}

/// Help and version as they are; a misuse in one line, with where to read on.
fn explain(misuse: &clap::Error) -> ExitCode {
    if !misuse.use_stderr() || misuse.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = misuse.print();
        return ExitCode::from(if misuse.use_stderr() { 2 } else { 0 });
    }
    let text = misuse.to_string();
    let why = text
        .split("\n\nUsage: ")
        .next()
        .unwrap_or_default()
        .split("\n\nFor more information")
        .next()
        .unwrap_or_default();
    let why = why.trim_start_matches("error: ").replace("\n\n  tip:", ";");
    fail(&format!("{} (see `{} --help`)", why.trim_end(), called(std::env::args())))
}

/// The words of the subcommand that is asked for, as far as there is one.
fn called(arguments: impl Iterator<Item = String>) -> String {
    let (mut shape, mut words) = (CommandLine::command(), vec!["seam".to_owned()]);
    for word in arguments.skip(1) {
        let Some(found) = shape.find_subcommand(&word).cloned() else { continue };
        words.push(found.get_name().to_owned());
        shape = found;
    }
    words.join(" ")
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
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_work_tree_needs_no_settings_of_a_server() {
        for name in WITHOUT_SETTINGS {
            let arguments = ["seam", name, "--data-dir", "x", "--help"].map(OsString::from);
            let help = parse(arguments).unwrap_err().to_string();
            assert!(help.contains("--base") && !help.contains("--data-dir"), "{help}");
        }
    }
}
