//! `github.hear_commands`: the commands of one comment. Those that may run are acknowledged and put in line, in their order and
//! each followed by its answer; to the others is said why not.

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    asker::asker,
    context::ToolContext,
    error::ToolError,
    feedback::{react, reply},
    policy::Policies,
    tool::{Access, Tool},
};
use crate::{
    commands::{
        heard::{Heard, answer_to, command_name, comment_name, once},
        judge::{Verdict, judge},
    },
    config::policy::Role,
    domain::{
        effect::{EffectKey, Reaction},
        event::{Account, CommentRef},
        execution::{After, NewExecution},
        ids::PullNumber,
    },
    effects::performer::Performer,
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
    },
    store::{db::Db, enqueue, execution},
};

pub struct HearCommands {
    pub github: GitHub,
    pub policies: Policies,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As in `issue_comment.created`.
    event: String,
    actor: Option<Account>,
    pull_number: PullNumber,
    comment: CommentRef,
    heard: Vec<Heard>,
}

/// The names of commands.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Judged {
    started: Vec<String>,
    refused: Vec<String>,
    /// Not meant for Seam.
    left_alone: Vec<String>,
}

impl Tool for HearCommands {
    const NAME: &'static str = "github.hear_commands";
    const DESCRIPTION: &'static str =
        "Starts the commands of a comment that its author may use, and says why to those that may not run.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Admin;

    type Input = Input;
    type Output = Judged;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Judged, ToolError> {
        let permissions = Permissions::default().read(Permission::Contents).write(Permission::PullRequests);
        let repository = context.scope.repository(&self.github, permissions)?;
        let clock = context.services.clock.clone();
        let Input { comment, heard, pull_number, .. } = input;
        if input.event.ends_with(".deleted") {
            let key = once(repository.id(), &format!("{}:", comment_name(&comment)));
            let count = execution::cancel_queued(&self.db, &key, "its comment was deleted", clock.now()).await?;
            return Err(ToolError::skip(format!("the comment was deleted; {count} of its executions were waiting")));
        }
        let actor = input.actor.ok_or_else(|| ToolError::Fatal(anyhow!("the event does not say who wrote it")))?;
        let policy = self.policies.load(&repository, context.services.clock.now()).await?.policy;
        let pull = repository.pull(pull_number).await.map_err(ToolError::out_of_reach)?;
        let asker = asker(&repository, &actor, &pull).await?;

        let (mut judged, mut line, mut refusals) = (Judged::default(), Vec::new(), Vec::new());
        for Heard { command, starts } in heard {
            let verdict = match judge(&command, &asker, &policy, &context.services.offers) {
                Verdict::Run if starts.is_none() => {
                    Verdict::Misused(format!("This server has no workflow for `/{}`.", command.name))
                }
                verdict => verdict,
            };
            let name = command.name.clone();
            let key = |kind| EffectKey(format!("{kind}:{}", command_name(&comment, &command)));
            match (verdict, starts) {
                (Verdict::Run, starts) => {
                    line.extend(starts);
                    judged.started.push(name);
                }
                (Verdict::NotOurs, _) => judged.left_alone.push(name),
                (Verdict::Misused(why), _) => {
                    refusals.push(react(&comment, Reaction::Confused));
                    refusals.push(reply(key("misused"), pull_number, &comment, &command, &why));
                    judged.refused.push(name);
                }
                (Verdict::Denied(why), _) => {
                    refusals.push(react(&comment, Reaction::ThumbsDown));
                    refusals.push(reply(key("denied"), pull_number, &comment, &command, &why));
                    judged.refused.push(name);
                }
            }
        }
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        if !line.is_empty() {
            context.check()?;
            performer.perform(&react(&comment, Reaction::Eyes)).await?;
            self.put_in_line(context, line).await?;
        }
        for planned in &refusals {
            context.check()?;
            performer.perform(planned).await?;
        }
        Ok(judged)
    }
}

impl HearCommands {
    /// Each waits for the answer to the one before it.
    async fn put_in_line(&self, context: &ToolContext, commands: Vec<NewExecution>) -> Result<(), ToolError> {
        let own = execution::get(&self.db, context.scope.execution).await?;
        let delivery = own.and_then(|own| own.delivery);
        let mut line: Vec<NewExecution> = Vec::new();
        for mut command in commands {
            command.after = (!line.is_empty()).then_some(After::Previous);
            command.delivery.clone_from(&delivery);
            (command.installation, command.repository) = (context.scope.installation, context.scope.repository);
            command.repo.clone_from(&context.scope.repo);
            let answer = answer_to(&command, After::Previous);
            line.extend([command, answer]);
        }
        enqueue::enqueue(&self.db, &line, context.services.clock.now()).await?;
        Ok(())
    }
}
