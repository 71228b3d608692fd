//! The command that `seam split` runs on slices: of whoever sits at the terminal, by a flag or a variable, and never from a file,
//! which could be the repository's.

use std::{env, path::PathBuf, time::Duration};

use crate::{
    config::split_check::{self, DEFAULT_MEMORY, DEFAULT_TIMEOUT, SplitCheck},
    sandbox::runner::Sandbox,
    tools::build_check::BuildCheck,
};

#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Run this on the base and on each slice with what it stands on, in a sandbox without a network, and tell which slice fails
    #[arg(long, value_name = "COMMAND", env = "SEAM_SPLIT_CHECK", value_parser = command)]
    check: Option<Words>,
    /// What it may read besides the system, with colons between
    #[arg(long, value_name = "PATHS", env = "SEAM_SPLIT_CHECK_PATHS", value_parser = paths)]
    check_paths: Option<Paths>,
    /// Names of variables that it is given, with commas between
    #[arg(long, value_name = "NAMES", env = "SEAM_SPLIT_CHECK_ENV", value_parser = variables)]
    check_env: Option<Words>,
    /// Seconds that one run may take [default: 300]
    #[arg(long, value_name = "SECONDS", env = "SEAM_SPLIT_CHECK_TIMEOUT", value_parser = timeout)]
    check_timeout: Option<Duration>,
    /// Megabytes that one run may have [default: 4096]
    #[arg(long, value_name = "MB", env = "SEAM_SPLIT_CHECK_MEMORY", value_parser = memory)]
    check_memory: Option<u64>,
}

// A list of values would be several of a flag's.
type Words = std::sync::Arc<[String]>;
type Paths = std::sync::Arc<[PathBuf]>;

impl Check {
    /// `None` where none is wanted.
    pub(super) fn wanted(&self) -> Option<BuildCheck> {
        let command = self.check.as_ref()?.to_vec();
        let check = SplitCheck {
            command,
            paths: self.check_paths.as_deref().unwrap_or_default().to_vec(),
            variables: self.check_env.as_deref().unwrap_or_default().to_vec(),
            timeout: self.check_timeout.unwrap_or(DEFAULT_TIMEOUT),
            memory: self.check_memory.unwrap_or(DEFAULT_MEMORY),
        };
        Some(BuildCheck { sandbox: Sandbox::of_this_program(), check, folder: env::temp_dir() })
    }
}

fn command(text: &str) -> Result<Words, &'static str> {
    split_check::command(text).map(Into::into).ok_or(split_check::COMMAND)
}

fn paths(text: &str) -> Result<Paths, &'static str> {
    split_check::paths(text).map(Into::into).ok_or(split_check::PATHS)
}

fn variables(text: &str) -> Result<Words, &'static str> {
    split_check::variables(text).map(Into::into).ok_or(split_check::VARIABLES)
}

fn timeout(text: &str) -> Result<Duration, &'static str> {
    split_check::timeout(text).ok_or(split_check::TIMEOUT)
}

fn memory(text: &str) -> Result<u64, &'static str> {
    split_check::memory(text).ok_or(split_check::MEMORY)
}
