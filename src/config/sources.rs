//! Where an operator's setting comes from: a flag, the environment, or `seam.toml`, in this order.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;

/// What is wrong with the settings, where, and what to do about it. Never holds a secret's value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{place}: {problem}; {remedy}")]
pub struct SettingsError {
    pub place: String,
    pub problem: String,
    pub remedy: String,
}

impl SettingsError {
    pub(super) fn new(place: impl fmt::Display, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.to_string(), problem: problem.into(), remedy: remedy.into() }
    }
}

/// One setting: the variable's name, and its key in `seam.toml` (`None`: it has no place in a file).
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub(super) variable: &'static str,
    pub(super) key: Option<&'static str>,
}

/// The flags of the settings that hold no secret: a command line can be read by every user of the machine.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings (each is also a variable and a key of seam.toml)")]
pub struct Flags {
    /// File of settings [SEAM_CONFIG; default: ./seam.toml where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on [SEAM_LISTEN; default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// sqlite://PATH or postgres://..., without a password in it [DATABASE_URL; default: in the data dir]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder of the database, the repository mirrors and the master key [SEAM_DATA_DIR; default: ./seam-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Where people and GitHub reach this server [SEAM_PUBLIC_URL; default: http://localhost:8080]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// GitHub's web address [SEAM_GITHUB_URL; default: https://github.com]
    #[arg(long, global = true, value_name = "URL")]
    pub github_url: Option<String>,
    /// GitHub's API [SEAM_GITHUB_API_URL; default: the one that belongs to the web address]
    #[arg(long, global = true, value_name = "URL")]
    pub github_api_url: Option<String>,
    /// Executions run at once in this process [SEAM_WORKERS; default: number of cores]
    #[arg(long, global = true, value_name = "N")]
    pub workers: Option<String>,
    /// What to log: error, warn, info, debug, trace, or a filter like seam=debug,info [SEAM_LOG; default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// text or json [SEAM_LOG_FORMAT; default: text on a terminal, else json]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

impl Flags {
    /// The flag that goes with a variable, and what was given for it.
    fn get(&self, variable: &str) -> Option<(&'static str, &str)> {
        let (flag, value) = match variable {
            "SEAM_LISTEN" => ("--listen", &self.listen),
            "DATABASE_URL" => ("--database-url", &self.database_url),
            "SEAM_DATA_DIR" => ("--data-dir", &self.data_dir),
            "SEAM_PUBLIC_URL" => ("--public-url", &self.public_url),
            "SEAM_GITHUB_URL" => ("--github-url", &self.github_url),
            "SEAM_GITHUB_API_URL" => ("--github-api-url", &self.github_api_url),
            "SEAM_WORKERS" => ("--workers", &self.workers),
            "SEAM_LOG" => ("--log", &self.log),
            "SEAM_LOG_FORMAT" => ("--log-format", &self.log_format),
            _ => return None,
        };
        value.as_deref().map(|value| (flag, value))
    }
}

/// A value and the place it came from, for error messages.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) value: SecretString,
    pub(super) place: String,
}

/// The three sources, read once. An empty value counts as not given.
pub(super) struct Sources<'a> {
    flags: &'a Flags,
    environment: &'a dyn Fn(&str) -> Option<String>,
    file: BTreeMap<String, Found>,
}

impl<'a> Sources<'a> {
    pub(super) fn read(
        flags: &'a Flags,
        environment: &'a dyn Fn(&str) -> Option<String>,
        names: &[Name],
    ) -> Result<Self, SettingsError> {
        let named = flags.config.clone().or_else(|| given(environment("SEAM_CONFIG")).map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("seam.toml"));
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => parse_file(&path, &text, names)?,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                return Err(SettingsError::new(
                    path.display(),
                    format!("the file of settings cannot be read ({error})"),
                    "mend its path or its permissions",
                ));
            }
        };
        Ok(Self { flags, environment, file })
    }

    pub(super) fn without_file(flags: &'a Flags, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { flags, environment, file: BTreeMap::new() }
    }

    pub(super) fn find(&self, name: Name) -> Option<Found> {
        if let Some((flag, value)) = self.flags.get(name.variable) {
            return Some(Found { value: value.into(), place: flag.to_owned() });
        }
        if let Some(value) = given((self.environment)(name.variable)) {
            return Some(Found { value: value.into(), place: name.variable.to_owned() });
        }
        let found = self.file.get(name.key?)?;
        Some(Found { value: found.value.clone(), place: found.place.clone() })
    }
}

fn given(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty())
}

/// Flattens `seam.toml` to `github.app_id -> value`, refusing keys that nobody knows.
fn parse_file(path: &Path, text: &str, names: &[Name]) -> Result<BTreeMap<String, Found>, SettingsError> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        SettingsError::new(place(path, line), format!("not valid TOML ({})", error.message()), "mend this line")
    })?;
    let known: Vec<&str> = names.iter().filter_map(|name| name.key).collect();
    let mut flat = BTreeMap::new();
    let mut open = vec![(String::new(), table.into_inner())];
    while let Some((prefix, table)) = open.pop() {
        for (key, value) in table {
            let line = line_of(text, key.span().start);
            let key = format!("{prefix}{}", key.get_ref());
            let is_group = known.iter().any(|name| name.starts_with(&format!("{key}.")));
            let value = match value.into_inner() {
                DeValue::Table(inner) if is_group => {
                    open.push((format!("{key}."), inner));
                    continue;
                }
                DeValue::String(value) => value.into_owned(),
                DeValue::Integer(value) => value.as_str().to_owned(),
                DeValue::Boolean(value) => value.to_string(),
                other => {
                    let problem = format!("{key} is a {}, not a text or a number", other.type_str());
                    return Err(SettingsError::new(place(path, line), problem, "write one value"));
                }
            };
            if !known.contains(&key.as_str()) {
                let remedy = match nearest(&key, known.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the keys are {}", known.join(", ")),
                };
                return Err(SettingsError::new(place(path, line), format!("the key {key} is not known"), remedy));
            }
            let found = Found { value: value.into(), place: format!("{key} in {}", place(path, line)) };
            if !found.value.expose_secret().trim().is_empty() {
                flat.insert(key, found);
            }
        }
    }
    Ok(flat)
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn place(path: &Path, line: usize) -> String {
    format!("{}:{line}", path.display())
}
