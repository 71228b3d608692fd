//! `pr-analyzer.suggest_pr_boundaries`: where a change can be cut, as groups that each become a pull request; proved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    analyze_repository::RepositoryAnalysis,
    context::ToolContext,
    error::ToolError,
    split_source::{Opened, SplitSource},
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{
        finding::Finding,
        plan::{Granularity, Plan, Slice, Stacking, Strategy, Validation},
    },
    git::mirror::Mirrors,
    github::client::GitHub,
    split::{
        check::{SizeRules, check},
        input::{Options, SplitInput},
        plan,
    },
};

pub struct SuggestPrBoundaries {
    pub github: GitHub,
    pub mirrors: Mirrors,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What `pr-analyzer.analyze_repository` gave.
    analysis: RepositoryAnalysis,
    #[serde(default)]
    strategy: Strategy,
    #[serde(default)]
    granularity: Granularity,
    /// What groups stand on: `needed` (what they need), `all` (each on the one before it) or `independent` (each on the base,
    /// whatever it needs).
    #[serde(default)]
    stacking: Stacking,
    #[serde(default)]
    max_files: Option<usize>,
    /// Labels that may be given [default: those of the repository on GitHub].
    #[serde(default)]
    labels: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub strategy: Strategy,
    /// Why the change should stay one, when it should.
    pub no_split: Option<String>,
    /// What a language model was asked, and what came of it; nothing where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    pub groups: Vec<PrGroup>,
    pub validation: Validation,
}

/// A slice, with all that later steps need to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrGroup {
    /// The slice's branch.
    pub branch_name: String,
    /// The change it is a part of.
    pub source: SplitSource,
    /// What the groups of this plan stand on.
    #[serde(default)]
    pub stacking: Stacking,
    #[serde(flatten)]
    pub slice: Slice,
}

impl Tool for SuggestPrBoundaries {
    const NAME: &'static str = "pr-analyzer.suggest_pr_boundaries";
    const DESCRIPTION: &'static str = "Cuts a change into groups that can each be one pull request, says why, and proves that together they are the change.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Output;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Output, ToolError> {
        let source = input.analysis.source;
        let opened = source.clone().open(context, &self.github, &self.mirrors).await?;
        context.check()?;
        let surroundings = opened.surroundings().await?;
        context.check()?;
        let labels = match input.labels {
            Some(labels) => labels,
            None => opened.labels(context, &self.github).await?,
        };
        let options = Options {
            strategy: input.strategy,
            granularity: input.granularity,
            max_files: input.max_files.unwrap_or(Options::default().max_files).max(1),
            branch: source.branch.clone(),
            labels,
            stacking: input.stacking,
        };
        let sizes = SizeRules { max_files: options.max_files, ..SizeRules::default() };
        let model = context.blocking_model();
        let plan = opened
            .with(move |set, contents| {
                let (surroundings, model) = (&surroundings, model.as_ref());
                plan::plan(SplitInput { set, contents, surroundings, options: &options, model })
            })
            .await?;
        let validation = validated(&opened, &plan, sizes, Vec::new()).await?;
        let group = |slice: Slice| PrGroup {
            branch_name: slice.branch.clone(),
            source: source.clone(),
            stacking: plan.stacking,
            slice,
        };
        let groups = plan.slices.into_iter().map(group).collect();
        let Plan { strategy, no_split, advice, .. } = plan;
        Ok(Output { strategy, no_split, advice, groups, validation })
    }
}

/// Checks a plan and proves it. `findings`: of the change, where it was reviewed.
pub(super) async fn validated(
    opened: &Opened,
    plan: &Plan,
    sizes: SizeRules,
    findings: Vec<Finding>,
) -> Result<Validation, ToolError> {
    let plan = plan.clone();
    let checked = opened.with(move |set, contents| check(&plan, set, contents, sizes, &findings)).await?;
    let proof = match checked.layers.clone() {
        Some(layers) => {
            let proof = opened.prove(layers).await?;
            let differ = || format!("the groups give the tree {}, and the head has {}", proof.slices, proof.head);
            proof.tree().map(str::to_owned).ok_or_else(differ)
        }
        None => Err(String::new()),
    };
    Ok(checked.proved(proof))
}
