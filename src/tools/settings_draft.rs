//! Files of settings as they are to be when a rule is switched off.

use std::collections::BTreeMap;

use super::{error::ToolError, policy::MAX_BYTES};
use crate::{
    config::{
        effective::{Effective, PATH},
        folder_files::FolderFile,
        policy_edit::{self, CannotAdd},
        policy_file::PolicyFile,
    },
    domain::ids::CommitSha,
    github::{error::GitHubError, repository::RepositoryClient},
    review::markdown::{code, shorten},
};

pub(super) struct SettingsDraft<'a> {
    repository: &'a RepositoryClient,
    onto: &'a CommitSha,
    effective: &'a Effective,
    /// Those that change, by their paths.
    pub(super) files: BTreeMap<String, String>,
}

impl<'a> SettingsDraft<'a> {
    /// `onto`: the commit whose files are to change; `effective`: what holds there.
    pub(super) fn new(repository: &'a RepositoryClient, onto: &'a CommitSha, effective: &'a Effective) -> Self {
        Self { repository, onto, effective, files: BTreeMap::new() }
    }

    pub(super) async fn everywhere(&mut self, rule: &str) -> Result<(), ToolError> {
        let rules = &self.effective.policy.rules;
        if rules.disables(rule) {
            return Ok(());
        }
        let setting = ["rules", "disable"];
        self.unlocked(&setting)?;
        let there = self.file(PATH).await?.unwrap_or_default();
        self.change(PATH, &there, PolicyFile::parse(&there), &setting, &rules.disable, rule).map(drop)
    }

    /// In the folder's own file where it has one, which goes before what is said of the folder elsewhere. Whether there was
    /// something to do.
    pub(super) async fn in_folder(&mut self, folder: &str, rule: &str) -> Result<bool, ToolError> {
        let policy = &self.effective.policy;
        if policy.disables(&format!("{folder}/"), rule) {
            return Ok(false);
        }
        let setting = ["folders", folder, "rules", "disable"];
        self.unlocked(&setting)?;
        let inherited = policy.folders.get(folder).map_or(&[][..], |folder| &folder.rules.disable);
        let own = FolderFile::path_in(folder);
        if let Some(there) = self.file(&own).await? {
            return self.change(&own, &there, PolicyFile::parse_folder(&there), &setting[2..], inherited, rule);
        }
        let there = self.file(PATH).await?.unwrap_or_default();
        self.change(PATH, &there, PolicyFile::parse(&there), &setting, inherited, rule)
    }

    fn unlocked(&self, setting: &[&str]) -> Result<(), ToolError> {
        match self.effective.lock_of(setting) {
            Some(lock) => {
                Err(ToolError::Skip(format!("`{lock}` is locked by the organisation, whose file alone can change it")))
            }
            None => Ok(()),
        }
    }

    /// As it is to be by now, or as it is; `None` where there is none.
    async fn file(&self, path: &str) -> Result<Option<String>, ToolError> {
        if let Some(changed) = self.files.get(path) {
            return Ok(Some(changed.clone()));
        }
        let bytes = match self.repository.file(path, Some(self.onto.as_str()), MAX_BYTES).await {
            Err(GitHubError::TooLarge { .. }) => return Err(to_be_mended(path, "it is too large")),
            bytes => bytes?,
        };
        let text = bytes.map(|bytes| String::from_utf8(bytes.to_vec()));
        text.transpose().map_err(|_| to_be_mended(path, "it is not UTF-8"))
    }

    /// `there`: the file's text, with what is known of it. A file with a fault counts for nothing, whatever is added to it.
    fn change(
        &mut self,
        path: &str,
        there: &str,
        file: PolicyFile,
        setting: &[&str],
        inherited: &[String],
        rule: &str,
    ) -> Result<bool, ToolError> {
        if let Some(fault) = file.faults.first() {
            return Err(to_be_mended(path, &fault.to_string()));
        }
        match policy_edit::add(there, setting, inherited, rule) {
            Ok(changed) => {
                self.files.insert(path.to_owned(), changed);
                Ok(true)
            }
            Err(CannotAdd::IsThere) => Ok(false),
            Err(error) => Err(to_be_mended(path, &error.to_string())),
        }
    }
}

fn to_be_mended(path: &str, why: &str) -> ToolError {
    ToolError::Skip(format!("{} has to be changed by hand: {}", code(&shorten(path, 200)), shorten(why, 500)))
}
