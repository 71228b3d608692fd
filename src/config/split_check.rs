//! A command that is run on the slices of a plan. It is the operator's, or that of whoever sits at the terminal: a repository
//! has no say in it.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::sqlite::SqliteConnectOptions;

use super::{
    sources::{SettingsError, Sources},
    values::parsed,
    variables::{
        DATA_DIR, DATABASE_URL, SPLIT_CHECK, SPLIT_CHECK_ENV, SPLIT_CHECK_MEMORY, SPLIT_CHECK_PATHS,
        SPLIT_CHECK_TIMEOUT,
    },
};

pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
pub const DEFAULT_MEMORY: u64 = 4096 << 20;

/// What every program in the sandbox reads and executes.
pub const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitCheck {
    /// `SEAM_SPLIT_CHECK`: a program and its arguments.
    pub command: Vec<String>,
    /// `SEAM_SPLIT_CHECK_PATHS`: what it may read besides the system.
    pub paths: Vec<PathBuf>,
    /// `SEAM_SPLIT_CHECK_ENV`: the names of variables that it is given.
    pub variables: Vec<String>,
    /// `SEAM_SPLIT_CHECK_TIMEOUT`, of one run.
    pub timeout: Duration,
    /// `SEAM_SPLIT_CHECK_MEMORY`, in bytes.
    pub memory: u64,
}

pub(super) fn read(
    sources: &Sources<'_>,
    data_dir: &Path,
    database_url: &SecretString,
) -> Result<Option<SplitCheck>, SettingsError> {
    let Some(command) = parsed(sources, SPLIT_CHECK, COMMAND, command)? else { return Ok(None) };
    let paths = parsed(sources, SPLIT_CHECK_PATHS, PATHS, paths)?.unwrap_or_default();
    keep_apart(data_dir, ("the data dir", DATA_DIR.variable), &paths)?;
    if let Some(file) = file_of(database_url) {
        keep_apart(&file, ("the database", DATABASE_URL.variable), &paths)?;
    }
    Ok(Some(SplitCheck {
        command,
        paths,
        variables: parsed(sources, SPLIT_CHECK_ENV, VARIABLES, variables)?.unwrap_or_default(),
        timeout: parsed(sources, SPLIT_CHECK_TIMEOUT, TIMEOUT, timeout)?.unwrap_or(DEFAULT_TIMEOUT),
        memory: parsed(sources, SPLIT_CHECK_MEMORY, MEMORY, memory)?.unwrap_or(DEFAULT_MEMORY),
    }))
}

/// What is Seam's alone is not for others to read: neither all of it nor a part. `what` it is, and where that is set.
fn keep_apart(own: &Path, (what, variable): (&str, &str), paths: &[PathBuf]) -> Result<(), SettingsError> {
    let (real_own, shown) = (real(own), own.display());
    let holds = |path: &Path| real_own.starts_with(real(path));
    if let Some(system) = SYSTEM.iter().find(|system| holds(Path::new(system))) {
        let problem = format!("{what}, {shown}, is below {system}, which what {} runs reads", SPLIT_CHECK.variable);
        return Err(SettingsError::new(variable, problem, "let it be elsewhere"));
    }
    for path in paths {
        let how = match (holds(path), real(path).starts_with(&real_own)) {
            (true, _) => "holds",
            (_, true) => "is in",
            _ => continue,
        };
        let problem = format!("{} {how} {what}, {shown}", path.display());
        return Err(SettingsError::new(SPLIT_CHECK_PATHS.variable, problem, "name folders that are apart from it"));
    }
    Ok(())
}

/// The file of a database that is one.
fn file_of(url: &SecretString) -> Option<PathBuf> {
    let url = Some(url.expose_secret()).filter(|url| url.starts_with("sqlite:"))?;
    Some(SqliteConnectOptions::from_str(url).ok()?.get_filename().to_owned())
}

/// Where links lead, as far as there is something.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = |above: &Path| Some(fs::canonicalize(above).ok()?.join(whole.strip_prefix(above).ok()?));
    whole.ancestors().find_map(known).unwrap_or_else(|| whole.clone())
}

/// What to write for a [`command`].
pub const COMMAND: &str =
    "write a program and its arguments, quoted as in a shell; `sh -c '...'` where a shell is wanted";

pub fn command(text: &str) -> Option<Vec<String>> {
    shlex::split(text).filter(|words| words.first().is_some_and(|program| !program.is_empty()))
}

/// What to write for [`paths`].
pub const PATHS: &str = "write whole paths with colons between them, as in /opt/go:/srv/cargo; / is none of them";

pub fn paths(text: &str) -> Option<Vec<PathBuf>> {
    let paths = text.split(':').filter(|path| !path.is_empty()).map(PathBuf::from);
    paths.map(|path| (path.is_absolute() && path.parent().is_some()).then_some(path)).collect()
}

/// What to write for [`variables`].
pub const VARIABLES: &str = "write names of variables with commas between them, and none of Seam's own";

pub fn variables(text: &str) -> Option<Vec<String>> {
    let is_name = |name: &str| {
        let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_word && !name.starts_with("SEAM_") && name != "DATABASE_URL"
    };
    text.split(',').map(|name| Some(name.trim().to_owned()).filter(|name| is_name(name))).collect()
}

/// What to write for a [`timeout`].
pub const TIMEOUT: &str = "write seconds, from 1 to 1800";

pub fn timeout(text: &str) -> Option<Duration> {
    text.parse().ok().filter(|seconds| (1..=1800).contains(seconds)).map(Duration::from_secs)
}

/// What to write for [`memory`].
pub const MEMORY: &str = "write megabytes, 64 or more";

/// In bytes.
pub fn memory(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|megabytes| *megabytes >= 64)?.checked_mul(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{settings::Settings, sources::Flags};

    fn read(given: &[(&str, &str)]) -> Result<Option<SplitCheck>, String> {
        let given = [&[("SEAM_DATA_DIR", "/srv/seam/data")], given].concat();
        let find = |name: &str| Some(given.iter().find(|(variable, _)| *variable == name)?.1.to_owned());
        Settings::read(&Flags::default(), &find).map(|settings| settings.split_check).map_err(|error| error.to_string())
    }

    #[test]
    fn a_command_is_words_and_what_it_may() {
        assert_eq!(read(&[]), Ok(None));
        let check = read(&[
            ("SEAM_SPLIT_CHECK", "sh -c 'make && make check'"),
            ("SEAM_SPLIT_CHECK_PATHS", "/opt/go:/srv/cargo"),
            ("SEAM_SPLIT_CHECK_ENV", "GOFLAGS, CARGO_HOME"),
            ("SEAM_SPLIT_CHECK_TIMEOUT", "60"),
        ]);
        let check = check.unwrap().unwrap();
        assert_eq!(check.command, ["sh", "-c", "make && make check"]);
        assert_eq!(check.paths, [Path::new("/opt/go"), Path::new("/srv/cargo")]);
        assert_eq!(check.variables, ["GOFLAGS", "CARGO_HOME"]);
        assert_eq!((check.timeout.as_secs(), check.memory), (60, DEFAULT_MEMORY));
    }

    #[test]
    fn what_is_seams_alone_is_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["data/mirrors", "db", "tools"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("data"), root.join("link")).unwrap();
        let at = |name: &str| root.join(name).display().to_string();
        let database = format!("sqlite://{}?mode=rwc", at("db/seam.db"));
        let said = |data_dir: &str, database: &str, path: &str| {
            let given = [
                ("SEAM_SPLIT_CHECK", "make"),
                ("SEAM_DATA_DIR", data_dir),
                ("DATABASE_URL", database),
                ("SEAM_SPLIT_CHECK_PATHS", path),
            ];
            let find = |name: &str| Some(given.iter().find(|(variable, _)| *variable == name)?.1.to_owned());
            let read = Settings::read(&Flags::default(), &find);
            read.map_or_else(|error| error.to_string().replace(&at(""), "/"), |_| "read".to_owned())
        };
        let said = [
            said(&at("data"), &database, &at("tools")),
            said(&at("data"), &database, &at("data/mirrors")),
            said(&at("link/new"), &database, &at("data")),
            said(&at("data"), &database, &at("db")),
            said(&at("data"), &database, &at("db/seam.db")),
            said(&at("data"), "postgres://seam@localhost/seam", &at("db")),
            said("/usr/lib/seam", &database, &at("tools")),
            said(&at("data"), "sqlite:///usr/seam.db", &at("tools")),
        ];
        insta::assert_snapshot!(said.join("\n"), @"
        read
        SEAM_SPLIT_CHECK_PATHS: /data/mirrors is in the data dir, /data; name folders that are apart from it
        SEAM_SPLIT_CHECK_PATHS: /data holds the data dir, /link/new; name folders that are apart from it
        SEAM_SPLIT_CHECK_PATHS: /db holds the database, /db/seam.db; name folders that are apart from it
        SEAM_SPLIT_CHECK_PATHS: /db/seam.db holds the database, /db/seam.db; name folders that are apart from it
        read
        SEAM_DATA_DIR: the data dir, /usr/lib/seam, is below /usr, which what SEAM_SPLIT_CHECK runs reads; let it be elsewhere
        DATABASE_URL: the database, /usr/seam.db, is below /usr, which what SEAM_SPLIT_CHECK runs reads; let it be elsewhere
        ");
    }

    #[test]
    fn what_would_open_too_much_is_refused() {
        let refusal = |variable, value| read(&[(variable, value), ("SEAM_SPLIT_CHECK", "make")]).unwrap_err();
        let said = [
            refusal("SEAM_SPLIT_CHECK", "sh 'open"),
            refusal("SEAM_SPLIT_CHECK_PATHS", "/opt:/srv"),
            refusal("SEAM_SPLIT_CHECK_PATHS", "/"),
            refusal("SEAM_SPLIT_CHECK_ENV", "GOFLAGS,SEAM_MASTER_KEY"),
            refusal("SEAM_SPLIT_CHECK_TIMEOUT", "0"),
            refusal("SEAM_SPLIT_CHECK_MEMORY", "8"),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        SEAM_SPLIT_CHECK: "sh 'open" is not understood; write a program and its arguments, quoted as in a shell; `sh -c '...'` where a shell is wanted
        SEAM_SPLIT_CHECK_PATHS: /srv holds the data dir, /srv/seam/data; name folders that are apart from it
        SEAM_SPLIT_CHECK_PATHS: "/" is not understood; write whole paths with colons between them, as in /opt/go:/srv/cargo; / is none of them
        SEAM_SPLIT_CHECK_ENV: "GOFLAGS,SEAM_MASTER_KEY" is not understood; write names of variables with commas between them, and none of Seam's own
        SEAM_SPLIT_CHECK_TIMEOUT: "0" is not understood; write seconds, from 1 to 1800
        SEAM_SPLIT_CHECK_MEMORY: "8" is not understood; write megabytes, 64 or more
        "#);
    }
}
