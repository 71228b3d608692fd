//! `seam serve` as it is shipped, in a process of its own, with the fake GitHub as its GitHub.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::fake_github::fake::FakeGitHub;

/// How often to look whether it is ready.
const AGAIN: Duration = Duration::from_millis(10);

pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) async fn start(github: &FakeGitHub, data_dir: &Path) -> Self {
        // Taken and given back: nobody else asks for a port meanwhile.
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let own = github.credentials();
        let mut command = Command::new(env!("CARGO_BIN_EXE_seam"));
        command
            .arg("serve")
            .env("SEAM_DATA_DIR", data_dir)
            .env("SEAM_LISTEN", listen.to_string())
            .env("SEAM_GITHUB_API_URL", github.api_url())
            .env("SEAM_GITHUB_URL", github.web_url())
            .env("SEAM_GITHUB_APP_ID", own.app_id.to_string())
            .env("SEAM_GITHUB_PRIVATE_KEY", own.private_key)
            .env("SEAM_GITHUB_WEBHOOK_SECRET", own.webhook_secret)
            .stdout(Stdio::null())
            // It logs as it always does, to where nobody waits for a terminal.
            .stderr(File::create(data_dir.join("log")).unwrap());
        let server = Self { process: command.spawn().unwrap(), address: format!("http://{listen}") };
        while !server.is_ready().await {
            tokio::time::sleep(AGAIN).await;
        }
        server
    }

    async fn is_ready(&self) -> bool {
        let answer = reqwest::get(format!("{}/readyz", self.address)).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and something else has failed for that.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
