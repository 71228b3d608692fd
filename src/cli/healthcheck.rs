//! `seam healthcheck`: asks the server on this machine whether it is alive, for images without a shell.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, ensure};

use super::command_line::{Outcome, command_settings};
use crate::{config::sources::Flags, github::client};

/// Ask the server on this machine whether it is alive
#[derive(clap::Args, Debug)]
pub struct Healthcheck {}

impl Healthcheck {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let mut address = command_settings(flags)?.listen;
        if address.ip().is_unspecified() {
            address = SocketAddr::from(([127, 0, 0, 1], address.port()));
        }
        client::install_crypto_provider();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build()?;
            let answer = client.get(format!("http://{address}/healthz")).send().await;
            let answer = answer.with_context(|| format!("no server answers at {address}"))?;
            ensure!(answer.status().is_success(), "the server at {address} answers {}", answer.status());
            Ok(Outcome::Done)
        })
    }
}
