//! What is done again and again, by one process of all: what webhooks missed is repaired, what is old is forgotten.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::{basis::Basis, catch_up::CatchUp};
use crate::{
    dashboard::registrar::Registrar as _,
    store::{
        delivery::{self, Retention},
        effect, execution, split,
    },
    tools::follow_installation,
    workflow::upkeep::Chore,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Raw bodies are there for whoever wants to know what GitHub said.
const DELIVERIES_KEPT: Retention = Retention { payloads: DAY.saturating_mul(14), rows: DAY.saturating_mul(90) };
const EXECUTIONS_KEPT: TimeDelta = TimeDelta::days(90);
/// Longer than any execution that could want to do them again.
const EFFECTS_KEPT: TimeDelta = TimeDelta::days(180);

pub(super) fn all(basis: &Basis) -> Vec<Chore> {
    let (missed, installed, old) = (basis.clone(), basis.clone(), basis.clone());
    let catch_up = Arc::new(Mutex::new(CatchUp::default()));
    vec![
        Chore::new("catch-up", 10 * MINUTE, move || {
            let (basis, catch_up) = (missed.clone(), catch_up.clone());
            async move {
                if basis.keyring.current().is_some() {
                    catch_up.lock().await.run(&basis.db, &basis.github, basis.clock.now()).await?;
                }
                Ok(())
            }
        }),
        Chore::new("installations", 60 * MINUTE, move || {
            let basis = installed.clone();
            async move {
                if basis.keyring.current().is_some() {
                    follow_installation::follow_all(&basis.github, &basis.db, basis.clock.now()).await?;
                }
                Ok(())
            }
        }),
        Chore::new("forget", DAY / 4, move || forget(old.clone())),
    ]
}

async fn forget(basis: Basis) -> anyhow::Result<()> {
    let (db, now) = (&basis.db, basis.clock.now());
    delivery::prune(db, DELIVERIES_KEPT, now).await?;
    execution::prune(db, now - EXECUTIONS_KEPT).await?;
    effect::prune(db, now - EFFECTS_KEPT).await?;
    split::prune(db, now - EXECUTIONS_KEPT).await?;
    Ok(())
}
