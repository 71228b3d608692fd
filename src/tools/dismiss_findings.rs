//! `commands.dismiss_findings`: what a person does not want to hear of: the finding of one thread, or all that Seam's open
//! threads speak of. Each is remembered for the whole repository, and its thread is resolved.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    dismissing,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    commands::{heard::command_name, parse::Command},
    config::policy::Role,
    domain::{
        effect::{Effect, EffectKey, PlannedEffect},
        event::{Account, CommentRef},
        ids::{CommentId, PullNumber},
    },
    effects::{
        performer::Performer,
        result::{EffectResult, ThreadOutcome},
    },
    github::{client::GitHub, permissions::Permissions, threads::ReviewThread},
    review::ledger::count,
    store::{db::Db, dismissal::DismissedBy, effect},
};

pub struct DismissFindings {
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
    /// Of all open threads, not only of the one where it was asked for.
    all: bool,
}

impl Tool for DismissFindings {
    const NAME: &'static str = "commands.dismiss_findings";
    const DESCRIPTION: &'static str = "Dismisses the finding of one thread, or of all open ones, and resolves them.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        let (id, pull, now) = (repository.id(), input.pull_number, context.services.clock.now());
        let app = self.github.app().own().await?;
        let here = input.comment.thread();
        let name = command_name(&input.comment, &input.command);
        let key = |thread: &ReviewThread| EffectKey(format!("resolve:{}:{name}", thread.node_id));
        // What an attempt before this one resolved is meant, too.
        let begun: HashSet<_> =
            effect::of(&self.db, context.scope.execution).await?.into_iter().map(|effect| effect.key).collect();
        let is_meant = |root: CommentId, thread: &ReviewThread| match input.all {
            true => !thread.is_resolved || begun.contains(&key(thread)),
            false => Some(root) == here,
        };
        let threads = repository.review_threads(pull).await?.into_iter().filter(|thread| thread.is_begun_by(&app));
        let meant: Vec<_> = threads
            .filter_map(|thread| Some((thread.root.first()?.id?, thread)))
            .filter(|(root, thread)| is_meant(*root, thread))
            .collect();
        if meant.is_empty() {
            return Err(ToolError::skip(match input.all {
                true => "no thread of Seam's is open here",
                false => "`/ignore` is used in the thread of a finding of Seam's",
            }));
        }
        let reason = Some(input.command.arguments.as_str()).filter(|reason| !input.all && !reason.is_empty());
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        let (mut findings, mut threads, mut refused) = (0, 0, 0);
        for (root, thread) in meant {
            let wish = (DismissedBy::Command, input.actor.login.as_str(), reason);
            let found = dismissing::dismiss(&self.db, id, pull, root, wish, now).await?;
            findings += usize::from(found.is_some());
            let planned = PlannedEffect { key: key(&thread), effect: Effect::ResolveThread { thread: thread.node_id } };
            context.check()?;
            match performer.perform(&planned).await? {
                EffectResult::Thread { outcome: ThreadOutcome::NotPermitted } => refused += 1,
                _ => threads += 1,
            }
        }
        Ok(Answer { text: render(findings, threads, refused) })
    }
}

/// A thread that `/improve` began is about no finding that was raised.
fn render(findings: usize, threads: usize, refused: usize) -> String {
    let mut text = match findings {
        0 => format!("{} resolved.", count(threads, "thread")),
        some => format!(
            "{} dismissed: not raised again in this repository. Opening the thread again takes it back.",
            count(some, "finding")
        ),
    };
    if refused > 0 {
        text.push_str(" The threads stay open: the App may not resolve them without permission to write contents.");
    }
    text
}
