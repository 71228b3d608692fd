//! `pr-analyzer.generate_pr_metadata`: what the pull request of a group says. Without a model: the words come from the plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    suggest_pr_boundaries::PrGroup,
    tool::{Access, Tool},
};
use crate::config::policy::Role;

pub struct GeneratePrMetadata;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pr_group: PrGroup,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    title: String,
    /// Markdown.
    body: String,
    labels: Vec<String>,
    branch_name: String,
}

impl Tool for GeneratePrMetadata {
    const NAME: &'static str = "pr-analyzer.generate_pr_metadata";
    const DESCRIPTION: &'static str = "Gives the title, the body and the labels of a group's pull request.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Output;

    async fn run(&self, _: &ToolContext, Input { pr_group }: Input) -> Result<Output, ToolError> {
        let PrGroup { branch_name, slice, .. } = pr_group;
        Ok(Output { title: slice.title, body: slice.description, labels: slice.labels, branch_name })
    }
}
