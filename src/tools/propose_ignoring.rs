//! `commands.propose_ignoring`: opens the pull request that switches a rule off: one commit, one branch, one pull request,
//! each once.

use anyhow::anyhow;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    lack,
    plan_ignoring::Proposal,
    tool::{Access, Tool},
};
use crate::{
    commands::{heard::command_name, parse::Command},
    config::policy::Role,
    domain::{
        effect::{BranchMove, ChangedFile, Effect, EffectKey, PlannedEffect, TreeChange, TreeContent, TreeMode},
        event::{Account, CommentRef},
        ids::{CommitSha, PullNumber},
    },
    effects::{
        performer::Performer,
        result::{EffectResult, MoveOutcome},
    },
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
        repository::RepositoryClient,
    },
    review::{
        lack::Undone,
        mark::Mark,
        markdown::{code, shorten},
    },
    store::db::Db,
};

/// GitHub takes titles of 256 characters.
const LONGEST_TITLE: usize = 200;

pub struct ProposeIgnoring {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    actor: Account,
    comment: CommentRef,
    command: Command,
    proposal: Proposal,
}

impl Tool for ProposeIgnoring {
    const NAME: &'static str = "commands.propose_ignoring";
    const DESCRIPTION: &'static str = "Opens the pull request that switches a rule off.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let permissions = Permissions::default().write(Permission::Contents).write(Permission::PullRequests);
        let repository = context.scope.repository(&self.github, permissions)?;
        match self.open(context, &repository, &input).await {
            Err(error) => match error.lacking() {
                Some(needs) => Err(ToolError::Skip(lack::of(&repository, Undone::Proposal, needs).await?.sentence())),
                None => Err(error),
            },
            answer => answer,
        }
    }
}

impl ProposeIgnoring {
    async fn open(
        &self,
        context: &ToolContext,
        repository: &RepositoryClient,
        input: &Input,
    ) -> Result<Answer, ToolError> {
        let Input { pull_number, actor, comment, command, proposal } = input;
        let Proposal { rule, base, onto, branch, files, .. } = proposal;
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository.clone(), context.scope.lease(), clock);
        let name = command_name(comment, command);
        let key = |what: &str| EffectKey(format!("ignore-{what}:{name}"));
        let perform = async |what: &str, effect: Effect| {
            context.check()?;
            Ok::<_, ToolError>(performer.perform(&PlannedEffect { key: key(what), effect }).await?)
        };
        let title = format!("Switch off {}", subject(proposal));
        let asked = format!("Asked for by {} in #{pull_number}.", actor.login);

        let effect = Effect::MakeCommit {
            onto: onto.clone(),
            changes: files.iter().map(change).collect(),
            parents: vec![onto.clone()],
            message: format!("{}\n\n{asked}", title.replace('`', "")),
        };
        let commit = match perform("commit", effect).await? {
            EffectResult::Made { commit, .. } => commit,
            other => return Err(ToolError::Fatal(anyhow!("a commit became {other:?}"))),
        };
        let moves = vec![BranchMove { branch: branch.clone(), from: CommitSha::zero(), to: commit }];
        match perform("branch", Effect::MoveBranches { moves }).await? {
            EffectResult::Branches { outcome: MoveOutcome::Elsewhere(_) } => {
                return Err(ToolError::Skip(format!("somebody made the branch `{branch}` meanwhile; ask again")));
            }
            EffectResult::Branches { outcome: MoveOutcome::Refused(why) } => {
                let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
                return Err(ToolError::Skip(format!("GitHub does not let the App make the branch `{branch}`: {why}")));
            }
            _ => {}
        }
        let told = format!(
            "Merged, this has Seam raise {} no more. What is raised already is settled with the next push.\n\n{asked}",
            subject(proposal)
        );
        let effect = Effect::OpenPull {
            branch: branch.clone(),
            base: base.clone(),
            title: shorten(&title, LONGEST_TITLE).into_owned(),
            body: Mark::of_effect(&key("pull")).end(&told),
            draft: false,
        };
        match perform("pull", effect).await? {
            EffectResult::Pull { pull, .. } => {
                Ok(Answer { text: format!("#{pull} proposes it: `{rule}` is raised as before until that is merged.") })
            }
            other => Err(ToolError::Fatal(anyhow!("a pull request became {other:?}"))),
        }
    }
}

/// As in "`py/x` in `shop` and `web`".
fn subject(proposal: &Proposal) -> String {
    let Proposal { rule, folders, .. } = proposal;
    let folders: Vec<_> = folders.iter().map(|folder| code(&shorten(folder, 100))).collect();
    match folders.as_slice() {
        [] => format!("`{rule}`"),
        [folders @ .., last] if !folders.is_empty() => format!("`{rule}` in {} and {last}", folders.join(", ")),
        [folder, ..] => format!("`{rule}` in {folder}"),
    }
}

fn change(file: &ChangedFile) -> TreeChange {
    let content = BASE64_STANDARD.encode(&file.content);
    TreeChange { path: file.path.clone(), becomes: TreeContent::New { mode: TreeMode::Regular, content } }
}
