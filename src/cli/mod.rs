//! The command line: one file per subcommand, and `command_line`, which parses it and turns errors into exit codes.

pub mod command_line;
pub mod config;
mod output;
mod progress;
pub mod review;
pub mod serve;
