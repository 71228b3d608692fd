//! `commands.show_config`: the settings that hold for a repository, for people.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    policy::Policies,
    tool::{Access, Tool},
};
use crate::{
    config::{
        effective::{Effective, PATH},
        policy::Role,
        policy_text,
    },
    github::{client::GitHub, permissions::Permissions},
    review::{
        markdown::{block, prose, shorten},
        paper::{MOST_BYTES, Paper},
    },
};

/// Bytes of the settings that are shown.
const MOST_SETTINGS: usize = 40_000;

pub struct ShowConfig {
    pub github: GitHub,
    pub policies: Policies,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

impl Tool for ShowConfig {
    const NAME: &'static str = "commands.show_config";
    const DESCRIPTION: &'static str =
        "Shows the settings that hold for the repository, where each comes from, and what is wrong with them.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, Input {}: Input) -> Result<Answer, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        Ok(Answer { text: render(&self.policies.load(&repository, context.services.clock.now()).await?) })
    }
}

fn render(effective: &Effective) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    for problem in effective.problems.iter().take(20) {
        paper.paragraph(&format!("**Settings:** {}", prose(&shorten(&problem.to_string(), 1_000))));
    }
    let settings = policy_text::render(effective);
    paper.paragraph(&block("yaml", &shorten(&settings, MOST_SETTINGS)));
    paper.paragraph(&format!("`{PATH}` on the default branch changes them."));
    paper.into_text()
}
