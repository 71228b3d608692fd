//! `commands.explain_rule`: what is behind a finding, from the rule that raised it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    analysis::{engine::Engine, rule_info::RuleInfo},
    commands::parse::Command,
    config::{nearest::nearest, policy::Role},
    domain::{
        event::CommentRef,
        finding::{Category, Confidence},
        ids::PullNumber,
    },
    github::{client::GitHub, permissions::Permissions},
    review::{
        comment::title,
        markdown::{code, prose, shorten},
        paper::{MOST_BYTES, Paper},
    },
    store::{
        db::Db,
        posted_finding::{self, PostedFinding},
    },
};

pub struct ExplainRule {
    pub github: GitHub,
    pub db: Db,
    pub engine: Arc<Engine>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    comment: CommentRef,
    command: Command,
}

impl Tool for ExplainRule {
    const NAME: &'static str = "commands.explain_rule";
    const DESCRIPTION: &'static str = "Explains the rule behind the finding in whose thread somebody asks.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let named = input.command.arguments.trim();
        let finding = match input.comment.thread() {
            Some(thread) if named.is_empty() => {
                let posted = posted_finding::list(&self.db, repository.id(), input.pull_number).await?;
                posted.into_iter().find(|one| one.comment == Some(thread))
            }
            _ => None,
        };
        let rules = self.engine.rules();
        let id = finding.as_ref().and_then(|finding| finding.rule.as_deref()).unwrap_or(named);
        if id.is_empty() {
            return Err(ToolError::skip(
                "`/explain` is used in the thread of a finding of Seam's, or with the name of a rule",
            ));
        }
        match rules.iter().find(|rule| rule.id == id) {
            Some(rule) => Ok(Answer { text: render(rule, finding.as_ref()) }),
            None => {
                let meant = nearest(id, rules.iter().map(|rule| &*rule.id));
                let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                Err(ToolError::skip(format!("there is no rule {}{meant}", code(&shorten(id, 100)))))
            }
        }
    }
}

fn render(rule: &RuleInfo, finding: Option<&PostedFinding>) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    let severity = finding.and_then(|finding| finding.severity).unwrap_or(rule.severity);
    paper.paragraph(&format!("**{}** · {} · {}", code(&rule.id), title(severity), matters(rule)));
    let place = finding.map(|finding| match finding.line {
        Some(line) => format!("At {}: ", code(&format!("{}:{line}", shorten(&finding.path, 300)))),
        None => format!("In {}: ", code(&shorten(&finding.path, 300))),
    });
    paper.paragraph(&format!("{}{}", place.unwrap_or_default(), prose(rule.summary.trim())));
    if !rule.help.trim().is_empty() {
        paper.paragraph(&format!("**How to fix it:** {}", prose(rule.help.trim())));
    }
    let cwes = rule.cwe.iter().map(|cwe| format!("[CWE-{cwe}](https://cwe.mitre.org/data/definitions/{cwe}.html)"));
    let references: Vec<_> = rule.url.iter().map(|url| format!("<{url}>")).chain(cwes).collect();
    if !references.is_empty() {
        paper.paragraph(&format!("**References:** {}", references.join(", ")));
    }
    paper.paragraph(
        "<sub>Without a language model this is what the rule itself says; with one, it would be told in the words of this \
         code.</sub>",
    );
    paper.into_text()
}

/// Why a problem of this kind is worth a thought.
fn matters(rule: &RuleInfo) -> &'static str {
    match (rule.category, rule.confidence) {
        (_, Confidence::Low) => "often, not always, a problem",
        (Category::Security, _) => "somebody could misuse it",
        (Category::Correctness, _) => "it does something else than it seems to",
        (Category::Performance, _) => "it costs more than it has to",
        (Category::Maintainability, _) => "the next reader is misled or held up",
        (Category::Testing, _) => "a test no longer tests",
    }
}
