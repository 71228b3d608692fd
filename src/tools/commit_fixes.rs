//! `commands.commit_fixes`: commits suggestions of open threads to the branch of a pull request, as one signed commit. Never
//! to a fork, nor to a protected branch.

use std::collections::BTreeMap;

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
    analysis::{language, limits::Limits, syntax::Syntax},
    commands::{asked, heard::command_name, parse::Command},
    config::policy::Role,
    domain::{
        effect::{ChangedFile, Effect, EffectKey, PlannedEffect},
        event::{Account, CommentRef},
        finding::Finding,
        ids::{CommentId, CommitSha},
        life::Life,
    },
    effects::{performer::Performer, result::EffectResult},
    github::{
        client::GitHub,
        permissions::{Permission, Permissions},
        pulls::Pull,
        repository::RepositoryClient,
    },
    review::{
        fixes,
        input::PullFacts,
        ledger::count,
        mark::Mark,
        markdown::{code, shorten},
    },
    store::{
        db::Db,
        posted_finding::{self, PostedFinding},
    },
};

/// Larger files are left alone; a suggestion is made for none of them.
const LARGEST_FILE: usize = 512 * 1024;
/// Files of one commit.
const MOST_FILES: usize = 50;
/// GitHub asks for a permission of its own before these are changed.
const WORKFLOWS: &str = ".github/workflows/";

pub struct CommitFixes {
    pub github: GitHub,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedChange,
    analyzed: AnalyzedDiff,
    actor: Account,
    /// `None`: a button was clicked, which asks for all.
    comment: Option<CommentRef>,
    command: Option<Command>,
}

impl Input {
    fn asks_for_all(&self) -> bool {
        self.command.as_ref().is_none_or(|command| asked::is(command, "all"))
    }

    fn thread(&self) -> Option<CommentId> {
        self.comment.as_ref().and_then(CommentRef::thread)
    }
}

/// What is to be committed.
struct Fixes {
    files: Vec<ChangedFile>,
    /// `path:line rule` of each.
    done: Vec<String>,
    left_out: usize,
}

impl Tool for CommitFixes {
    const NAME: &'static str = "commands.commit_fixes";
    const DESCRIPTION: &'static str =
        "Commits the suggestion of one thread, or of all open ones, to the branch of a pull request.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Answer, ToolError> {
        let outcome = self.commit(context, &input).await;
        if let (None, Some(pull), Err(ToolError::Skip(why))) = (&input.comment, input.change.target.pull(), &outcome) {
            self.refuse(context, pull, why).await?;
        }
        outcome
    }
}

impl CommitFixes {
    /// Whoever clicked hears of it in the conversation: there is no comment to answer.
    async fn refuse(&self, context: &ToolContext, pull: &PullFacts, why: &str) -> Result<(), ToolError> {
        let permissions = Permissions::default().write(Permission::PullRequests);
        let repository = context.scope.repository(&self.github, permissions)?;
        let key = EffectKey(format!("fix-all:{}@{}", pull.number, pull.head));
        let body = Mark::of_effect(&key).end(&format!("**Fix all:** nothing was committed, because {why}."));
        let effect = Effect::UpsertComment { pull: pull.number, body };
        let performer =
            Performer::new(self.db.clone(), repository, context.scope.lease(), context.services.clock.clone());
        context.check()?;
        performer.perform(&PlannedEffect { key, effect }).await?;
        Ok(())
    }

    async fn commit(&self, context: &ToolContext, input: &Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let Some(facts) = input.change.target.pull() else {
            return Err(ToolError::skip("there is no pull request to commit to"));
        };
        let pull = repository.pull(facts.number).await?;
        may_be_pushed_to(&repository, &pull, facts).await?;
        let posted = posted_finding::list(&self.db, repository.id(), facts.number).await?;
        let findings = chosen(input, &posted)?;
        let fixes = fixes_of(&repository, &facts.head, &findings).await?;
        if fixes.files.is_empty() {
            return Err(ToolError::skip("together the suggestions break the file: commit them one by one"));
        }
        let asked = match input.comment.as_ref().zip(input.command.as_ref()) {
            Some((comment, command)) => command_name(comment, command),
            None => format!("button@{}", facts.head),
        };
        let key = EffectKey(format!("commit:{asked}"));
        let effect = Effect::CreateCommit {
            branch: pull.head.branch.clone(),
            expected: facts.head.clone(),
            headline: headline(&fixes.done),
            body: format!("{}\n\nAsked for by {}.", fixes.done.join("\n"), input.actor.login),
            files: fixes.files.clone(),
        };
        let clock = context.services.clock.clone();
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        context.check()?;
        match performer.perform(&PlannedEffect { key, effect }).await? {
            EffectResult::Commit { commit } => Ok(Answer { text: render(&commit, &fixes) }),
            _ => Err(ToolError::skip("the branch has moved on meanwhile: ask again, and the new head is looked at")),
        }
    }
}

/// A word to whoever asked, where Seam does not push.
async fn may_be_pushed_to(repository: &RepositoryClient, pull: &Pull, facts: &PullFacts) -> Result<(), ToolError> {
    if facts.fork {
        return Err(ToolError::skip(
            "this pull request comes from a fork, where Seam may not push; its author can commit each suggestion with a \
             click in its thread",
        ));
    }
    let branch = code(&shorten(&pull.head.branch, 200));
    match repository.branch(&pull.head.branch).await? {
        None => Err(ToolError::skip(format!("the branch {branch} is gone"))),
        Some(found) if found.protected => Err(ToolError::skip(format!(
            "the branch {branch} is protected, and Seam pushes to none that is; commit the suggestions in their threads",
        ))),
        Some(_) => Ok(()),
    }
}

/// The findings with a suggestion that are meant: the one of this thread, or all with an open one.
fn chosen<'a>(input: &'a Input, posted: &[PostedFinding]) -> Result<Vec<&'a Finding>, ToolError> {
    let all = input.asks_for_all();
    let wanted = |one: &&PostedFinding| match input.thread() {
        _ if all => one.life == Life::Open && one.comment.is_some(),
        thread => thread.is_some() && one.comment == thread,
    };
    let wanted: Vec<_> = posted.iter().filter(wanted).collect();
    if wanted.is_empty() {
        return Err(ToolError::skip(match all {
            true => "no finding of Seam's is open here",
            false => "`/fix` is used in the thread of a finding of Seam's; `/fix all` commits what all of them suggest",
        }));
    }
    let is_wanted = |finding: &&Finding| {
        let same = |one: &&&PostedFinding| one.fingerprint == finding.fingerprint && one.path == finding.path;
        finding.suggestion.is_some() && wanted.iter().any(|one| same(&one))
    };
    let findings: Vec<_> = input.analyzed.analysis.findings.iter().filter(is_wanted).collect();
    if findings.is_empty() {
        return Err(ToolError::skip(match all {
            true => "none of the open findings has a suggestion that was tried out",
            false => {
                "this finding has no suggestion that was tried out, or is gone from the head; `/explain` says how to fix it"
            }
        }));
    }
    Ok(findings)
}

async fn fixes_of(repository: &RepositoryClient, head: &CommitSha, findings: &[&Finding]) -> Result<Fixes, ToolError> {
    let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_path.entry(&finding.path).or_default().push(finding);
    }
    let mut fixes = Fixes { files: Vec::new(), done: Vec::new(), left_out: 0 };
    for (path, findings) in by_path {
        let may_be_changed = fixes.files.len() < MOST_FILES && !path.starts_with(WORKFLOWS);
        let content = match may_be_changed {
            true => repository.file(path, Some(head.as_str()), LARGEST_FILE).await?,
            false => None,
        };
        let text = content.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let suggestions: Vec<_> = findings.iter().filter_map(|finding| finding.suggestion.as_ref()).collect();
        let fixed = text.map(|text| (fixes::apply(&text, &suggestions), text));
        match fixed {
            Some((fixed, text)) if fixed.text != text && still_parses(path, &text, &fixed.text) => {
                fixes.left_out += findings.len() - fixed.applied.len();
                fixes.done.extend(fixed.applied.iter().map(|&index| {
                    let Finding { path, start_line, rule, .. } = findings[index];
                    format!("{path}:{start_line} {rule}")
                }));
                fixes.files.push(ChangedFile { path: path.to_owned(), content: fixed.text });
            }
            _ => fixes.left_out += findings.len(),
        }
    }
    Ok(fixes)
}

/// Each suggestion was tried by itself; together they are tried here.
fn still_parses(path: &str, before: &str, after: &str) -> bool {
    let Some(language) = language::of_path(path) else { return true };
    let limits = Limits::default();
    match (Syntax::parse(before, language, &limits), Syntax::parse(after, language, &limits)) {
        (Ok(before), Ok(after)) => after.errors() <= before.errors(),
        _ => false,
    }
}

fn headline(done: &[String]) -> String {
    match done {
        [one] => format!("Fix {}", shorten(one, 60)),
        more => format!("Fix {}", count(more.len(), "finding")),
    }
}

fn render(commit: &CommitSha, fixes: &Fixes) -> String {
    let done = format!("{} in {}", count(fixes.done.len(), "suggestion"), count(fixes.files.len(), "file"));
    let rest = match fixes.left_out {
        0 => String::new(),
        left => format!(" {} left out: overlapping, too large, or not to be changed by an App.", count(left, "other")),
    };
    format!("Committed {done} as {commit}.{rest}")
}
