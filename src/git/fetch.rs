//! Fetches commits and blobs of one repository from its server into a bare mirror.

use std::{ffi::OsString, time::Duration};

use gix::ObjectId;
use secrecy::SecretString;
use url::Url;

use super::{
    blocking::blocking,
    command::{GitCommand, GitFailure},
    error::GitError,
    place::Place,
    quota::size_of,
};
use crate::domain::ids::{CommitSha, PullNumber, RepoName};

/// Fetched commits are kept under these names, so that the next fetch can say what is here already.
pub(super) const KEPT_REFS: &str = "refs/seam";

/// Blobs that are asked for at once.
const MAX_BLOBS: usize = 10_000;
/// How often a fetch of blobs is tried again with fewer of them.
const MAX_REFUSALS: usize = 12;

/// Where a mirror comes from, and as whom.
pub(super) struct Origin<'a> {
    pub(super) place: &'a Place,
    pub(super) web_url: &'a Url,
    pub(super) name: &'a RepoName,
    pub(super) token: Option<&'a SecretString>,
    pub(super) timeout: Duration,
}

impl Origin<'_> {
    /// Commits with their histories and trees, without blobs.
    pub(super) async fn commits(&self, wanted: &[CommitSha], max_file: u64) -> Result<(), GitError> {
        let refspecs = wanted.iter().map(|commit| format!("{commit}:{KEPT_REFS}/{commit}\n")).collect();
        self.fetch(&[], refspecs, max_file).await
    }

    /// What a pull request's head ref names, for servers that give no commit by its id alone.
    pub(super) async fn pull_head(&self, pull: PullNumber, max_file: u64) -> Result<(), GitError> {
        self.fetch(&[], format!("+refs/pull/{pull}/head:{KEPT_REFS}/pull-{pull}\n"), max_file).await
    }

    /// Blobs by their ids, all in one go where they fit into `budget` bytes. Else in parts, and what does not fit or is not
    /// on the server is left out: whoever reads it finds it missing.
    pub(super) async fn blobs(&self, wanted: &[ObjectId], mut budget: u64) -> Result<(), GitError> {
        let mut parts: Vec<&[ObjectId]> = wanted.chunks(MAX_BLOBS).rev().collect();
        let mut refusals = 0;
        while let Some(part) = parts.pop() {
            let before = self.size().await;
            let ids = part.iter().map(|id| format!("{id}\n")).collect();
            // Blobs have no history to compare.
            match self.fetch(&[("fetch.negotiationAlgorithm", "noop")], ids, budget).await {
                Ok(()) => budget = budget.saturating_sub(self.size().await.saturating_sub(before)),
                Err(GitError::TooLarge { .. } | GitError::NotFound { .. }) => {
                    refusals += 1;
                    if part.len() > 1 && refusals < MAX_REFUSALS {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    } else {
                        tracing::info!(repository = %self.name, blobs = part.len(), "blobs are left out of a fetch");
                    }
                    self.clear_leftovers().await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn size(&self) -> u64 {
        let objects = self.place.repository.join("objects");
        tokio::task::spawn_blocking(move || size_of(&objects)).await.unwrap_or(0)
    }

    async fn clear_leftovers(&self) -> Result<(), GitError> {
        let place = self.place.clone();
        blocking(move || place.prepare()).await
    }

    /// Puts all packs into one; every fetch brings another.
    pub(super) async fn repack(&self) -> Result<(), GitError> {
        self.run(["repack", "-a", "-d", "--quiet"].map(OsString::from).to_vec(), &[], String::new(), None).await
    }

    async fn fetch(&self, settings: &[(&str, &str)], refspecs: String, max_file: u64) -> Result<(), GitError> {
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
        self.run(arguments.map(OsString::from).to_vec(), settings, refspecs, Some(max_file)).await
    }

    async fn run(
        &self,
        arguments: Vec<OsString>,
        settings: &[(&str, &str)],
        stdin: String,
        max_file: Option<u64>,
    ) -> Result<(), GitError> {
        let command = GitCommand {
            repository: &self.place.repository,
            arguments,
            settings: self.settings().into_iter().chain(settings.iter().map(|(key, value)| pair(key, value))).collect(),
            token: self.token,
            stdin: stdin.into_bytes(),
            timeout: self.timeout,
            max_file,
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
        let why = first_complaint(stderr);
        if says(&["not our ref", "unadvertised object", "couldn't find remote ref"]) {
            GitError::NotFound { what: named_in(&why).unwrap_or_else(|| "what was asked for".to_owned()) }
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
        } else if says(&LOCAL_TROUBLE) || stderr.contains(&*self.place.repository.to_string_lossy()) {
            GitError::Corrupt { why }
        } else if says(&AWAY) {
            GitError::Unavailable { why }
        } else {
            GitError::Failed { why }
        }
    }
}

/// What git says where nobody answers, or somebody answers for the server.
const AWAY: [&str; 9] = [
    "Could not resolve host",
    "Failed to connect",
    "Could not connect",
    "Connection refused",
    "timed out",
    "returned error: 429",
    "returned error: 502",
    "returned error: 503",
    "returned error: 504",
];

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

/// What git says when the mirror is at fault and not the network, where it does not name the mirror's own files.
const LOCAL_TROUBLE: [&str; 4] =
    ["bad object", "unresolved deltas", "did not send all necessary objects", "not a git repository"];

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// What git complained of first; what follows is mostly the consequence.
fn first_complaint(stderr: &str) -> String {
    let complaint =
        |line: &'_ str| line.strip_prefix("error: ").or_else(|| line.strip_prefix("fatal: ")).map(str::to_owned);
    let found = stderr.lines().find_map(complaint).or_else(|| stderr.lines().next().map(str::to_owned));
    found.unwrap_or_else(|| "git said nothing".to_owned()).chars().take(500).collect()
}

/// The object that git names at the end of a complaint.
fn named_in(why: &str) -> Option<String> {
    let id = why.rsplit(' ').next()?;
    (id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| format!("the object {id}"))
}
