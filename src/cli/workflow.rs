//! `seam workflow`: which workflows there are, whether a file is one, and running one by hand.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    command_line::{Outcome, command_settings},
    executions::step_row,
    format::{Format, plain, print, print_json, table},
};
use crate::{
    app::serving::{App, load_workflows},
    config::{settings::Settings, sources::Flags},
    domain::{
        execution::{ExecutionStatus, NewExecution, Priority, Supersede},
        ids::{ExecutionId, InstallationId, RepoName, RepositoryId},
    },
    store::{
        db::Db,
        execution::{self, Filter},
        step,
    },
    telemetry::clock::Clock,
    tools::builtin,
    workflow::{
        definition::Definition,
        duration::render_duration,
        engine::Engine,
        event_input::EventInput,
        library::Library,
        load::load,
        worker::{self, Workers},
    },
};

/// List, show, check and run workflows
#[derive(Args, Debug)]
pub struct Workflow {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All workflows of this server
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The file of one, to read or to start an own one from
    Show {
        /// As `seam workflow list` has it
        name: String,
    },
    /// Whether a file is a workflow; every mistake in it with its line. Exit code 1: there are some
    Validate { file: PathBuf },
    /// Run one here and now
    Run(Run),
}

#[derive(Args, Debug)]
struct Run {
    /// A workflow's name, or a file
    workflow: String,
    /// What `${input.KEY}` is: JSON where it is JSON, else a text; may be given often
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_input)]
    input: Vec<(String, Value)>,
    /// The repository its tools work on; one that this server has had an event of
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Option<RepoName>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn parse_input(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((key.to_owned(), value))
}

impl Workflow {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let settings = command_settings(flags)?;
        let library = |settings: &Settings| load_workflows(&settings.data_dir, &builtin::described());
        match self.action {
            Action::List { format } => list(library(&settings)?.all(), format),
            Action::Show { name } => {
                let library = library(&settings)?;
                print(&find(&library, &name)?.text)?;
                Ok(Outcome::Done)
            }
            Action::Validate { file } => validate(&file),
            Action::Run(run) => {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
                runtime.block_on(run.run(settings))
            }
        }
    }
}

fn find<'l>(library: &'l Library, name: &str) -> anyhow::Result<&'l Definition> {
    library.get(name).with_context(|| {
        let names: Vec<_> = library.all().iter().map(|definition| definition.name.as_str()).collect();
        format!("there is no workflow named {name:?}; there are {}", names.join(", "))
    })
}

fn list(definitions: &[Definition], format: Format) -> anyhow::Result<Outcome> {
    match format {
        Format::Json => {
            let item = |one: &Definition| {
                json!({
                    "name": one.name,
                    "description": one.description,
                    "file": one.file,
                    "events": one.trigger.events,
                    "commands": one.trigger.commands,
                    "schedule_seconds": one.trigger.schedule.map(|every| every.as_secs()),
                })
            };
            print_json(&definitions.iter().map(item).collect::<Vec<_>>())?;
        }
        Format::Human => {
            let row = |one: &Definition| [one.name.clone(), started_by(one), one.description.clone(), one.file.clone()];
            print(&table(["NAME", "STARTED BY", "DESCRIPTION", "FILE"], definitions.iter().map(row).collect()))?;
        }
    }
    Ok(Outcome::Done)
}

/// `pull_request, push, /review, every 1h`
fn started_by(definition: &Definition) -> String {
    let trigger = &definition.trigger;
    let events: BTreeSet<&str> = trigger.events.iter().filter_map(|event| event.split('.').next()).collect();
    let commands = trigger.commands.iter().map(|command| format!("/{command}"));
    let schedule = trigger.schedule.map(|every| format!("every {}", render_duration(every)));
    let all: Vec<_> = events.into_iter().map(str::to_owned).chain(commands).chain(schedule).collect();
    if all.is_empty() { "hand".to_owned() } else { all.join(", ") }
}

fn validate(file: &Path) -> anyhow::Result<Outcome> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    match load(&file.display().to_string(), &text, &builtin::described()) {
        Ok(definition) => {
            print(&format!("{}: the workflow {} is good.", file.display(), definition.name))?;
            Ok(Outcome::Done)
        }
        Err(invalid) => {
            print(&invalid.to_string().lines().map(plain).collect::<Vec<_>>().join("\n"))?;
            Ok(Outcome::Found)
        }
    }
}

impl Run {
    async fn run(self, settings: Settings) -> anyhow::Result<Outcome> {
        let tools = builtin::described();
        let definition = match Path::new(&self.workflow).extension() {
            Some(_) => {
                let text =
                    fs::read_to_string(&self.workflow).with_context(|| format!("{} cannot be read", self.workflow))?;
                load(&self.workflow, &text, &tools)?
            }
            None => find(&load_workflows(&settings.data_dir, &tools)?, &self.workflow)?.clone(),
        };
        let workflow = definition.name.clone();
        let library = Library::of(vec![definition]);
        let app = App::build(settings, Clock::System).await?;
        let engine = app.workers().engine().clone();
        let scope = match &self.repo {
            Some(repo) => Some(last_seen(&engine.db, repo).await?),
            None => None,
        };
        let Value::Object(mut input) = EventInput::by_hand().to_json() else { bail!("an event's input is an object") };
        input.extend(self.input);
        let new = NewExecution {
            workflow,
            lane: None,
            priority: Priority::Command,
            supersede: Supersede::Never,
            installation: scope.map(|(installation, _)| installation),
            repository: scope.map(|(_, repository)| repository),
            repo: self.repo,
            input: Value::Object(input),
            delivery: None,
            once: None,
            after: None,
        };
        let db = engine.db.clone();
        let workers = Workers::new(Engine { library, ..engine }, worker::Settings::default(), Vec::new());
        let (started, id) = tokio::sync::oneshot::channel();
        let watch = async {
            match id.await {
                Ok(id) => tell_of_steps(&db, id).await,
                Err(_never_started) => Ok(()),
            }
        };
        let run = workers.run_now(&new, move |id| {
            let _ = started.send(id);
        });
        let ended = tokio::select! {
            ended = run => ended?,
            told = watch => {
                told?;
                bail!("nobody is left to tell of the steps")
            }
        };
        let outcome = report(&db, ended, self.format).await;
        db.close().await;
        outcome
    }
}

/// The installation and the id of a repository, from what this server knows of it.
async fn last_seen(db: &Db, repo: &RepoName) -> anyhow::Result<(InstallationId, RepositoryId)> {
    let executions = execution::list(db, &Filter { limit: 1_000, ..Filter::default() }).await?;
    let seen = executions.iter().filter(|execution| execution.repo.as_ref() == Some(repo));
    seen.filter_map(|execution| execution.installation.zip(execution.repository))
        .next()
        .with_context(|| format!("this server has had no event of {repo}: is the App installed there?"))
}

/// Names each step on standard error when it has ended; Ctrl-C cancels the execution. Does not return.
async fn tell_of_steps(db: &Db, id: ExecutionId) -> anyhow::Result<()> {
    let mut told = BTreeSet::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            asked = tokio::signal::ctrl_c() => {
                asked?;
                execution::cancel(db, id, Clock::System.now()).await?;
                writeln!(anstream::stderr(), "stopping before the next step")?;
            }
        }
        for step in step::of(db, id).await? {
            if told.insert(step.path.clone()) {
                let [path, status, took, result] = step_row(&step);
                let result = if status == "failed" { format!(": {result}") } else { String::new() };
                writeln!(anstream::stderr(), "{} {status} ({took}){}", plain(&path), plain(&result))?;
            }
        }
    }
}

async fn report(db: &Db, id: ExecutionId, format: Format) -> anyhow::Result<Outcome> {
    let execution = execution::get(db, id).await?.context("the execution was forgotten while it ran")?;
    let steps = step::of(db, id).await?;
    match format {
        Format::Json => print_json(&json!({ "execution": execution, "steps": steps }))?,
        Format::Human => {
            let rows = steps.iter().map(step_row).collect();
            print(&table(["STEP", "STATUS", "TOOK", "OUTPUT OR ERROR"], rows))?;
        }
    }
    let reason = execution.reason.unwrap_or_default();
    match execution.status {
        ExecutionStatus::Succeeded => Ok(Outcome::Done),
        ExecutionStatus::Skipped => {
            writeln!(anstream::stderr(), "nothing to do: {}", plain(&reason))?;
            Ok(Outcome::Done)
        }
        status => bail!("execution {id} is {}: {reason}", status.as_str()),
    }
}
