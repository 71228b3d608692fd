//! The tools that `files/pr_creation.yml` names, as stubs with the types that they promise.

use schemars::JsonSchema;
use seam::{
    config::policy::Role,
    tools::{
        context::ToolContext,
        error::ToolError,
        registry::Registry,
        tool::{Access, Tool},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const FILE: &str = include_str!("files/pr_creation.yml");

macro_rules! stub_tool {
    ($name:literal, $tool:ident, $access:ident, $input:ident { $($field:ident: $type:ty),* }, |$given:ident| $output:expr) => {
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct $input { $($field: $type),* }

        struct $tool;

        impl Tool for $tool {
            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = "A stub.";
            const ACCESS: Access = Access::$access;
            const ROLE: Role = Role::Read;
            type Input = $input;
            type Output = Value;

            async fn run(&self, _: &ToolContext, $given: $input) -> Result<Value, ToolError> {
                Ok($output)
            }
        }
    };
}

stub_tool!(
    "pr-analyzer.analyze_repository",
    Analyze,
    Reads,
    AnalyzeInput { repo_path: String, session_id: String },
    |input| json!({"path": input.repo_path, "session": input.session_id})
);
stub_tool!(
    "pr-analyzer.suggest_pr_boundaries",
    Suggest,
    Reads,
    SuggestInput { analysis: Value, strategy: String },
    |input| json!({"strategy": input.strategy, "of": input.analysis, "groups": [
        {"name": "first", "branch_name": "seam/x/1-first"},
        {"name": "second", "branch_name": "seam/x/2-second"},
    ]})
);
stub_tool!("pr-analyzer.validate_pr_groups", Validate, Reads, ValidateInput { groups: Vec<Value> },
    |input| json!({"is_valid": !input.groups.is_empty()}));
stub_tool!(
    "pr-analyzer.generate_pr_metadata",
    Generate,
    Reads,
    GenerateInput { pr_group: Value },
    |input| json!({"title": input.pr_group["name"], "body": format!("Part {}", input.pr_group["name"])})
);
stub_tool!(
    "github.create_pull_request",
    Create,
    Writes,
    CreateInput { title: String, body: String, base: String, head: String, draft: bool },
    |input| json!({"opened": format!("{} ({}) {} -> {}{}", input.title, input.body, input.head, input.base,
        if input.draft { ", draft" } else { "" })})
);

pub(crate) fn registry() -> Registry {
    Registry::default().with(Analyze).with(Suggest).with(Validate).with(Generate).with(Create)
}
