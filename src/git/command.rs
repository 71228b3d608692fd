//! Runs the git command line: with the sandbox the one place where a server starts a process. It is given no configuration but
//! what stands here, no terminal, no hooks and one transport; what it says is bounded and redacted; all of it is killed when
//! time is up.

use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::error::GitError;

/// What git says is kept up to this many bytes.
const MAX_STDERR: usize = 16 * 1024;
/// What git may inherit: how to find programs, proxies and certificates. Nothing that configures git.
const INHERITED: [&str; 12] = [
    "PATH",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
];

/// One call of git in a bare repository.
pub(super) struct GitCommand<'a> {
    pub(super) repository: &'a Path,
    pub(super) arguments: Vec<OsString>,
    /// Settings beyond those that always hold, as `key`, `value`.
    pub(super) settings: Vec<(String, String)>,
    /// Sent to `origin` alone, as GitHub wants it. Reaches git through its environment: an argument, a URL or a file
    /// would show it to others.
    pub(super) token: Option<&'a SecretString>,
    pub(super) stdin: Vec<u8>,
    pub(super) timeout: Duration,
    /// In bytes; a fetch writes all it brings into one file.
    pub(super) max_file: Option<u64>,
}

/// Why git did not succeed.
#[derive(Debug)]
pub(super) enum GitFailure {
    /// It ended with a failure and said this.
    Failed {
        stderr: String,
    },
    Other(GitError),
}

impl GitCommand<'_> {
    pub(super) async fn run(self) -> Result<(), GitFailure> {
        let deadline = self.timeout;
        let child = self.command().spawn().map_err(|error| GitFailure::Other(GitError::NoGit(error)))?;
        let mut running = Running(child);
        if let (Some(limit), Some(process)) = (self.max_file, running.id()) {
            limit_files(process, limit);
        }
        match timeout(deadline, self.supervise(&mut running.0)).await {
            Ok(result) => result,
            Err(_) => Err(GitFailure::Other(GitError::Timeout { after: deadline })),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.env_clear().envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        for (name, value) in [
            ("LC_ALL", "C"),
            ("HOME", "/nonexistent"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_PROTOCOL_FROM_USER", "0"),
        ] {
            command.env(name, value);
        }
        let settings = self.all_settings();
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (at, (key, value)) in settings.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command
            .env("GIT_DIR", self.repository)
            .current_dir(self.repository)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }

    fn all_settings(&self) -> Vec<(String, String)> {
        let always = [
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.askPass", ""),
            ("credential.helper", ""),
            ("protocol.allow", "never"),
            ("http.followRedirects", "false"),
            ("http.lowSpeedLimit", "1"),
            ("http.lowSpeedTime", "60"),
            ("submodule.recurse", "false"),
            ("fetch.recurseSubmodules", "false"),
            ("transfer.fsckObjects", "true"),
            ("maintenance.auto", "false"),
            ("gc.auto", "0"),
            ("advice.fetchShowForcedUpdates", "false"),
        ];
        let mut settings: Vec<(String, String)> =
            always.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        settings.extend(self.settings.iter().cloned());
        if let Some(token) = self.token {
            settings.push(("http.extraHeader".to_owned(), format!("Authorization: Basic {}", basic(token))));
        }
        settings
    }

    async fn supervise(&self, child: &mut Child) -> Result<(), GitFailure> {
        let mut stdin = child.stdin.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        let write = async move {
            // Git that has heard enough closes its end; how it ends says why.
            let _ = stdin.write_all(&self.stdin).await;
        };
        let ((), said, status) = tokio::join!(write, read_bounded(stderr), child.wait());
        let status = status.map_err(|error| GitFailure::Other(GitError::NoGit(error)))?;
        if status.success() {
            return Ok(());
        }
        let stderr = self.redact(&said);
        // Whoever writes beyond the limit is killed by the kernel, or told so.
        match self.max_file {
            Some(limit) if stderr.contains("died of signal 25") || stderr.contains("File too large") => {
                Err(GitFailure::Other(GitError::TooLarge { what: "what git has to fetch".to_owned(), limit }))
            }
            _ => Err(GitFailure::Failed { stderr }),
        }
    }

    fn redact(&self, said: &[u8]) -> String {
        let said = String::from_utf8_lossy(said).into_owned();
        match self.token {
            Some(token) => said.replace(token.expose_secret(), "[token]").replace(&basic(token), "[token]"),
            None => said,
        }
    }
}

/// As in `Authorization: Basic`, for the user that stands for an installation token.
fn basic(token: &SecretString) -> String {
    BASE64_STANDARD.encode(format!("x-access-token:{}", token.expose_secret()))
}

/// Reads to the end, keeps the first [`MAX_STDERR`] bytes.
async fn read_bounded(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let room = MAX_STDERR - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
    }
    kept
}

/// Limits the files that a process, and all that it will start, may write; and lets none of them dump its memory, which
/// holds the token.
fn limit_files(process: Pid, bytes: u64) {
    for (resource, bytes) in [(Resource::Fsize, bytes), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        if let Err(error) = prlimit(Some(process), resource, limit) {
            tracing::debug!(%error, "git runs without a limit");
        }
    }
}

/// A process that is killed with all that it started (git's transport helpers do the talking), unless it has ended.
struct Running(Child);

impl Running {
    /// `None` once it has ended.
    fn id(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.0.id()?).ok()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = self.id() {
            // It may be ending right now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
