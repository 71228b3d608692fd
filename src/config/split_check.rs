//! A command that is run on the slices of a plan. It is the operator's, or that of whoever sits at the terminal: a repository
//! has no say in it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    sources::{SettingsError, Sources},
    values::parsed,
    variables::{SPLIT_CHECK, SPLIT_CHECK_ENV, SPLIT_CHECK_MEMORY, SPLIT_CHECK_PATHS, SPLIT_CHECK_TIMEOUT},
};

pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
pub const DEFAULT_MEMORY: u64 = 4096 << 20;

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

pub(super) fn read(sources: &Sources<'_>, data_dir: &Path) -> Result<Option<SplitCheck>, SettingsError> {
    let Some(command) = parsed(sources, SPLIT_CHECK, COMMAND, command)? else { return Ok(None) };
    let paths = parsed(sources, SPLIT_CHECK_PATHS, PATHS, paths)?.unwrap_or_default();
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_default();
    if let Some(path) = paths.iter().find(|path| real(data_dir).starts_with(real(path))) {
        let problem = format!("{} holds the data dir, with the database and the master key", path.display());
        return Err(SettingsError::new(SPLIT_CHECK_PATHS.variable, problem, "name folders that it is not in"));
    }
    Ok(Some(SplitCheck {
        command,
        paths,
        variables: parsed(sources, SPLIT_CHECK_ENV, VARIABLES, variables)?.unwrap_or_default(),
        timeout: parsed(sources, SPLIT_CHECK_TIMEOUT, TIMEOUT, timeout)?.unwrap_or(DEFAULT_TIMEOUT),
        memory: parsed(sources, SPLIT_CHECK_MEMORY, MEMORY, memory)?.unwrap_or(DEFAULT_MEMORY),
    }))
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
        SEAM_SPLIT_CHECK_PATHS: /srv holds the data dir, with the database and the master key; name folders that it is not in
        SEAM_SPLIT_CHECK_PATHS: "/" is not understood; write whole paths with colons between them, as in /opt/go:/srv/cargo; / is none of them
        SEAM_SPLIT_CHECK_ENV: "GOFLAGS,SEAM_MASTER_KEY" is not understood; write names of variables with commas between them, and none of Seam's own
        SEAM_SPLIT_CHECK_TIMEOUT: "0" is not understood; write seconds, from 1 to 1800
        SEAM_SPLIT_CHECK_MEMORY: "8" is not understood; write megabytes, 64 or more
        "#);
    }
}
