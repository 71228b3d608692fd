//! `commands.answer_question`: what can be said to a question about a change without a model: which of its files the question
//! speaks of, and what was found there.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    analyze_diff::AnalyzedDiff,
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    commands::parse::Command,
    config::policy::Role,
    domain::{
        event::CommentRef,
        finding::{Analysis, Finding},
        ids::PullNumber,
    },
    review::{
        comment::{message, title},
        ledger::Coverage,
        markdown::{code, shorten},
        paper::{MOST_BYTES, Paper},
    },
    store::{
        db::Db,
        posted_finding::{self, PostedFinding},
    },
};

/// Shorter words say nothing of a path.
const SHORTEST: usize = 4;
const MOST_FILES: usize = 20;

pub struct AnswerQuestion {
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
    analyzed: AnalyzedDiff,
    comment: CommentRef,
    command: Command,
}

impl Tool for AnswerQuestion {
    const NAME: &'static str = "commands.answer_question";
    const DESCRIPTION: &'static str = "Says what is known of the part of a change that a question speaks of.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let Some(repository) = context.scope.repository else {
            return Err(ToolError::skip("there is no repository to speak of"));
        };
        let posted = posted_finding::list(&self.db, repository, input.pull_number).await?;
        let here = posted.into_iter().find(|one| one.comment.is_some() && one.comment == input.comment.thread());
        Ok(Answer { text: render(&input.analyzed.analysis, &input.command.arguments, here.as_ref()) })
    }
}

fn render(analysis: &Analysis, question: &str, here: Option<&PostedFinding>) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(
        "A language model would answer this in words, and none is configured. What is known of the change without one:",
    );
    let words: Vec<String> = question
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.chars().count() >= SHORTEST)
        .map(str::to_lowercase)
        .collect();
    let is_meant = |path: &str| match here {
        Some(finding) => finding.path == path,
        None => words.iter().any(|word| path.to_lowercase().contains(word.as_str())),
    };
    let meant: Vec<_> = analysis.ledger.iter().filter(|row| is_meant(&row.path)).take(MOST_FILES).collect();
    if meant.is_empty() {
        paper.paragraph(&Coverage::of(&analysis.ledger).sentence());
    }
    for row in &meant {
        paper.paragraph(&format!("{} was {}.", code(&shorten(&row.path, 500)), row.status.as_str()));
    }
    let told = |finding: &&Finding| meant.is_empty() || meant.iter().any(|row| row.path == finding.path);
    let findings = analysis.findings.iter().filter(told).map(|finding| {
        let place = code(&format!("{}:{}", shorten(&finding.path, 500), finding.start_line));
        format!("- {} in {place}: {}", title(finding.severity), message(finding).replace('\n', " "))
    });
    let mut findings = findings.peekable();
    if findings.peek().is_some() {
        paper.list(20_000, ("**Found there:**\n", ""), findings, |left| format!("… and {left} more."));
    }
    paper.into_text()
}
