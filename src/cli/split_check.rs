//! The command that `seam split` runs on slices: of whoever sits at the terminal, by a flag or a variable, and never from a file,
//! which could be the repository's.

use std::{env, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    config::split_check::{self, DEFAULT_MEMORY, DEFAULT_TIMEOUT, SplitCheck},
    sandbox::runner::Sandbox,
    tools::build_check::BuildCheck,
};

#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Run this on the base and on each slice with what it stands on, in a sandbox without a network, and tell which slice fails
    #[arg(long, value_name = "COMMAND", env = "SEAM_SPLIT_CHECK", value_parser = command)]
    check: Option<Given<Vec<String>>>,
    /// What it may read besides the system, with colons between
    #[arg(long, value_name = "PATHS", env = "SEAM_SPLIT_CHECK_PATHS", value_parser = paths)]
    check_paths: Option<Given<Vec<PathBuf>>>,
    /// Names of variables that it is given, with commas between
    #[arg(long, value_name = "NAMES", env = "SEAM_SPLIT_CHECK_ENV", value_parser = variables)]
    check_env: Option<Given<Vec<String>>>,
    /// Seconds that one run may take [default: 300]
    #[arg(long, value_name = "SECONDS", env = "SEAM_SPLIT_CHECK_TIMEOUT", value_parser = timeout)]
    check_timeout: Option<Given<Duration>>,
    /// Megabytes that one run may have [default: 4096]
    #[arg(long, value_name = "MB", env = "SEAM_SPLIT_CHECK_MEMORY", value_parser = memory)]
    check_memory: Option<Given<u64>>,
}

/// Nothing where it is blank, as with all settings.
type Given<T> = Arc<Option<T>>;

impl Check {
    /// `None` where none is wanted.
    pub(super) fn wanted(&self) -> Option<BuildCheck> {
        let check = SplitCheck {
            command: value(&self.check)?,
            paths: value(&self.check_paths).unwrap_or_default(),
            variables: value(&self.check_env).unwrap_or_default(),
            timeout: value(&self.check_timeout).unwrap_or(DEFAULT_TIMEOUT),
            memory: value(&self.check_memory).unwrap_or(DEFAULT_MEMORY),
        };
        Some(BuildCheck::new(Sandbox::of_this_program(), check, env::temp_dir()))
    }
}

fn value<T: Clone>(given: &Option<Given<T>>) -> Option<T> {
    given.as_deref()?.clone()
}

fn given<T>(text: &str, parse: impl Fn(&str) -> Option<T>, remedy: &'static str) -> Result<Given<T>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Arc::new(None));
    }
    parse(text).map(|value| Arc::new(Some(value))).ok_or(remedy)
}

fn command(text: &str) -> Result<Given<Vec<String>>, &'static str> {
    given(text, split_check::command, split_check::COMMAND)
}

fn paths(text: &str) -> Result<Given<Vec<PathBuf>>, &'static str> {
    given(text, split_check::paths, split_check::PATHS)
}

fn variables(text: &str) -> Result<Given<Vec<String>>, &'static str> {
    given(text, split_check::variables, split_check::VARIABLES)
}

fn timeout(text: &str) -> Result<Given<Duration>, &'static str> {
    given(text, split_check::timeout, split_check::TIMEOUT)
}

fn memory(text: &str) -> Result<Given<u64>, &'static str> {
    given(text, split_check::memory, split_check::MEMORY)
}
