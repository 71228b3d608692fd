//! `seam deliveries`: what GitHub sent, and doing it once more.

use anyhow::{anyhow, bail};
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    command_line::{Outcome, command_settings},
    format::{Format, print, print_json, shortened, table},
};
use crate::{
    app::{basis, serving::App},
    config::{settings::Settings, sources::Flags},
    dashboard::times::ago,
    domain::{
        delivery::{Delivery, DeliveryStatus},
        execution::Execution,
        ids::DeliveryId,
    },
    store::{delivery, enqueue, execution},
    telemetry::clock::Clock,
    webhook::payload,
    workflow::trigger::Decision,
};

/// List what GitHub sent, and replay it
#[derive(Args, Debug)]
pub struct Deliveries {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The newest first, each with what came of it
    List {
        /// How many, at most 1000
        #[arg(long, default_value_t = 30)]
        limit: u32,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Decide anew what a stored delivery starts, and queue that; what is done already is not done twice
    Replay {
        /// As in `X-GitHub-Delivery`
        id: String,
    },
}

impl Deliveries {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            match self.action {
                Action::List { limit, format } => list(&settings, limit, format).await,
                Action::Replay { id } => replay(settings, DeliveryId(id)).await,
            }
        })?;
        Ok(Outcome::Done)
    }
}

async fn list(settings: &Settings, limit: u32, format: Format) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let db = basis::connect(settings).await?;
    // Stored a moment ahead of this clock, they would be left out.
    let deliveries = delivery::list(&db, now + TimeDelta::minutes(5), limit).await?;
    let ids: Vec<_> = deliveries.iter().map(|one| one.id.clone()).collect();
    let started = execution::of_deliveries(&db, &ids).await?;
    db.close().await;
    let of = |id: &DeliveryId| started.iter().filter(|one| one.delivery.as_ref() == Some(id)).collect::<Vec<_>>();
    if format == Format::Json {
        let all: Result<Vec<_>, _> = deliveries.iter().map(|one| to_json(one, &of(&one.id))).collect();
        return print_json(&all?);
    }
    if deliveries.is_empty() {
        return print("No delivery is stored.");
    }
    let rows = deliveries.iter().map(|one| {
        let event = match &one.action {
            Some(action) => format!("{}.{action}", one.event),
            None => one.event.clone(),
        };
        let status = match one.status {
            DeliveryStatus::Accepted => "accepted",
            DeliveryStatus::Skipped => "skipped",
        };
        let came_of_it = one.reason.clone().unwrap_or_else(|| in_words(&of(&one.id)));
        [one.id.to_string(), event, status.to_owned(), ago(one.received_at, now), shortened(&came_of_it, 200)]
    });
    print(&table(["ID", "EVENT", "STATUS", "RECEIVED", "WHAT CAME OF IT"], rows.collect()))
}

/// `review 12 failed: GitHub does not answer`
fn in_words(executions: &[&Execution]) -> String {
    let words = |one: &&Execution| {
        let reason = one.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{} {} {}{reason}", one.workflow, one.id, one.status.as_str())
    };
    executions.iter().map(words).collect::<Vec<_>>().join("; ")
}

fn to_json(delivery: &Delivery, executions: &[&Execution]) -> serde_json::Result<Value> {
    let brief = |one: &&Execution| json!({ "id": one.id, "workflow": one.workflow, "status": one.status, "reason": one.reason });
    let mut all = serde_json::to_value(delivery)?;
    all["executions"] = executions.iter().map(brief).collect();
    Ok(all)
}

async fn replay(settings: Settings, id: DeliveryId) -> anyhow::Result<()> {
    let app = App::of_server(settings, Clock::System).await?;
    let db = app.db();
    let Some(stored) = delivery::get(db, &id).await? else { bail!("there is no delivery {id}") };
    let body = delivery::payload(db, &id).await?;
    let Some(body) = body else { bail!("the payload of delivery {id} is no longer kept: redeliver it on GitHub") };
    let understood = payload::parse(&stored.event, &body).map_err(|error| anyhow!("delivery {id}: {error}"))?;
    match app.decide(&understood.event) {
        Decision::Skip(reason) => print(&format!("Delivery {id} starts nothing: {reason}."))?,
        Decision::Start(mut executions) => {
            for execution in &mut executions {
                execution.delivery = Some(id.clone());
            }
            let ids = enqueue::enqueue(db, &executions, Clock::System.now()).await?;
            for (execution, id) in executions.iter().zip(ids) {
                print(&format!("Execution {id} of {} is in line.", execution.workflow))?;
            }
        }
    }
    db.close().await;
    Ok(())
}
