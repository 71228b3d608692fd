//! What is to be run, and what it may use up.

use std::{path::PathBuf, time::Duration};

use super::folder::WorkFolder;

#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// A program and its arguments; no shell reads them.
    pub command: &'a [String],
    /// All that it may write to; it starts in its `files`.
    pub folder: &'a WorkFolder,
    /// What it may read and execute besides the system.
    pub paths: &'a [PathBuf],
    /// Names of variables that it is given, where Seam has them.
    pub variables: &'a [String],
    pub limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// By the clock; and of each process on the processor.
    pub time: Duration,
    /// Bytes: resident of all processes together, and written to by each.
    pub memory: u64,
    /// Bytes by which free space may shrink, and that one file may have.
    pub disk: u64,
    /// Processes and threads.
    pub tasks: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self { time: Duration::from_secs(300), memory: 4 * GIB, disk: 4 * GIB, tasks: 512 }
    }
}
