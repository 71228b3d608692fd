//! `seam config`: which settings hold for a repository, and where each comes from.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};

use super::{
    command_line::{Outcome, command_settings},
    output,
};
use crate::{
    app::serving::App,
    change::assemble::Limits,
    config::{
        policy_layers::{Effective, PATH},
        policy_text, schema,
        settings::Settings,
        sources::Flags,
    },
    domain::ids::RepoName,
    git::work_tree::WorkTree,
    github::permissions::{Permission, Permissions},
    telemetry::clock::Clock,
    tools,
};

/// The settings of a repository, from `.github/seam.yml`
#[derive(clap::Args, Debug)]
pub struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(Show),
    /// Print the JSON Schema of `.github/seam.yml`
    Schema,
}

/// Show which settings hold, and where each comes from
///
/// Exit code 1: something is wrong with a file; what it is stands on standard error.
#[derive(clap::Args, Debug)]
struct Show {
    /// OWNER/NAME, as GitHub holds it on the default branch [default: the work tree around the current folder]
    repo: Option<RepoName>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// YAML, each setting with where it comes from
    Human,
    Json,
}

impl Config {
    pub(super) fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        match self.command {
            Command::Show(show) => show.run(flags),
            Command::Schema => {
                output::write(&format!("{:#}\n", schema::policy()))?;
                Ok(Outcome::Done)
            }
        }
    }
}

impl Show {
    fn run(self, flags: &Flags) -> anyhow::Result<Outcome> {
        let effective = match &self.repo {
            Some(name) => {
                let settings = command_settings(flags)?;
                tokio::runtime::Builder::new_multi_thread()
                    .enable_all()
                    .build()?
                    .block_on(of_repository(settings, name))?
            }
            None => {
                let tree = WorkTree::discover(Path::new("."), Limits::default())
                    .context("name a repository as OWNER/NAME, or run it inside a git work tree")?;
                of_work_tree(&tree)?
            }
        };
        output::write(&match self.format {
            Format::Human => policy_text::render(&effective),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&effective)?),
        })?;
        output::tell(&effective.problems);
        Ok(if effective.problems.is_empty() { Outcome::Done } else { Outcome::Found })
    }
}

/// What the work tree's own file says, over the defaults.
pub(super) fn of_work_tree(tree: &WorkTree) -> anyhow::Result<Effective> {
    let text = match tree.root().map(|root| fs::read(root.join(PATH))) {
        Some(Ok(bytes)) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Some(Err(error)) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(error).with_context(|| format!("{PATH} cannot be read"));
        }
        _ => None,
    };
    Ok(Effective::of(None, text.as_deref()))
}

async fn of_repository(settings: Settings, name: &RepoName) -> anyhow::Result<Effective> {
    let not_set_up = "no GitHub App is set up here: start `seam serve` and open the page it prints, or name the \
                      folder of one that is (--data-dir)";
    // Asking must not make a database where there is none.
    if settings.github.app.is_none() && settings.master_key.is_none() && !settings.data_dir.exists() {
        bail!(not_set_up);
    }
    let app = App::build(settings, Clock::System).await?;
    if !app.is_set_up() {
        bail!(not_set_up);
    }
    let permissions = Permissions::default().read(Permission::Contents);
    let Some(repository) = app.github().repository_named(name, permissions).await? else {
        bail!("the App is not installed on {name}, or there is no such repository");
    };
    let effective = tools::policy::load(&repository).await?;
    app.db().close().await;
    Ok(effective)
}
