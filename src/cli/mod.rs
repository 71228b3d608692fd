//! The command line: one file per subcommand, and `command_line`, which parses it and turns errors into exit codes.

pub mod command_line;
mod progress;
pub mod review;
pub mod serve;
