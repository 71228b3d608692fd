//! `seam serve` in a process of its own.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use tokio::sync::watch;

use crate::fake_github::fake::FakeGitHub;

pub(crate) struct Process {
    child: Child,
    address: watch::Receiver<Option<String>>,
}

impl Process {
    /// On a port that the system chooses. What it logs goes to `log.txt` of the data dir, behind what is there.
    pub(crate) fn start(fake: &FakeGitHub, database_url: &str, data_dir: &Path) -> Self {
        let own = fake.credentials();
        let mut child = Command::new(env!("CARGO_BIN_EXE_seam"))
            .arg("serve")
            .current_dir(data_dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", data_dir)
            .env("DATABASE_URL", database_url)
            // Relative, as the default is.
            .env("SEAM_DATA_DIR", ".")
            .env("SEAM_LISTEN", "127.0.0.1:0")
            .env("SEAM_GITHUB_API_URL", fake.api_url())
            .env("SEAM_GITHUB_URL", fake.web_url())
            .env("SEAM_GITHUB_APP_ID", own.app_id.to_string())
            .env("SEAM_GITHUB_PRIVATE_KEY", own.private_key)
            .env("SEAM_GITHUB_WEBHOOK_SECRET", own.webhook_secret)
            .env("SEAM_LOG_FORMAT", "text")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = OpenOptions::new().create(true).append(true).open(log_of(data_dir)).unwrap();
        let (heard, address) = watch::channel(None);
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || follow(stderr, log, &heard));
        Self { child, address }
    }

    /// The address of its webhook endpoint, once it listens; `None` when it did not live so long.
    pub(crate) fn listening(&self) -> impl Future<Output = Option<String>> + Send + use<> {
        let mut address = self.address.clone();
        async move { address.wait_for(Option::is_some).await.ok()?.clone() }
    }

    /// Fails when it has ended by itself.
    pub(crate) fn still_runs(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "the server ended by itself: {}", ended.unwrap());
    }

    /// The most memory it ever had resident, in KiB. Linux only.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// SIGKILL: nothing in it hears of it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(stderr: impl BufRead, mut log: File, address: &watch::Sender<Option<String>>) {
    for line in stderr.lines().map_while(Result::ok) {
        if let Some((_, listening)) = line.split_once("listening on ") {
            address.send_replace(Some(format!("http://{}/webhooks/github", listening.trim())));
        }
        let _ = writeln!(log, "{line}");
    }
}

fn log_of(data_dir: &Path) -> std::path::PathBuf {
    data_dir.join("log.txt")
}

/// The last lines that any of the processes on this data dir logged.
pub(crate) fn last_words(data_dir: &Path, lines: usize) -> String {
    let log = std::fs::read_to_string(log_of(data_dir)).unwrap_or_default();
    let all: Vec<&str> = log.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
