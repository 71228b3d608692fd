//! `github.answer_command`: tells a person what became of their command. Runs after the command's execution, whose end it reads
//! from the database: whatever ended it, a person hears of it once.

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    feedback::{answer_key, progress_key, react, reply},
    tool::{Access, Tool},
};
use crate::{
    commands::{heard::HEARING, parse::Command},
    config::{links::Links, policy::Role},
    domain::{
        effect::{EffectKey, Reaction},
        event::CommentRef,
        execution::{Execution, ExecutionStatus},
        ids::{ExecutionId, PullNumber},
    },
    effects::performer::Performer,
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
    },
    review::markdown::{prose, shorten},
    store::{db::Db, effect, error::StoreError, execution, step},
};

/// The node whose output is the answer.
const NODE: &str = "answer";

pub struct AnswerCommand {
    pub github: GitHub,
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    comment: CommentRef,
    command: Command,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// The execution that was told of.
    execution: ExecutionId,
    reaction: Reaction,
    /// Words were said as well.
    in_words: bool,
}

impl Tool for AnswerCommand {
    const NAME: &'static str = "github.answer_command";
    const DESCRIPTION: &'static str = "Tells the person who wrote a command how its execution ended.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Admin;

    type Input = Input;
    type Output = Answered;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answered, ToolError> {
        let Input { pull_number, comment, command } = input;
        let ended = self.ended(context).await?;
        let key = answer_key(&comment, &command, context.scope.execution);
        let is_told_of = self.is_told_of(ended.id, &key).await?;
        let (reaction, text) = match ended.status {
            // The commands have answers of their own.
            ExecutionStatus::Succeeded | ExecutionStatus::Skipped if ended.workflow == HEARING => {
                return Err(ToolError::skip("the comment was heard"));
            }
            ExecutionStatus::Succeeded => match self.answer(ended.id).await? {
                None if is_told_of => (Reaction::Rocket, Some("Done.".to_owned())),
                answer => (Reaction::Rocket, answer),
            },
            ExecutionStatus::Skipped => (Reaction::Confused, Some(refusal(&ended))),
            ExecutionStatus::Failed => (Reaction::Confused, Some(self.failure(&ended, &command))),
            ExecutionStatus::Superseded | ExecutionStatus::Cancelled if is_told_of => {
                (Reaction::Confused, Some(refusal(&ended)))
            }
            ExecutionStatus::Superseded | ExecutionStatus::Cancelled => {
                return Err(ToolError::skip(format!("execution {} was stopped by somebody", ended.id)));
            }
            ExecutionStatus::Queued | ExecutionStatus::Running => {
                return Err(ToolError::retry(anyhow!("execution {} was started again", ended.id)));
            }
        };
        let repository =
            context.scope.repository(&self.github, Permissions::default().write(Permission::PullRequests))?;
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        if let Some(text) = &text {
            performer.perform(&reply(key, pull_number, &comment, &command, text)).await?;
            context.check()?;
        }
        performer.perform(&react(&comment, reaction)).await?;
        Ok(Answered { execution: ended.id, reaction, in_words: text.is_some() })
    }
}

impl AnswerCommand {
    async fn ended(&self, context: &ToolContext) -> Result<Execution, ToolError> {
        let own = execution::get(&self.db, context.scope.execution).await?;
        let after =
            own.and_then(|own| own.after).ok_or_else(|| ToolError::Fatal(anyhow!("it follows no execution")))?;
        let ended = execution::get(&self.db, after).await?;
        ended.ok_or_else(|| ToolError::skip(format!("execution {after} is forgotten")))
    }

    /// What the node `answer` gave: a text, or an object with one.
    async fn answer(&self, id: ExecutionId) -> Result<Option<String>, StoreError> {
        let steps = step::of(&self.db, id).await?;
        let output = steps.into_iter().find(|step| step.path == NODE).map(|step| step.output);
        Ok(match output {
            Some(Value::String(text)) => Some(text),
            Some(output) => serde_json::from_value::<Answer>(output).ok().map(|answer| answer.text),
            None => None,
        }
        .filter(|text| !text.trim().is_empty()))
    }

    /// A comment says that it is at work.
    async fn is_told_of(&self, id: ExecutionId, answer: &EffectKey) -> Result<bool, StoreError> {
        let progress = progress_key(answer, "");
        Ok(effect::of(&self.db, id).await?.iter().any(|one| one.key.0.starts_with(&progress.0)))
    }

    fn failure(&self, ended: &Execution, command: &Command) -> String {
        let (id, link) = (ended.id, self.links.execution(ended.id));
        let again = format!("`/seam rerun` tries it once more. It was [execution {id}]({link}).");
        let failed = match ended.workflow == HEARING {
            true => "What this comment asks for was not heard to the end".to_owned(),
            false => format!("`/{}` failed", command.name),
        };
        format!("{failed}: {}\n\n{again}", sentence(ended))
    }
}

/// It was not done, for a good reason.
fn refusal(ended: &Execution) -> String {
    let sentence = sentence(ended);
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn sentence(ended: &Execution) -> String {
    let reason = prose(&shorten(ended.reason.as_deref().unwrap_or("it does not say why"), 2_000));
    let dot = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{reason}{dot}")
}
