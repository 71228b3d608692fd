//! `commands.apply_description`: puts a description into a pull request where somebody asked for it: into its body, its
//! labels, and into its title where that says nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    describe_change::Described,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    commands::{asked, heard::command_name, parse::Command},
    config::policy::Role,
    domain::{
        effect::{Effect, EffectKey, PlannedEffect, PullEdit},
        event::CommentRef,
        ids::PullNumber,
    },
    effects::performer::Performer,
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
    },
    store::db::Db,
};

pub struct ApplyDescription {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    comment: CommentRef,
    command: Command,
    description: Described,
}

impl Tool for ApplyDescription {
    const NAME: &'static str = "commands.apply_description";
    const DESCRIPTION: &'static str =
        "Gives a description as the answer or, on `apply`, writes it into the pull request between its marks.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        if !asked::is(&input.command, "apply") {
            let more = "<sub>Told from commits, paths and symbols; a language model would say what it is for. \
                        `/describe apply` writes it into the pull request.</sub>";
            return Ok(Answer { text: format!("{}\n\n{more}", input.description.text) });
        }
        let permissions = Permissions::default().write(Permission::PullRequests);
        let repository = context.scope.repository(&self.github, permissions)?;
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository.clone(), context.scope.lease(), clock);
        let (pull, Described { text, title, labels }) = (input.pull_number, input.description);
        let body = Effect::DescribePull { pull, description: text };
        let title = match title {
            // It may be hours since, and its author may have found a better one.
            Some(title) if repository.pull(pull).await?.title == title.from => Some(title.to),
            _ => None,
        };
        let title = title.map(|title| PullEdit { title: Some(title), ..PullEdit::default() });
        let title = title.map(|edit| Effect::EditPull { pull, edit });
        let labels = (!labels.is_empty()).then_some(Effect::LabelPull { pull, labels });
        let all = [("describe", Some(body)), ("describe-title", title), ("describe-labels", labels)];
        for (what, effect) in all.into_iter().filter_map(|(what, effect)| Some((what, effect?))) {
            let key = EffectKey(format!("{what}:{}", command_name(&input.comment, &input.command)));
            context.check()?;
            performer.perform(&PlannedEffect { key, effect }).await?;
        }
        Ok(Answer { text: String::new() })
    }
}
