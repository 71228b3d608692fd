//! `commands.plan_ignoring`: how the files of settings change when a rule is switched off, in the whole repository or in some
//! of its folders.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    settings_draft::SettingsDraft,
    tool::{Access, Tool},
};
use crate::{
    commands::{asked, parse::Command},
    config::{policy::Role, rule_names},
    domain::{
        effect::ChangedFile,
        event::CommentRef,
        ids::{CommitSha, PullNumber},
    },
    github::{
        client::GitHub, contents::Content, error::GitHubError, permissions::Permissions, repository::RepositoryClient,
    },
    review::markdown::{code, shorten},
    split::slices::slug,
    store::posted_finding,
};

/// Of one proposal.
const MOST_FOLDERS: usize = 10;
/// Bytes of what GitHub lists of a folder, which is at most 1,000 entries.
const LONGEST_LIST: usize = 4 * 1024 * 1024;
/// Proposals of the same whose branches were left behind.
const MOST_NAMES: usize = 20;

pub struct PlanIgnoring {
    pub github: GitHub,
    pub policies: Policies,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    comment: CommentRef,
    /// `/ignore rule`.
    command: Command,
}

/// A change of the default branch, to be made as a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    pub rule: String,
    /// Where it is switched off; everywhere, when empty.
    pub folders: Vec<String>,
    /// The default branch, and where it stands.
    pub base: String,
    pub onto: CommitSha,
    /// Was free a moment ago.
    pub branch: String,
    pub files: Vec<ChangedFile>,
}

impl Tool for PlanIgnoring {
    const NAME: &'static str = "commands.plan_ignoring";
    const DESCRIPTION: &'static str =
        "Plans the change of a repository's settings that switches a rule off, everywhere or in some folders.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Proposal;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Proposal, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let asked = asked::read(&input.command).transpose().map_err(|misuse| ToolError::skip(misuse.0))?;
        let mut words = asked.map_or("", |asked| asked.words).split_whitespace();
        let rule = match words.next() {
            Some(named) => named.to_owned(),
            None => self.rule_of_thread(&repository, &input).await?,
        };
        let rule = rule.as_str();
        let folders: BTreeSet<&str> = words.map(without_slashes).collect();
        if let Some(why) = rule_names::unknown(rule, &self.policies.engine.rule_ids()) {
            return Err(ToolError::Skip(why));
        }
        if folders.len() > MOST_FOLDERS {
            return Err(ToolError::Skip(format!("a rule is switched off in at most {MOST_FOLDERS} folders at once")));
        }
        let base = repository.repository().await?.default_branch;
        let onto = repository.branch_head(&base).await?.ok_or_else(|| ToolError::skip("the repository is empty"))?;
        if !folders.is_empty() {
            let head = repository.pull(input.pull_number).await?.head.sha;
            for folder in &folders {
                is_folder(&repository, folder, [&onto, &head]).await?;
            }
        }
        let effective = self.policies.load(&repository, context.services.clock.now()).await?;
        let mut draft = SettingsDraft::new(&repository, &onto, &effective);
        let mut changed = Vec::new();
        match folders.is_empty() {
            true => draft.everywhere(rule).await?,
            false => {
                for folder in folders {
                    if draft.in_folder(folder, rule).await? {
                        changed.push(folder.to_owned());
                    }
                }
            }
        }
        if draft.files.is_empty() {
            return Err(ToolError::Skip(format!("`{rule}` is switched off there already")));
        }
        let files = draft.files.into_iter().map(|(path, content)| ChangedFile { path, content }).collect();
        let branch = free_branch(&repository, rule, &changed).await?;
        Ok(Proposal { rule: rule.to_owned(), folders: changed, base, onto, branch, files })
    }
}

impl PlanIgnoring {
    async fn rule_of_thread(&self, repository: &RepositoryClient, input: &Input) -> Result<String, ToolError> {
        let found = match input.comment.thread() {
            Some(root) => {
                posted_finding::of_comment(&self.policies.db, repository.id(), input.pull_number, root).await?
            }
            None => None,
        };
        found.and_then(|found| found.rule).ok_or_else(|| {
            ToolError::skip("`/ignore rule` names a rule, or is used in the thread of a finding of Seam's")
        })
    }
}

/// `shop/**` is all that is in `shop`.
fn without_slashes(folder: &str) -> &str {
    let folder = folder.strip_prefix("./").unwrap_or(folder);
    folder.strip_suffix("/**").unwrap_or(folder).trim_matches('/')
}

/// A folder that is in neither commit is a slip of the keyboard, and would switch nothing off.
async fn is_folder(repository: &RepositoryClient, folder: &str, commits: [&CommitSha; 2]) -> Result<(), ToolError> {
    let shown = code(&shorten(folder, 200));
    for commit in commits {
        match repository.content(folder, Some(commit.as_str()), LONGEST_LIST).await {
            Ok(Content::Folder) => return Ok(()),
            Ok(Content::File(_)) | Err(GitHubError::TooLarge { .. }) => {
                return Err(ToolError::Skip(format!(
                    "{shown} is a file, and rules are switched off for whole folders"
                )));
            }
            Ok(Content::Nothing) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ToolError::Skip(format!("there is no folder {shown}, and rules are switched off for whole folders")))
}

/// The same proposal has the same name, with a number where a branch of that name was left behind.
///
/// # Errors
/// `Skip` where it is open already.
async fn free_branch(repository: &RepositoryClient, rule: &str, folders: &[String]) -> Result<String, ToolError> {
    let what = [&[rule.to_owned()], folders].concat().join(" ");
    let digest = hex::encode(&Sha256::digest(&what)[..4]);
    let name = format!("seam/ignore/{}-{digest}", slug(&what));
    for number in 1..=MOST_NAMES {
        let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
        if let Some(pull) = repository.open_pulls_of_branch(&name).await?.first() {
            return Err(ToolError::Skip(format!(
                "this is proposed already, and waits to be merged: {}",
                pull.html_url
            )));
        }
        if repository.branch_head(&name).await?.is_none() {
            return Ok(name);
        }
    }
    Err(ToolError::Skip(format!("too many branches like `{name}` were left behind: delete them, and ask again")))
}
