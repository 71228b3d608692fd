//! Tells waiting workers that there is work, so that they need not poll often. A wake-up may be lost (a broken connection,
//! another process on SQLite): whoever waits looks again after a while.

use std::{
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use tokio::{sync::watch, task::AbortHandle};

/// PostgreSQL's channel.
pub(super) const CHANNEL: &str = "seam_work";

/// How long to wait before listening again after the connection broke.
const RECONNECT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Bell {
    sender: watch::Sender<()>,
    listener: OnceLock<AbortHandle>,
}

impl Bell {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { sender: watch::Sender::new(()), listener: OnceLock::new() })
    }

    pub(super) fn ring(&self) {
        self.sender.send_replace(());
    }

    pub(super) fn hear(&self) -> Wakeups {
        Wakeups(self.sender.subscribe())
    }

    /// Rings at every `NOTIFY` until the last clone of the database is gone.
    pub(super) fn listen(self: &Arc<Self>, pool: &PgPool) {
        let task = tokio::spawn(listen(Arc::downgrade(self), pool.clone()));
        self.listener.get_or_init(|| task.abort_handle());
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        if let Some(task) = self.listener.get() {
            task.abort();
        }
    }
}

async fn listen(bell: Weak<Bell>, pool: PgPool) {
    while bell.strong_count() > 0 && !pool.is_closed() {
        let heard = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.ignore_pool_close_event(false);
            listener.listen(CHANNEL).await?;
            // What was sent while nobody listened is unknown.
            while let Some(bell) = bell.upgrade() {
                bell.ring();
                drop(bell);
                listener.try_recv().await?;
            }
            Ok::<_, sqlx::Error>(())
        };
        if let Err(error) = heard.await
            && !pool.is_closed()
        {
            tracing::warn!(%error, "not listening for work of other processes; polling meanwhile");
            tokio::time::sleep(RECONNECT).await;
        }
    }
}

/// One listener. What happens between two waits is not missed.
#[derive(Clone, Debug)]
pub struct Wakeups(watch::Receiver<()>);

impl Wakeups {
    /// Returns when work was put in line since the last call, at the latest after `timeout`.
    pub async fn wait(&mut self, timeout: Duration) {
        if let Ok(Err(_gone)) = tokio::time::timeout(timeout, self.0.changed()).await {
            // The database was dropped: nothing will come, and the caller must not spin.
            tokio::time::sleep(timeout).await;
        }
    }
}
