//! `commands.suggest`: the suggestions of a change that can be committed with a click: those that stand in threads already, and
//! the others as a review of their own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    analyze_diff::AnalyzedDiff,
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    load_change::LoadedChange,
    tool::{Access, Tool},
};
use crate::{
    commands::{heard::command_name, parse::Command},
    config::policy::Role,
    domain::{
        effect::{Effect, EffectKey, InlineComment, PlannedEffect, Verdict},
        event::CommentRef,
        finding::Finding,
    },
    effects::performer::Performer,
    github::{client::GitHub, permissions::Permissions},
    review::{
        comment::{History, render_finding},
        ledger::count,
        mark::Mark,
        placement::{MOST_COMMENTS, Place, paths_in},
    },
    store::{db::Db, posted_finding},
};

const MORE: &str =
    "<sub>These are the rules' own fixes, each tried out on the file; a language model would suggest more.</sub>";

pub struct Suggest {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
    analyzed: AnalyzedDiff,
    comment: CommentRef,
    command: Command,
}

impl Tool for Suggest {
    const NAME: &'static str = "commands.suggest";
    const DESCRIPTION: &'static str = "Posts the suggestions of a change that stand in no thread yet.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        let Some(pull) = input.change.target.pull() else {
            return Err(ToolError::skip("there is no pull request to make suggestions on"));
        };
        let posted = posted_finding::list(&self.db, repository.id(), pull.number).await?;
        let analysis = &input.analyzed.analysis;
        let with_suggestion: Vec<&Finding> = analysis.findings.iter().filter(|one| one.suggestion.is_some()).collect();
        let in_diff = paths_in(&analysis.ledger);
        let said = |finding: &&&Finding| {
            posted.iter().any(|one| one.fingerprint == finding.fingerprint && one.path == finding.path)
        };
        let (said, new): (Vec<_>, Vec<_>) = with_suggestion.iter().partition(said);
        let comments: Vec<_> =
            new.into_iter().filter_map(|finding| comment(finding, &in_diff)).take(MOST_COMMENTS).collect();
        let text = render(said.len(), comments.len());
        if !comments.is_empty() {
            let key = EffectKey(format!("suggest:{}", command_name(&input.comment, &input.command)));
            let body = Mark::of_effect(&key).end(&format!("{}.", count(comments.len(), "suggestion")));
            let (pull, commit, verdict) = (pull.number, pull.head.clone(), Verdict::Comment);
            let effect = Effect::CreateReview { pull, commit, verdict, body, comments };
            let clock = context.services.clock.clone();
            let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
            context.check()?;
            performer.perform(&PlannedEffect { key, effect }).await?;
        }
        Ok(Answer { text })
    }
}

/// `None` where it has no place in the diff on whose lines it could be committed.
fn comment(finding: &Finding, in_diff: &std::collections::HashSet<&str>) -> Option<InlineComment> {
    let place = Place::of(finding, in_diff);
    let Place::Lines(anchor) = place else { return None };
    Some(InlineComment {
        path: finding.path.clone(),
        anchor,
        body: render_finding(finding, place, History::First),
        fingerprint: finding.fingerprint.clone(),
    })
}

fn render(said: usize, new: usize) -> String {
    let words = match (said, new) {
        (0, 0) => "There is nothing that could be committed with a click here.".to_owned(),
        (said, 0) => format!("{} in the threads above can be committed with a click.", count(said, "suggestion")),
        (0, new) => format!("{} can be committed with a click.", count(new, "suggestion")),
        (said, new) => format!(
            "{} new, {said} in the threads above: each can be committed with a click.",
            count(new, "suggestion")
        ),
    };
    format!("{words}\n\n{MORE}")
}
