//! `seam executions`: what ran, what waits, and the dead letters.

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    command_line::{Outcome, command_settings},
    format::{Format, plain, print, print_json, shortened, table},
};
use crate::{
    app::basis,
    config::sources::Flags,
    dashboard::times::{ago, lasted, moment},
    domain::{
        execution::{Execution, ExecutionStatus, Step, StepStatus},
        ids::ExecutionId,
    },
    store::{
        db::Db,
        effect,
        execution::{self, CancelledNow, Filter, Retried},
        step,
    },
    telemetry::clock::Clock,
};

/// List, show, retry and cancel executions
#[derive(Args, Debug)]
pub struct Executions {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The newest first
    List {
        /// Only those of this status; `failed` are the dead letters
        #[arg(long)]
        status: Option<Status>,
        /// Only those of this workflow
        #[arg(long, value_name = "NAME")]
        workflow: Option<String>,
        /// How many, at most 1000
        #[arg(long, default_value_t = 30)]
        limit: u32,
        /// Only older ones than this
        #[arg(long, value_name = "ID")]
        before: Option<ExecutionId>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// One with its steps and what it wrote to GitHub
    Show {
        id: ExecutionId,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Put a failed, cancelled or superseded one in line again; finished steps are kept
    Retry { id: ExecutionId },
    /// Take it out of line, stop it before its next step, or let a failed one be
    Cancel { id: ExecutionId },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Status {
    Queued,
    Running,
    Succeeded,
    Failed,
    Superseded,
    Cancelled,
    Skipped,
}

impl From<Status> for ExecutionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::Superseded => Self::Superseded,
            Status::Cancelled => Self::Cancelled,
            Status::Skipped => Self::Skipped,
        }
    }
}

impl Executions {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let db = basis::connect(&settings).await?;
            let done = self.action.run(&db).await;
            db.close().await;
            done
        })
    }
}

impl Action {
    async fn run(self, db: &Db) -> anyhow::Result<Outcome> {
        let now = Clock::System.now();
        match self {
            Self::List { status, workflow, limit, before, format } => {
                let filter = Filter { status: status.map(Into::into), workflow, limit, before, ..Filter::default() };
                let executions = execution::list(db, &filter).await?;
                match format {
                    Format::Json => print_json(&executions)?,
                    Format::Human if executions.is_empty() => print("There are no such executions.")?,
                    Format::Human => {
                        let rows = executions.iter().map(|one| {
                            [
                                one.id.to_string(),
                                one.status.as_str().to_owned(),
                                one.workflow.clone(),
                                one.repo.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                                ago(one.created_at, now),
                                shortened(one.reason.as_deref().unwrap_or_default(), 100),
                            ]
                        });
                        print(&table(["ID", "STATUS", "WORKFLOW", "REPOSITORY", "QUEUED", "REASON"], rows.collect()))?;
                    }
                }
            }
            Self::Show { id, format } => show(db, id, format).await?,
            Self::Retry { id } => match execution::retry(db, id, now).await? {
                Retried::Queued => print(&format!("Execution {id} is in line again."))?,
                Retried::NotFinished => match execution::get(db, id).await? {
                    None => bail!("there is no execution {id}"),
                    Some(one) => bail!("execution {id} is {}, and nothing to retry", one.status.as_str()),
                },
                Retried::NewerIsQueued => bail!("a newer execution of the same lane waits already and does the same"),
            },
            Self::Cancel { id } => match execution::cancel(db, id, now).await? {
                CancelledNow::Yes => print(&format!("Execution {id} is cancelled."))?,
                CancelledNow::Soon => print(&format!("Execution {id} is running: it stops before its next step."))?,
                CancelledNow::NotPending => match execution::get(db, id).await? {
                    None => bail!("there is no execution {id}"),
                    Some(one) => bail!("execution {id} is {}, and nothing to cancel", one.status.as_str()),
                },
            },
        }
        Ok(Outcome::Done)
    }
}

async fn show(db: &Db, id: ExecutionId, format: Format) -> anyhow::Result<()> {
    let Some(execution) = execution::get(db, id).await? else { bail!("there is no execution {id}") };
    let steps = step::of(db, id).await?;
    let effects = effect::of(db, id).await?;
    if format == Format::Json {
        return print_json(&json!({ "execution": execution, "steps": steps, "effects": effects }));
    }
    let mut text = head(&execution);
    if !steps.is_empty() {
        let rows = steps.iter().map(step_row).collect();
        text += &format!("\n\n{}", table(["STEP", "STATUS", "TOOK", "OUTPUT OR ERROR"], rows));
    }
    if !effects.is_empty() {
        let row = |effect: &effect::RecordedEffect| {
            let error = effect.error.as_deref().unwrap_or_default();
            [effect.key.to_string(), format!("{:?}", effect.progress).to_lowercase(), shortened(error, 100)]
        };
        text += &format!("\n\n{}", table(["EFFECT", "STATE", "ERROR"], effects.iter().map(row).collect()));
    }
    print(&text)
}

fn head(execution: &Execution) -> String {
    let mut lines =
        vec![format!("Execution {}: {} is {}", execution.id, execution.workflow, execution.status.as_str())];
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push(format!("{name:<11}{}", plain(&value)));
        }
    };
    line("reason", execution.reason.clone());
    line("repository", execution.repo.as_ref().map(ToString::to_string));
    line("lane", execution.lane.as_ref().map(ToString::to_string));
    line("delivery", execution.delivery.as_ref().map(ToString::to_string));
    line("attempt", Some(execution.attempt.to_string()));
    line("queued", Some(moment(execution.created_at)));
    line("started", execution.started_at.map(moment));
    line("ended", execution.finished_at.map(moment));
    if execution.status == ExecutionStatus::Queued && execution.run_at > execution.created_at {
        line("next try", Some(moment(execution.run_at)));
    }
    line("input", Some(shortened(&execution.input.to_string(), 400)));
    lines.join("\n")
}

/// Path, status, time, and what came of it.
pub(super) fn step_row(step: &Step) -> [String; 4] {
    let (status, result) = match step.status {
        StepStatus::Succeeded => ("succeeded", shortened(&step.output.to_string(), 100)),
        StepStatus::Skipped => ("skipped", String::new()),
        StepStatus::Failed => ("failed", shortened(step.error.as_deref().unwrap_or_default(), 300)),
    };
    [step.path.clone(), status.to_owned(), lasted(step.started_at, step.finished_at), result]
}
