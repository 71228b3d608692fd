//! `pr-analyzer.validate_pr_groups`: whether groups, as they stand now, are still the whole change and can be applied.

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    suggest_pr_boundaries::{PrGroup, validated},
    tool::{Access, Tool},
};
use crate::{
    change::{change_set::ChangeSet, contents::Contents},
    config::policy::Role,
    domain::plan::{Granularity, Plan, Strategy, Validation},
    git::mirror::Mirrors,
    github::client::GitHub,
    review::evidence::keep_proven,
    split::check::SizeRules,
};

pub struct ValidatePrGroups {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub policies: Policies,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What `pr-analyzer.suggest_pr_boundaries` gave, edited or not.
    groups: Vec<PrGroup>,
    #[serde(default)]
    rules: Rules,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    size_check: SizeCheck,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SizeCheck {
    max_files: usize,
    max_size_mb: u64,
}

impl Default for SizeCheck {
    fn default() -> Self {
        let SizeRules { max_files, max_size_mb } = SizeRules::default();
        Self { max_files, max_size_mb }
    }
}

impl Tool for ValidatePrGroups {
    const NAME: &'static str = "pr-analyzer.validate_pr_groups";
    const DESCRIPTION: &'static str = "Checks groups of a change: nothing lost or doubled, sizes, order, tests, problems that the review finds in them; and proves that together they are the change.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Validation;

    async fn run(&self, context: &ToolContext, Input { groups, rules }: Input) -> Result<Validation, ToolError> {
        let Some(first) = groups.first() else { return Ok(Validation::default()) };
        let (source, stacking) = (first.source.clone(), first.stacking);
        if groups.iter().any(|group| group.source != source) {
            return Err(ToolError::Fatal(anyhow!("the groups are of different changes")));
        }
        let opened = source.open(context, &self.github, &self.mirrors).await?;
        context.check()?;
        let slices = groups.into_iter().map(|group| {
            let mut slice = group.slice;
            slice.branch = group.branch_name;
            slice
        });
        let plan = Plan {
            version: Plan::VERSION,
            base: opened.set.base.clone(),
            head: opened.set.head.clone(),
            strategy: Strategy::default(),
            granularity: Granularity::default(),
            stacking,
            no_split: None,
            advice: None,
            slices: slices.collect(),
            validation: Validation::default(),
        };
        let SizeCheck { max_files, max_size_mb } = rules.size_check;
        let policy = opened.policy(context, &self.github, &self.policies).await?;
        let engine = self.policies.engine.clone();
        let review = move |set: &ChangeSet, contents: &dyn Contents| {
            let mut analysis = engine.analyze(set, contents, &policy);
            keep_proven(&mut analysis, set, contents);
            analysis.findings
        };
        let findings = opened.with(review).await?;
        context.check()?;
        validated(&opened, &plan, SizeRules { max_files, max_size_mb }, findings).await
    }
}
