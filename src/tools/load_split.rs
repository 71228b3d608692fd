//! `github.load_split`: an event or a command is a hint; this loads what is to be split, and says what is wanted of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    pressing::may_press,
    tool::{Access, Tool},
};
use crate::{
    commands::{
        asked::{self, Asked},
        parse::Command,
        split::{GRANULARITY, MAX_FILES, STRATEGY},
    },
    config::policy::{Policy, Role, SplitOnPush, SplitPolicy},
    domain::{
        event::Account,
        ids::{CommitSha, PullNumber},
        plan::{Granularity, Strategy},
    },
    github::{client::GitHub, permissions::Permissions, pulls::Pull, repository::RepositoryClient},
    review::buttons::Button,
};

/// The branches that Seam makes.
pub(super) const OWN_BRANCHES: &str = "seam/";
const COMMAND: &str = "split";

pub struct LoadSplit {
    pub github: GitHub,
    pub policies: Policies,
}

/// What the event said; each may be missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As in `push`.
    event: String,
    actor: Option<Account>,
    pull_number: Option<PullNumber>,
    branch: Option<String>,
    head_sha: Option<CommitSha>,
    command: Option<Command>,
    /// The button of a check run.
    requested_action: Option<String>,
}

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Plan,
    Open,
    Restack,
    Abandon,
}

impl Wish {
    const ALL: [Self; 4] = [Self::Plan, Self::Open, Self::Restack, Self::Abandon];

    /// The word behind the command.
    fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Open => "apply",
            Self::Restack => "restack",
            Self::Abandon => "abandon",
        }
    }
}

/// What is to be split, as GitHub has it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadedSplit {
    pub wish: Wish,
    /// Nobody asked: it is suggested only where the change is big.
    pub by_push: bool,
    pub branch: String,
    pub head: CommitSha,
    pub base_branch: String,
    /// Where the base branch stands.
    pub base_tip: CommitSha,
    /// The pull request that shows the branch.
    pub pull: Option<PullNumber>,
    pub from_fork: bool,
    pub is_private: bool,
    pub policy: Policy,
    /// The commit that folders' settings are read from: the tip of the default branch.
    #[serde(default)]
    pub settings_at: Option<CommitSha>,
}

impl LoadedSplit {
    /// Why slices cannot be opened, for people.
    pub fn no_opening(&self) -> Option<&'static str> {
        self.from_fork.then_some(
            "The slices of this plan cannot be opened: their branches would have to be in this repository, and this \
             pull request comes from a fork. Somebody with write permission can push its branch here and split that.",
        )
    }
}

impl Tool for LoadSplit {
    const NAME: &'static str = "github.load_split";
    const DESCRIPTION: &'static str =
        "Loads the branch or pull request that is to be split, and the repository's policy for it, from GitHub.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = LoadedSplit;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<LoadedSplit, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let asked =
            input.command.as_ref().and_then(asked::read).transpose().map_err(|misuse| ToolError::skip(misuse.0))?;
        let button = input.requested_action.as_deref().map(pressed).transpose()?;
        let word = button.map(|button| button.command().1).or(asked.as_ref().map(|asked| asked.way.word));
        let wish = Wish::ALL.into_iter().find(|wish| Some(wish.word()) == word).unwrap_or(Wish::Plan);
        let by_push = input.event == "push";
        if by_push && input.branch.as_ref().is_some_and(|branch| branch.starts_with(OWN_BRANCHES)) {
            return Err(ToolError::skip("the branch is a slice itself"));
        }
        let mut policy = self.policies.load(&repository, context.services.clock.now()).await?.policy;
        if let Some(asked) = &asked {
            choose(&mut policy.split, asked);
        }
        if by_push && policy.split.on_push == SplitOnPush::Off {
            return Err(ToolError::skip("`split.on_push` is off"));
        }
        if let Some(button) = button {
            may_press(&repository, input.actor.as_ref(), button, &policy).await?;
        }
        let facts = repository.repository().await?;
        let pull = match input.pull_number {
            Some(number) => Some(repository.pull(number).await?),
            None => None,
        };
        let (branch, base_branch, from_fork) = match &pull {
            Some(pull) => of_pull(pull)?,
            None => (of_branch(&repository, &input, &facts.default_branch).await?, facts.default_branch, false),
        };
        let gone = |branch: &str| ToolError::skip(format!("the branch {branch} is gone"));
        let base_tip = repository.branch_head(&base_branch).await?.ok_or_else(|| gone(&base_branch))?;
        let head = match &pull {
            Some(pull) => pull.head.sha.clone(),
            None => repository.branch_head(&branch).await?.ok_or_else(|| gone(&branch))?,
        };
        if by_push && input.head_sha.as_ref().is_some_and(|pushed| *pushed != head) {
            return Err(ToolError::skip(format!("the branch {branch} has moved on to {}", head.short())));
        }
        Ok(LoadedSplit {
            wish,
            by_push,
            branch,
            head,
            base_branch,
            base_tip,
            pull: pull.map(|pull| pull.number),
            from_fork,
            is_private: facts.private,
            policy,
            settings_at: repository.default_head().await?,
        })
    }
}

fn pressed(identifier: &str) -> Result<Button, ToolError> {
    Button::find(identifier)
        .filter(|button| button.command().0 == COMMAND)
        .ok_or_else(|| ToolError::skip("the button is not about splitting"))
}

/// What whoever asked wants otherwise than the policy has it. The options are of their types already.
fn choose(policy: &mut SplitPolicy, asked: &Asked<'_>) {
    if let Some(name) = asked.option(STRATEGY) {
        policy.strategy = Strategy::ALL.into_iter().find(|all| all.as_str() == name).unwrap_or(policy.strategy);
    }
    if let Some(name) = asked.option(GRANULARITY) {
        let named = Granularity::ALL.into_iter().find(|all| all.as_str() == name);
        policy.granularity = named.unwrap_or(policy.granularity);
    }
    if let Some(number) = asked.option(MAX_FILES) {
        policy.max_files_per_pr = number.parse().unwrap_or(policy.max_files_per_pr);
    }
}

fn of_pull(pull: &Pull) -> Result<(String, String, bool), ToolError> {
    if !pull.is_open() {
        return Err(ToolError::skip(format!("pull request #{} is closed", pull.number)));
    }
    if pull.head.branch.starts_with(OWN_BRANCHES) && !pull.is_from_fork() {
        return Err(ToolError::skip("this pull request is a slice itself"));
    }
    Ok((pull.head.branch.clone(), pull.base.branch.clone(), pull.is_from_fork()))
}

/// A branch counts by itself only where no pull request shows it.
async fn of_branch(repository: &RepositoryClient, input: &Input, default: &str) -> Result<String, ToolError> {
    let branch = input.branch.clone().ok_or_else(|| ToolError::skip("the event names no branch"))?;
    if branch == default {
        return Err(ToolError::skip("the default branch is not split"));
    }
    match repository.open_pulls_of_branch(&branch).await?.first() {
        Some(pull) => {
            Err(ToolError::skip(format!("pull request #{} shows this branch: `/split` there plans it", pull.number)))
        }
        None => Ok(branch),
    }
}
