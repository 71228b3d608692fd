//! `seam serve`: webhook server, workers and pages in one process.

use std::io::Write as _;

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
        runtime.block_on(serve(settings))?;
        Ok(Outcome::Done)
    }
}

async fn serve(mut settings: crate::config::settings::Settings) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!("cannot listen on {}: is another program there? SEAM_LISTEN names another place", settings.listen)
    })?;
    let address = listener.local_addr()?;
    settings.listening_on(address);
    let app = App::build(settings, Clock::System).await?;
    tracing::info!("listening on {address}");
    if !app.is_set_up() {
        // Not a log line: the link holds a token.
        let link = app.sign_in_link().await?;
        writeln!(anstream::stdout(), "\nNo GitHub App is set up yet. Open this page to make one:\n\n    {link}\n")?;
    }
    app.serve(listener, stop_asked()).await?;
    tracing::info!("stopped");
    Ok(())
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
