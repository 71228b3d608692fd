//! Why something was not run.

use std::{fmt, io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(
        "nothing is run without a sandbox, and this kernel has none ({why}): it needs Linux 6.12 or later with Landlock, and a \
         container that allows its system calls"
    )]
    NoLandlock { why: String },
    #[error("{} is to be read in the sandbox, and is not there: mend the path, or leave it out", .path.display())]
    NoPath { path: PathBuf },
    #[error("nothing is run in {}, which {why}: remove it, or let TMPDIR name a folder that is Seam's alone", .path.display())]
    NotOwn { path: PathBuf, why: &'static str },
    #[error("nothing is run in {}, which is mounted so that nothing there may be executed (noexec): let TMPDIR name another folder", .path.display())]
    NotExecutable { path: PathBuf },
    #[error("{} is out of reach in the sandbox, whose user must get there ({why}): name a place that is open to it", .path.display())]
    OutOfReach { path: PathBuf, why: io::Error },
    #[error("`{program}` cannot be started in the sandbox: {why}")]
    NotStarted { program: String, why: io::Error },
    /// As the process says that would set it up.
    #[error("{why}")]
    Inside { why: String },
    #[error("the sandbox cannot be set up: {doing}: {why}")]
    NotSetUp { doing: &'static str, why: String },
}

impl SandboxError {
    pub(super) fn while_doing<E: fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::NotSetUp { doing, why: error.to_string() }
    }
}
