//! `seam sandbox`: what Seam starts itself as to run a program that nobody vouches for. People have no use for it.

use std::{path::PathBuf, time::Duration};

use super::command_line::Outcome;
use crate::sandbox::{inside::Inside, job::Limits};

/// Run a program with nothing but one folder to write to
#[derive(clap::Args, Debug)]
pub struct Sandbox {
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    path: Vec<PathBuf>,
    #[arg(long)]
    seconds: u64,
    #[arg(long)]
    memory: u64,
    #[arg(long)]
    disk: u64,
    #[arg(long)]
    tasks: u64,
    #[arg(last = true)]
    command: Vec<String>,
}

impl Sandbox {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let Self { folder, path: paths, seconds, memory, disk, tasks, command } = self;
        let limits = Limits { time: Duration::from_secs(seconds), memory, disk, tasks };
        Ok(Outcome::Exit(Inside { folder, paths, limits, command }.run()?))
    }
}
