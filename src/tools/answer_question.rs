//! `commands.answer_question`: what can be said to a question about a change without a model: which of its files the question
//! speaks of, or which lines the thread that it is asked in, and what was found there.

use std::ops::RangeInclusive;

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
        anchor::Side,
        event::CommentRef,
        finding::{Analysis, Finding},
        ids::PullNumber,
    },
    github::{client::GitHub, permissions::Permissions, reviews::ReviewComment},
    review::{
        comment::{message, title},
        ledger::Coverage,
        markdown::{code, shorten},
        paper::{MOST_BYTES, Paper},
    },
};

/// Shorter words say nothing of a path.
const SHORTEST: usize = 4;
const MOST_FILES: usize = 20;

pub struct AnswerQuestion {
    pub github: GitHub,
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
        let here = match input.comment.thread() {
            Some(root) => {
                let repository = context.scope.repository(&self.github, Permissions::read_only())?;
                let comments = repository.review_comments(input.pull_number).await?;
                comments.into_iter().find(|comment| comment.id == root).map(Place::of)
            }
            None => None,
        };
        Ok(Answer { text: render(&input.analyzed.analysis, &input.command.arguments, here.as_ref()) })
    }
}

/// Where a thread stands, whoever began it.
struct Place {
    path: String,
    /// Of the head; `None` for a thread on the file or on lines that were removed, or one whose lines are gone.
    lines: Option<RangeInclusive<u32>>,
}

impl Place {
    fn of(root: ReviewComment) -> Self {
        let end = root.line.filter(|_| root.side != Some(Side::Left));
        let lines = end.map(|end| root.start_line.unwrap_or(end)..=end);
        Self { path: root.path, lines }
    }

    fn has(&self, finding: &Finding) -> bool {
        let touches =
            |lines: &RangeInclusive<u32>| finding.start_line <= *lines.end() && *lines.start() <= finding.end_line;
        finding.path == self.path && self.lines.as_ref().is_none_or(touches)
    }
}

fn render(analysis: &Analysis, question: &str, here: Option<&Place>) -> String {
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
        Some(place) => place.path == path,
        None => words.iter().any(|word| path.to_lowercase().contains(word.as_str())),
    };
    let meant: Vec<_> = analysis.ledger.iter().filter(|row| is_meant(&row.path)).take(MOST_FILES).collect();
    if meant.is_empty() {
        paper.paragraph(&Coverage::of(&analysis.ledger).sentence());
    }
    for row in &meant {
        paper.paragraph(&format!("{} was {}.", code(&shorten(&row.path, 500)), row.status.as_str()));
    }
    let told = |finding: &&Finding| match here {
        Some(place) => place.has(finding),
        None => meant.is_empty() || meant.iter().any(|row| row.path == finding.path),
    };
    let findings = analysis.findings.iter().filter(told).map(|finding| {
        let place = code(&format!("{}:{}", shorten(&finding.path, 500), finding.start_line));
        format!("- {} in {place}: {}", title(finding.severity), message(finding).replace('\n', " "))
    });
    let mut findings = findings.peekable();
    if findings.peek().is_some() {
        paper.list(20_000, ("**Found there:**\n", ""), findings, |left| format!("… and {left} more."));
    } else if let Some(place) = here {
        paper.paragraph(match place.lines {
            Some(_) => "Nothing was found on these lines.",
            None => "Nothing was found in this file.",
        });
    }
    paper.into_text()
}
