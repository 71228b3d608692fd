//! What a tool is: a name, typed input and output, and one function.

use std::future::Future;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use super::{context::ToolContext, error::ToolError};
use crate::config::policy::Role;

/// Whether a tool changes anything outside Seam's own database and caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    Reads,
    Writes,
}

/// One tool; each stands in its own file. Running it twice with the same input must do no harm: after a crash the step
/// that was running runs again, and writes go through `effects`, which find what is done already.
pub trait Tool: Send + Sync + 'static {
    /// `server.tool_name`, as in `pr-analyzer.analyze_diff`.
    const NAME: &'static str;
    /// One or two sentences for people and models.
    const DESCRIPTION: &'static str;
    const ACCESS: Access;
    /// What a person who starts it by hand must be on the repository.
    const ROLE: Role;

    type Input: DeserializeOwned + JsonSchema + Send;
    type Output: Serialize + JsonSchema + Send;

    fn run(
        &self,
        context: &ToolContext,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, ToolError>> + Send;
}
