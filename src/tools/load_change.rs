//! `github.load_change`: an event is a hint; this loads the truth it hints at, and says whether there is something to
//! review.

use std::collections::BTreeMap;

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    lack,
    policy::Policies,
    pressing::may_press,
    tool::{Access, Tool},
};
use crate::{
    commands::{asked, parse::Command},
    config::{
        effective::{Effective, Origin},
        policy::{LabelsPolicy, Policy, Role},
    },
    domain::{
        event::Account,
        ids::{CommitSha, PullNumber},
    },
    github::{client::GitHub, commits::Commit, permissions::Permissions, pulls::Pull, repository::RepositoryClient},
    review::{
        buttons::Button,
        input::{BranchFacts, Note, PullFacts, Target},
        lack::Undone,
        skip::{Cause, SkipReason, is_listed},
    },
    store::{db::Db, pause},
};

pub struct LoadChange {
    pub github: GitHub,
    pub policies: Policies,
    pub db: Db,
}

/// What the event said; each may be missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As in `pull_request.opened`.
    event: String,
    pull_number: Option<PullNumber>,
    /// Of a push or a check.
    branch: Option<String>,
    head_sha: Option<CommitSha>,
    /// The head before a push.
    before: Option<CommitSha>,
    forced: Option<bool>,
    /// A person asked for it.
    command: Option<Command>,
    /// Who did it.
    actor: Option<Account>,
    /// That was added or taken away.
    label: Option<String>,
    /// The button of a check run.
    requested_action: Option<String>,
    /// What is loaded is to be fixed, not to be reviewed: another button asks for it, and another permission.
    #[serde(default)]
    fixes: bool,
}

/// What is to be reviewed, as GitHub has it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadedChange {
    pub target: Target,
    pub cause: Cause,
    /// Also what did not change since the last round is looked at with new eyes.
    #[serde(default)]
    pub full: bool,
    pub base: Base,
    pub policy: Policy,
    /// Where each setting comes from that is no default, by its dotted name.
    #[serde(default)]
    pub origins: BTreeMap<String, Origin>,
    /// The commit that folders' settings are read from: the tip of the default branch.
    #[serde(default)]
    pub settings_at: Option<CommitSha>,
    /// What is wrong with the policy's files.
    pub notes: Vec<Note>,
    /// Why there is no review, when there is none.
    pub skip: Option<SkipReason>,
}

/// What a head is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// The commit where the head left this one, as GitHub shows a pull request.
    MergeBaseWith(CommitSha),
    Commit(CommitSha),
    /// A first commit: all of it is new.
    Nothing,
}

impl Base {
    fn of_parent(commit: Commit) -> Self {
        commit.parents.into_iter().next().map_or(Self::Nothing, |parent| Self::Commit(parent.sha))
    }
}

impl Tool for LoadChange {
    const NAME: &'static str = "github.load_change";
    const DESCRIPTION: &'static str =
        "Loads the pull request or branch that an event speaks of, and the policy of its repository, from GitHub.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = LoadedChange;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<LoadedChange, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        match self.load(context, &repository, &input).await {
            Err(error) => match error.lacking() {
                Some(needs) => say_what_is_missing(&repository, &input, needs).await,
                None => Err(error),
            },
            loaded => loaded,
        }
    }
}

impl LoadChange {
    async fn load(
        &self,
        context: &ToolContext,
        repository: &RepositoryClient,
        input: &Input,
    ) -> Result<LoadedChange, ToolError> {
        let button = if input.fixes { Button::FixAll } else { Button::ReviewAgain };
        if input.requested_action.as_deref().is_some_and(|clicked| clicked != button.identifier()) {
            return Err(ToolError::skip("another button was clicked"));
        }
        if input.event == "pull_request.converted_to_draft" {
            return Err(ToolError::skip("a draft waits until it is ready"));
        }
        let mut cause = if input.command.is_some() { Cause::Command } else { cause_of(&input.event) };
        let pull = match (input.pull_number, &input.head_sha, &input.branch) {
            (Some(number), _, _) => Some(repository.pull(number).await.map_err(ToolError::out_of_reach)?),
            // Checks of a fork's pull request name no pull request: it is found by its head.
            (None, Some(head), _) if cause == Cause::Command => {
                let pulls = repository.pulls_of_commit(head).await?;
                pulls.into_iter().find(|pull| pull.is_open() && pull.head.sha == *head)
            }
            _ => None,
        };
        let (target, base) = match pull {
            Some(pull) => of_pull(pull)?,
            None => of_branch(repository, input, cause).await?,
        };
        let Effective { policy, problems, mut origins, .. } =
            self.policies.load(repository, context.services.clock.now()).await?;
        origins.retain(|_, origin| *origin != Origin::Default);
        let notes = problems.iter().map(Note::from).collect();
        if input.event.starts_with("check_") {
            may_press(repository, input.actor.as_ref(), button, &policy).await?;
        }
        if let Some(label) = &input.label {
            cause = cause_of_label(&policy.review.labels, &input.event, label)?;
        }
        let skip = match &target {
            Target::Pull(facts) => {
                let paused = pause::get(&self.db, repository.id(), facts.number).await?;
                let paused = paused.map(|pause| pause.by.map_or(SkipReason::Silence, |_| SkipReason::Paused));
                SkipReason::for_pull(&policy.review, facts, cause, paused)
            }
            Target::Branch(_) => SkipReason::for_branch(&policy.review.on, cause),
        };
        let settings_at = repository.default_head().await?;
        let full = input.command.as_ref().is_some_and(|command| asked::is(command, "full"));
        Ok(LoadedChange { target, cause, full, base, policy, origins, settings_at, notes, skip })
    }
}

/// Without what it may not read there is no review; the check run of the head that the event named says so.
async fn say_what_is_missing(
    repository: &RepositoryClient,
    input: &Input,
    needs: String,
) -> Result<LoadedChange, ToolError> {
    let lack = lack::of(repository, Undone::Review, needs).await?;
    let Some(head) = input.head_sha.clone() else { return Err(ToolError::Fatal(anyhow!(lack.sentence()))) };
    let target = match input.pull_number {
        Some(number) => Target::Pull(PullFacts {
            number,
            head,
            author: None,
            base: String::new(),
            draft: false,
            labels: Vec::new(),
            fork: false,
        }),
        None => Target::Branch(BranchFacts { branch: input.branch.clone().unwrap_or_default(), head }),
    };
    Ok(LoadedChange {
        target,
        cause: cause_of(&input.event),
        full: false,
        base: Base::Nothing,
        policy: Policy::default(),
        origins: BTreeMap::new(),
        settings_at: None,
        notes: vec![lack.note()],
        skip: Some(SkipReason::MayNotRead),
    })
}

fn cause_of(event: &str) -> Cause {
    match event {
        "push" | "pull_request.synchronize" => Cause::Push,
        "pull_request.review_requested" => Cause::Command,
        _ if event.starts_with("check_") => Cause::Command,
        _ => Cause::Opened,
    }
}

fn cause_of_label(labels: &LabelsPolicy, event: &str, label: &str) -> Result<Cause, ToolError> {
    match event {
        "pull_request.labeled" if is_listed(&labels.ask, label) => Ok(Cause::Command),
        "pull_request.unlabeled" if is_listed(&labels.forbid, label) => Ok(Cause::Opened),
        _ => Err(ToolError::skip(format!("the label {label} asks for nothing"))),
    }
}

fn of_pull(pull: Pull) -> Result<(Target, Base), ToolError> {
    if !pull.is_open() {
        return Err(ToolError::skip(format!("pull request #{} is closed", pull.number)));
    }
    let base = Base::MergeBaseWith(pull.base.sha.clone());
    let facts = PullFacts {
        number: pull.number,
        fork: pull.is_from_fork(),
        draft: pull.draft,
        labels: pull.labels.into_iter().map(|label| label.name).collect(),
        author: pull.user.map(|user| user.login),
        base: pull.base.branch,
        head: pull.head.sha,
    };
    Ok((Target::Pull(facts), base))
}

/// A branch counts by itself only where no pull request shows it.
async fn of_branch(repository: &RepositoryClient, input: &Input, cause: Cause) -> Result<(Target, Base), ToolError> {
    let Some(head) = &input.head_sha else {
        return Err(ToolError::Fatal(anyhow!("the event {} speaks of no change", input.event)));
    };
    let default = repository.repository().await.map_err(ToolError::out_of_reach)?.default_branch;
    let branch = input.branch.as_deref().unwrap_or(&default);
    if cause == Cause::Push {
        if let Some(pull) = repository.open_pulls_of_branch(branch).await?.first() {
            let why = format!("pull request #{} shows this branch and is reviewed itself", pull.number);
            return Err(ToolError::Skip(why));
        }
        match repository.branch_head(branch).await? {
            None => return Err(ToolError::skip(format!("the branch {branch} is gone"))),
            Some(now) if now != *head => {
                return Err(ToolError::skip(format!("the branch {branch} has moved on to {}", now.short())));
            }
            Some(_) => {}
        }
    }
    let base = if branch == default {
        match &input.before {
            // What this push brought; after a forced one, GitHub may not have the commit any more.
            Some(before) if input.forced != Some(true) => Base::Commit(before.clone()),
            _ => Base::of_parent(repository.commit(head).await?),
        }
    } else {
        repository.branch_head(&default).await?.map_or(Base::Nothing, Base::MergeBaseWith)
    };
    Ok((Target::Branch(BranchFacts { branch: branch.to_owned(), head: head.clone() }), base))
}
