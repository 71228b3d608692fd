//! Runs a job in the sandbox and watches over it.

use std::{
    io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, kill_process_group, waitid, waitpgid,
};

use super::{
    confinement,
    error::SandboxError,
    group,
    job::{Job, Limits},
    machine::Machine,
    output,
};

/// How often it is looked at what runs.
const LOOK: Duration = Duration::from_millis(25);

/// What starts programs in a sandbox. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// Seam itself, which is started as `seam sandbox`.
    seam: PathBuf,
}

/// How a job ended, and what it said: the beginning and the end of it, whatever it was written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub end: End,
    pub output: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code; 128 and the signal, where one ended it.
    Exit(u8),
    TooLong,
    TooMuchMemory,
    TooMuchDisk,
    TooManyTasks,
    /// The machine has nearly none, whoever took it.
    NoMemoryLeft,
    /// Nobody wanted to know any more.
    Stopped,
}

impl Sandbox {
    /// By the program that runs now, even where another has taken its place on disk.
    pub fn of_this_program() -> Self {
        Self::by("/proc/self/exe")
    }

    /// By a `seam` that stands elsewhere: a test is another program.
    pub fn by(seam: impl Into<PathBuf>) -> Self {
        Self { seam: seam.into() }
    }

    /// Whether this kernel can keep a program inside.
    ///
    /// # Errors
    /// When it cannot, with what it lacks.
    pub fn available() -> Result<(), SandboxError> {
        confinement::available()
    }

    /// Runs a job to its end, which comes when `stop` says so, too. Nothing of it runs any more afterwards. Blocks.
    ///
    /// # Errors
    /// When it could not be run. That its program cannot be started is in the output.
    pub fn run(&self, job: &Job<'_>, stop: &dyn Fn() -> bool) -> Result<Ran, SandboxError> {
        Self::available()?;
        if let Some(path) = job.paths.iter().find(|path| !path.exists()) {
            return Err(SandboxError::NoPath { path: path.clone() });
        }
        let failed = || SandboxError::while_doing("starting it");
        job.folder.hand_over().map_err(failed())?;
        self.rehearse(job)?;
        let machine = Machine::now(job.folder).map_err(failed())?;
        let (said, says) = io::pipe().map_err(failed())?;
        let mut command = self.command(job);
        command
            .arg("--")
            .args(job.command)
            .stdin(Stdio::piped())
            .stdout(says.try_clone().map_err(failed())?)
            .stderr(says);
        let running = Running::start(&mut command).map_err(failed())?;
        // It holds our ends of what it says.
        drop(command);
        let listening = thread::spawn(move || output::read(said));
        let ended = running.watch(job, machine, stop);
        let code = running.finish().map_err(failed())?;
        let output = listening.join().unwrap_or_default();
        Ok(Ran { end: ended.map_err(failed())?.unwrap_or(End::Exit(code)), output })
    }

    /// Sets the sandbox up and starts nothing: what is wrong then is not the program's fault.
    fn rehearse(&self, job: &Job<'_>) -> Result<(), SandboxError> {
        let ended = self.command(job).stdin(Stdio::null()).output();
        let ended = ended.map_err(SandboxError::while_doing("starting it"))?;
        if ended.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Err(SandboxError::Inside { why: said.trim().trim_start_matches("seam: ").to_owned() })
    }

    /// All but the program.
    fn command(&self, job: &Job<'_>) -> Command {
        let Limits { time, memory, disk, tasks } = job.limits;
        let mut command = Command::new(&self.seam);
        command.arg("sandbox").arg("--folder").arg(job.folder.root());
        for path in job.paths {
            command.arg("--path").arg(path);
        }
        for (name, value) in [("--seconds", time.as_secs()), ("--memory", memory), ("--disk", disk), ("--tasks", tasks)]
        {
            command.arg(name).arg(value.to_string());
        }
        command.current_dir(job.folder.files()).env_clear();
        let given = ["PATH"].into_iter().chain(job.variables.iter().map(String::as_str));
        command.envs(given.filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("HOME", job.folder.home()).env("TMPDIR", job.folder.temporary());
        for (name, value) in [("LC_ALL", "C.UTF-8"), ("TERM", "dumb"), ("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "never")]
        {
            command.env(name, value);
        }
        command
    }
}

/// The processes of one job. They are killed when this is dropped.
struct Running {
    child: Child,
    /// What is started is the first of its group.
    group: Pid,
    is_over: bool,
}

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn()?;
        let group = Pid::from_child(&child);
        Ok(Self { child, group, is_over: false })
    }

    /// Until it ends by itself (`None`), or must. It is not reaped: its number stays its own.
    fn watch(&self, job: &Job<'_>, before: Machine, stop: &dyn Fn() -> bool) -> io::Result<Option<End>> {
        let Limits { time, memory, disk, tasks } = job.limits;
        let deadline = Instant::now() + time;
        loop {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            if waitid(WaitId::Pid(self.group), options)?.is_some() {
                return Ok(None);
            }
            let (usage, now) = (group::usage(self.group)?, Machine::now(job.folder)?);
            for (is_over, end) in [
                (stop(), End::Stopped),
                (Instant::now() >= deadline, End::TooLong),
                (usage.memory > memory, End::TooMuchMemory),
                (usage.tasks > tasks, End::TooManyTasks),
                (now.has_lost_disk(before, disk, job.folder), End::TooMuchDisk),
                (now.has_lost_memory(before), End::NoMemoryLeft),
            ] {
                if is_over {
                    return Ok(Some(end));
                }
            }
            thread::sleep(LOOK);
        }
    }

    /// Ends all that it started and gives its exit code.
    fn finish(mut self) -> io::Result<u8> {
        self.end()?;
        let status = self.child.wait()?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
    }

    fn end(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(());
        }
        // As long as it has not made its group, it has started nothing.
        let _ = kill_process(self.group, Signal::KILL);
        let _ = kill_process_group(self.group, Signal::KILL);
        self.child.wait()?;
        // Where Seam is the first process of a container, whom nobody waits for is its child.
        while waitpgid(self.group, WaitOptions::empty()).is_ok() {}
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
