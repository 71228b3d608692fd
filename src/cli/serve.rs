//! `seam serve`: webhook server, workers and pages in one process.

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::command_line::{Outcome, server_settings};
use crate::{app::serving::App, config::sources::Flags, telemetry::clock::Clock};

/// Run the server: webhooks, workers and pages, in one process
#[derive(clap::Args, Debug)]
pub struct Serve {}

impl Serve {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = server_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(settings.listen).await.with_context(|| {
                format!(
                    "cannot listen on {}: is it taken by another program? choose one by SEAM_LISTEN",
                    settings.listen
                )
            })?;
            let app = App::build(settings, Clock::System).await?;
            tracing::info!("listening on {}", listener.local_addr()?);
            app.serve(listener, stop_asked()).await
        })?;
        Ok(Outcome::Done)
    }
}

/// Ends when the system asks this process to stop: Ctrl-C, or SIGTERM from whatever runs it.
async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
