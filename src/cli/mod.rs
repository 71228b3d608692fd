//! The command line: one file per subcommand, and `command_line`, which parses it and turns errors into exit codes.

mod asked;
pub mod command_line;
mod compared;
pub mod config;
pub mod deliveries;
pub mod doctor;
pub mod executions;
mod format;
pub mod healthcheck;
mod output;
mod progress;
pub mod review;
pub mod sandbox;
pub mod secrets;
pub mod serve;
pub mod setup;
pub mod split;
mod split_check;
mod split_choices;
mod split_pulls;
pub mod workflow;
