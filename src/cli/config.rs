//! `seam config`: which settings hold for a repository, and where each comes from.

use std::{fs, io::ErrorKind, path::Path, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use clap::{Subcommand, ValueEnum};

use super::{
    command_line::{Outcome, command_settings},
    output,
};
use crate::{
    analysis::engine::Engine,
    app::serving::App,
    change::assemble::Limits,
    config::{
        effective::{Effective, PATH},
        folder_files::{FolderFile, MOST_BYTES, folders_above},
        policy_file::too_large,
        policy_text, schema,
        settings::Settings,
        sources::Flags,
    },
    domain::{acceptance::RuleOutcome, ids::RepoName},
    git::work_tree::WorkTree,
    github::permissions::{Permission, Permissions},
    store::posted_finding,
    telemetry::clock::Clock,
    tools::policy::Policies,
};

/// The settings of a repository, from `.github/seam.yml` and `.seam.yml` in folders
#[derive(clap::Args, Debug)]
pub struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(Show),
    /// Print the JSON Schema of `.github/seam.yml`, and of `.seam.yml` in folders (`#/$defs/FolderPolicy`)
    Schema,
}

/// Show which settings hold, and where each comes from
///
/// Exit code 1: something is wrong with a file; what it is stands on standard error, as do rules that people there mostly
/// dismiss.
#[derive(clap::Args, Debug)]
struct Show {
    /// OWNER/NAME, as GitHub holds it on the default branch [default: the work tree around the current folder]
    repo: Option<RepoName>,
    /// Show what holds for this file: the settings of the folders above it too
    #[arg(long, value_name = "FILE")]
    path: Option<String>,
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
        let path = self.path.as_deref().map(|path| path.trim_start_matches("./"));
        let (effective, unwanted) = match &self.repo {
            Some(name) => {
                let settings = command_settings(flags)?;
                tokio::runtime::Builder::new_multi_thread()
                    .enable_all()
                    .build()?
                    .block_on(of_repository(settings, name, path))?
            }
            None => {
                let tree = WorkTree::discover(Path::new("."), Limits::default())
                    .map_err(|error| anyhow!("{error}; or name a repository as OWNER/NAME"))?;
                (of_work_tree(&tree, path, &Engine::new())?, Vec::new())
            }
        };
        output::write(&match self.format {
            Format::Human => policy_text::render(&effective),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&effective)?),
        })?;
        output::tell(&effective.problems);
        output::tell(&unwanted);
        Ok(if effective.problems.is_empty() { Outcome::Done } else { Outcome::Found })
    }
}

/// What the work tree's own file says, over the defaults, and the files of the folders above `paths`.
pub(super) fn of_work_tree<'a>(
    tree: &WorkTree,
    paths: impl IntoIterator<Item = &'a str>,
    engine: &Engine,
) -> anyhow::Result<Effective> {
    let Some(root) = tree.root() else { return Ok(Effective::of(None, None)) };
    let mut effective = Effective::of(None, read(root, PATH)?.as_deref());
    let mut files = Vec::new();
    for folder in folders_above(paths) {
        let path = FolderFile::path_in(&folder);
        files.extend(read(root, &path)?.map(|text| FolderFile { folder, text }));
    }
    effective.add_folders(&files);
    effective.tell_unknown_rules(|| engine.rule_ids());
    Ok(effective)
}

/// A file of settings; `None` where there is none. No symbolic link is followed: it may lead out of the repository, whose
/// owner need not be who runs this.
fn read(root: &Path, path: &str) -> anyhow::Result<Option<String>> {
    let mut file = root.to_owned();
    for part in path.split('/') {
        file.push(part);
        let found = match fs::symlink_metadata(&file) {
            Ok(found) => found,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{path} cannot be read")),
        };
        if found.is_symlink() {
            output::tell(&[format!("{path} is not read: a symbolic link leads to it")]);
            return Ok(None);
        }
        if found.is_file() && found.len() > MOST_BYTES {
            return Ok(Some(too_large()));
        }
    }
    if !file.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&file).with_context(|| format!("{path} cannot be read"))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The settings, and the rules that people there mostly dismiss.
async fn of_repository(
    settings: Settings,
    name: &RepoName,
    path: Option<&str>,
) -> anyhow::Result<(Effective, Vec<RuleOutcome>)> {
    let app = App::of_server(settings, Clock::System).await?;
    if !app.is_set_up() {
        bail!("no GitHub App is set up here: open the link that `seam setup` prints");
    }
    let permissions = Permissions::default().read(Permission::Contents);
    let Some(repository) = app.github().repository_named(name, permissions).await? else {
        bail!("the App is not installed on {name}, or there is no such repository");
    };
    let policies = Policies { db: app.db().clone(), engine: Arc::new(Engine::new()) };
    let mut effective = policies.load(&repository, Clock::System.now()).await?;
    let mut files = Vec::new();
    for folder in path.map(|path| folders_above([path])).unwrap_or_default() {
        let read = repository.file(&FolderFile::path_in(&folder), None, MOST_BYTES as usize).await?;
        files.extend(read.map(|bytes| FolderFile { folder, text: String::from_utf8_lossy(&bytes).into_owned() }));
    }
    effective.add_folders(&files);
    let acceptance = &effective.policy.acceptance;
    let mut unwanted = posted_finding::outcomes(app.db(), repository.id()).await?;
    unwanted.retain(|outcome| {
        outcome.is_unwanted(acceptance.least, acceptance.after)
            && !effective.policy.rules.disable.contains(&outcome.rule)
    });
    app.db().close().await;
    Ok((effective, unwanted))
}
