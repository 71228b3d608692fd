//! `pr-analyzer.analyze_diff`: what changed between two commits of the repository, and what is wrong with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ::metrics::counter;
use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    folders::with_folders,
    load_change::Base,
    tool::{Access, Tool},
};
use crate::{
    analysis::engine::Engine,
    change::change_set::ChangeSet,
    config::{
        effective::Effective,
        policy::{FolderPolicy, Policy, Role},
    },
    domain::{
        finding::Analysis,
        ids::{CommitSha, PullNumber},
        ledger::FileStatus,
    },
    git::mirror::{Mirror, Mirrors},
    github::{client::GitHub, permissions::Permissions},
    review::{
        convergence::{self, Since},
        evidence,
        input::{Note, PullFacts, Target},
    },
    store::{db::Db, review_round},
    telemetry::metrics,
};

pub struct AnalyzeDiff {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub engine: Arc<Engine>,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    target: Target,
    base: Base,
    #[serde(default)]
    policy: Policy,
    /// Where folders' settings are read from.
    #[serde(default)]
    settings_at: Option<CommitSha>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalyzedDiff {
    /// The commit the head was compared with; the zero id for the empty tree.
    pub base: CommitSha,
    pub head: CommitSha,
    pub analysis: Analysis,
    /// New path to old path of every renamed file.
    pub renames: BTreeMap<String, String>,
    /// The settings of folders that hold for the change.
    #[serde(default)]
    pub folders: BTreeMap<String, FolderPolicy>,
    /// What people should know besides the findings.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Findings, by their place, in code that is as it was at the last review of the pull request.
    #[serde(default)]
    pub unchanged: BTreeSet<usize>,
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
        let (mirror, base) = self.fetch(context, (&input.base, input.settings_at.as_ref()), &head, pull).await?;
        context.check()?;
        let changes = mirror.change_set(&base, &head).await?;
        context.check()?;
        let reviewed = input.target.pull().cloned();
        let (settings_at, around) = (input.settings_at.as_ref(), (&mirror, &changes));
        let Effective { policy, problems, .. } = with_folders(input.policy, settings_at, around, &self.engine).await?;
        let since = match &reviewed {
            Some(pull) => self.since(context, pull, &policy).await?,
            None => None,
        };
        let (engine, folders) = (self.engine.clone(), policy.folders.clone());
        let work = move || {
            let mut analysis = engine.analyze(&changes, &mirror, &policy);
            let left_out = evidence::keep_proven(&mut analysis, &changes, &mirror);
            let unchanged = since.map_or_else(BTreeSet::new, |(since, partly)| {
                let since = Since { changes: &since, partly: &partly };
                convergence::unchanged(&analysis.findings, &changes, &since, &mirror)
            });
            (analysis, left_out, renames(&changes), unchanged)
        };
        let (analysis, left_out, renames, unchanged) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ToolError::Fatal(anyhow!(error).context("the analysis did not finish")))?;
        for finding in &analysis.findings {
            let labels = [("source", finding.source.as_str()), ("severity", finding.severity.as_str())];
            counter!(metrics::FINDINGS, &labels).increment(1);
        }
        for finding in &left_out {
            counter!(metrics::FINDINGS_LEFT_OUT, "source" => finding.source.as_str()).increment(1);
        }
        let notes = problems.iter().map(Note::from).chain(evidence::note(&left_out)).collect();
        Ok(AnalyzedDiff { base, head, analysis, renames, folders, notes, unchanged })
    }
}

impl AnalyzeDiff {
    /// A mirror with both commits in it (and the one that settings are read from), and the commit to compare with.
    pub(super) async fn fetch(
        &self,
        context: &ToolContext,
        (base, settings_at): (&Base, Option<&CommitSha>),
        head: &CommitSha,
        pull: Option<PullNumber>,
    ) -> Result<(Mirror, CommitSha), ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let compared = match base {
            Base::MergeBaseWith(commit) | Base::Commit(commit) => Some(commit),
            Base::Nothing => None,
        };
        let commits: Vec<CommitSha> = compared.into_iter().chain([head]).chain(settings_at).cloned().collect();
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

impl AnalyzeDiff {
    /// What changed since the last round, and the files it did not look at in full. `None` where there was none, where it
    /// went by something else, or where its head cannot be had any more: then anything may be new.
    async fn since(
        &self,
        context: &ToolContext,
        pull: &PullFacts,
        policy: &Policy,
    ) -> Result<Option<(ChangeSet, Vec<String>)>, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let round = review_round::get(&self.db, repository.id(), pull.number).await?;
        let Some(round) = round.filter(|round| round.basis == convergence::basis(policy, pull)) else {
            return Ok(None);
        };
        let (token, commits) = (repository.token().await?, [round.head.clone(), pull.head.clone()]);
        let changes = async {
            let mirror = self.mirrors.fetch(repository.id(), repository.name(), Some(&token), &commits).await?;
            mirror.change_set(&round.head, &pull.head).await
        };
        match changes.await {
            Ok(changes) => Ok(Some((changes, round.partly))),
            Err(error) => {
                tracing::debug!(%error, "what changed since the last review cannot be told");
                Ok(None)
            }
        }
    }
}

/// Old paths by new ones.
pub(super) fn renames(changes: &ChangeSet) -> BTreeMap<String, String> {
    let renamed = changes.files.iter().filter(|file| file.status == FileStatus::Renamed);
    renamed.filter_map(|file| Some((file.path.display(), file.old_path.as_ref()?.display()))).collect()
}
