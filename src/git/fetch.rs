//! Fetches commits and blobs of one repository from its server into a bare mirror.

use std::{ffi::OsString, path::Path, time::Duration};

use gix::ObjectId;
use secrecy::SecretString;
use url::Url;

use super::{
    command::{GitCommand, GitFailure},
    error::GitError,
};
use crate::domain::ids::{CommitSha, PullNumber, RepoName};

/// Fetched commits are kept under these names, so that the next fetch can say what is here already.
pub(super) const KEPT_REFS: &str = "refs/seam";

/// Where a mirror comes from, and as whom.
pub(super) struct Origin<'a> {
    pub(super) mirror: &'a Path,
    pub(super) web_url: &'a Url,
    pub(super) name: &'a RepoName,
    pub(super) token: Option<&'a SecretString>,
    pub(super) timeout: Duration,
}

impl Origin<'_> {
    /// Commits with their histories and trees, without blobs.
    pub(super) async fn commits(&self, wanted: &[CommitSha], max_growth: u64) -> Result<(), GitError> {
        let refspecs = wanted.iter().map(|commit| format!("{commit}:{KEPT_REFS}/{commit}\n")).collect();
        self.fetch(&[], refspecs, max_growth).await
    }

    /// What a pull request's head ref names, for servers that give no commit by its id alone.
    pub(super) async fn pull_head(&self, pull: PullNumber, max_growth: u64) -> Result<(), GitError> {
        self.fetch(&[], format!("+refs/pull/{pull}/head:{KEPT_REFS}/pull-{pull}\n"), max_growth).await
    }

    /// Blobs by their ids, in one go.
    pub(super) async fn blobs(&self, wanted: &[ObjectId], max_growth: u64) -> Result<(), GitError> {
        let ids = wanted.iter().map(|id| format!("{id}\n")).collect();
        // Blobs have no history to compare.
        self.fetch(&[("fetch.negotiationAlgorithm", "noop")], ids, max_growth).await
    }

    async fn fetch(&self, settings: &[(&str, &str)], refspecs: String, max_growth: u64) -> Result<(), GitError> {
        let arguments = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-show-forced-updates",
            "--filter=blob:none",
            "--stdin",
            "origin",
        ];
        let command = GitCommand {
            repository: self.mirror,
            arguments: arguments.iter().map(OsString::from).collect(),
            settings: self.settings().into_iter().chain(settings.iter().map(|(key, value)| pair(key, value))).collect(),
            token: self.token,
            stdin: refspecs.into_bytes(),
            timeout: self.timeout,
            max_growth: Some(max_growth),
        };
        command.run().await.map_err(|failure| match failure {
            GitFailure::Other(error) => error,
            GitFailure::Failed { stderr } => self.understand(&stderr),
        })
    }

    fn settings(&self) -> Vec<(String, String)> {
        let scheme = self.web_url.scheme();
        let url = format!("{}/{}.git", self.web_url.as_str().trim_end_matches('/'), self.name);
        let mut settings = vec![
            pair("remote.origin.url", &url),
            pair("remote.origin.promisor", "true"),
            pair("remote.origin.partialCloneFilter", "blob:none"),
            (format!("protocol.{scheme}.allow"), "always".to_owned()),
        ];
        settings.extend(HARMLESS_FAULTS.iter().map(|fault| (format!("fetch.fsck.{fault}"), "ignore".to_owned())));
        settings
    }

    /// Turns what git said into what it means.
    fn understand(&self, stderr: &str) -> GitError {
        let says = |any: &[&str]| any.iter().any(|text| stderr.contains(text));
        let repository = self.name.to_string();
        let why = last_words(stderr);
        if says(&["not our ref", "unadvertised object", "couldn't find remote ref"]) {
            GitError::NotFound { what: format!("what was asked for ({why})") }
        } else if says(&["fsck error"]) {
            GitError::Malformed { why }
        } else if says(&["returned error: 301", "returned error: 302", "returned error: 307", "returned error: 308"]) {
            GitError::Moved { repository }
        } else if says(&["not found", "returned error: 404"]) {
            GitError::RepositoryNotFound { repository }
        } else if says(&[
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "returned error: 401",
            "returned error: 403",
        ]) {
            GitError::Unauthorized { why }
        } else if says(&["No space left on device"]) {
            GitError::Disk { doing: "fetching".to_owned(), source: std::io::ErrorKind::StorageFull.into() }
        } else if says(&NETWORK_TROUBLE) {
            GitError::Unavailable { why }
        } else {
            // What is not the network's fault is the mirror's: it is cheap to fetch anew, and costly to stay broken.
            GitError::Corrupt { why }
        }
    }
}

/// Faults of old histories that GitHub serves as well, and that nothing here stumbles over.
const HARMLESS_FAULTS: [&str; 10] = [
    "badTimezone",
    "badDate",
    "badDateOverflow",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingEmail",
    "badEmail",
    "badName",
    "missingNameBeforeEmail",
    "zeroPaddedFilemode",
];

const NETWORK_TROUBLE: [&str; 12] = [
    "unable to access",
    "RPC failed",
    "remote error",
    "hung up",
    "early EOF",
    "disconnect",
    "resolve host",
    "timed out",
    "transport '",
    "protocol error",
    "bad line length",
    "expected flush",
];

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// The last line that git said; the ones before it tell the same at length.
fn last_words(stderr: &str) -> String {
    let line = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("git said nothing");
    line.trim().chars().take(500).collect()
}
