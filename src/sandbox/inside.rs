//! The process that `seam sandbox` is: it gives up what a program shall not have, starts the program, and waits for it.

use std::{
    io::{self, Read as _},
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    thread,
};

use rustix::process::{Signal, kill_current_process_group};

use super::{confinement, error::SandboxError, job::Limits};

/// What this process is started for.
#[derive(Clone, Debug)]
pub struct Inside {
    pub folder: PathBuf,
    pub paths: Vec<PathBuf>,
    pub limits: Limits,
    /// Nothing is started where it is empty: then it is known that the sandbox can be set up.
    pub command: Vec<String>,
}

impl Inside {
    /// Gives the program's exit code; 128 and the signal, where one ended it. Ends with all that it started when standard input
    /// ends: then whoever asked for it is gone.
    ///
    /// # Errors
    /// When the sandbox could not be set up, or the program not be started.
    pub fn run(self) -> Result<u8, SandboxError> {
        confinement::enter(&self.folder, &self.paths, self.limits)?;
        let mut arguments = self.command.into_iter();
        let Some(program) = arguments.next() else { return Ok(0) };
        thread::spawn(|| {
            let _ = io::copy(&mut io::stdin().lock().take(u64::MAX), &mut io::sink());
            let _ = kill_current_process_group(Signal::KILL);
        });
        // What is started inherits from its thread.
        let run = move || -> Result<ExitStatus, SandboxError> {
            confinement::leave_watch()?;
            let started = Command::new(&program).args(arguments).stdin(Stdio::null()).status();
            started.map_err(|why| SandboxError::NotStarted { program, why })
        };
        let ended = thread::spawn(run).join();
        let status = ended.unwrap_or_else(|_| Err(SandboxError::while_doing("starting it")("its thread ended")))?;
        let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    }
}
