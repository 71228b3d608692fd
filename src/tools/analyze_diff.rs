//! `pr-analyzer.analyze_diff`: what changed between two commits of the repository, and what is wrong with it.

use std::{collections::BTreeMap, sync::Arc};

use ::metrics::counter;
use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    load_change::Base,
    tool::{Access, Tool},
};
use crate::{
    analysis::engine::Engine,
    change::change_set::ChangeSet,
    config::policy::{Policy, Role},
    domain::{
        finding::Analysis,
        ids::{CommitSha, PullNumber},
        ledger::FileStatus,
    },
    git::mirror::{Mirror, Mirrors},
    github::{client::GitHub, permissions::Permissions},
    review::{
        evidence,
        input::{Note, Target},
    },
    telemetry::metrics,
};

pub struct AnalyzeDiff {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub engine: Arc<Engine>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    target: Target,
    base: Base,
    #[serde(default)]
    policy: Policy,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzedDiff {
    /// The commit the head was compared with; the zero id for the empty tree.
    pub base: CommitSha,
    pub head: CommitSha,
    pub analysis: Analysis,
    /// New path to old path of every renamed file.
    pub renames: BTreeMap<String, String>,
    /// What people should know besides the findings.
    #[serde(default)]
    pub notes: Vec<Note>,
}

impl Tool for AnalyzeDiff {
    const NAME: &'static str = "pr-analyzer.analyze_diff";
    const DESCRIPTION: &'static str =
        "Compares two commits and reports problems in the changed lines, with a ledger that accounts for every file.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = AnalyzedDiff;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<AnalyzedDiff, ToolError> {
        let head = input.target.head().clone();
        let pull = input.target.pull().map(|pull| pull.number);
        let (mirror, base) = self.fetch(context, &input.base, &head, pull).await?;
        context.check()?;
        let changes = mirror.change_set(&base, &head).await?;
        context.check()?;
        let (engine, policy) = (self.engine.clone(), input.policy);
        let work = move || {
            let mut analysis = engine.analyze(&changes, &mirror, &policy);
            let left_out = evidence::keep_proven(&mut analysis, &changes, &mirror);
            (analysis, left_out, renames(&changes))
        };
        let (analysis, left_out, renames) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ToolError::Fatal(anyhow!(error).context("the analysis did not finish")))?;
        for finding in &analysis.findings {
            let labels = [("source", finding.source.as_str()), ("severity", finding.severity.as_str())];
            counter!(metrics::FINDINGS, &labels).increment(1);
        }
        for finding in &left_out {
            counter!(metrics::FINDINGS_LEFT_OUT, "source" => finding.source.as_str()).increment(1);
        }
        let notes = evidence::note(&left_out).into_iter().collect();
        Ok(AnalyzedDiff { base, head, analysis, renames, notes })
    }
}

impl AnalyzeDiff {
    /// A mirror with both commits in it, and the commit to compare with.
    async fn fetch(
        &self,
        context: &ToolContext,
        base: &Base,
        head: &CommitSha,
        pull: Option<PullNumber>,
    ) -> Result<(Mirror, CommitSha), ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let commits: Vec<CommitSha> = match base {
            Base::MergeBaseWith(commit) | Base::Commit(commit) => vec![commit.clone(), head.clone()],
            Base::Nothing => vec![head.clone()],
        };
        let token = repository.token().await?;
        let mirror = self.mirrors.fetch_pull(repository.id(), repository.name(), Some(&token), &commits, pull).await?;
        let base = match base {
            Base::Commit(commit) => Some(commit.clone()),
            Base::MergeBaseWith(commit) => mirror.merge_base(commit, head).await?,
            Base::Nothing => None,
        };
        Ok((mirror, base.unwrap_or_else(CommitSha::zero)))
    }
}

fn renames(changes: &ChangeSet) -> BTreeMap<String, String> {
    let renamed = changes.files.iter().filter(|file| file.status == FileStatus::Renamed);
    renamed.filter_map(|file| Some((file.path.display(), file.old_path.as_ref()?.display()))).collect()
}
