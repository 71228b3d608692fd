//! The running server: everything built once from the settings, and served until it is asked to stop.

use std::future::Future;

use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::{
    config::settings::Settings,
    telemetry::{clock::Clock, metrics},
};

/// Seam, built and ready to serve.
pub struct App {
    settings: Settings,
    clock: Clock,
    router: Router,
}

impl App {
    /// Builds everything that the settings ask for.
    ///
    /// # Errors
    /// When something that Seam cannot work without is missing, with what to do about it.
    pub async fn build(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let router = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/metrics", get(render_metrics).with_state(metrics::install()));
        Ok(Self { settings, clock, router })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The HTTP side, for a test that calls it without a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves on `listener` until `stop`, then finishes the requests that are under way.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        axum::serve(listener, self.router).with_graceful_shutdown(stop).await?;
        Ok(())
    }
}

async fn render_metrics(axum::extract::State(metrics): axum::extract::State<PrometheusHandle>) -> String {
    metrics.render()
}
