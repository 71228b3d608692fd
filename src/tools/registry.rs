//! All tools by name, with their types erased: what workflows, the command line and other faces call.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use ::metrics::{counter, histogram};
use anyhow::{Context as _, anyhow};
use futures_util::{FutureExt as _, future::BoxFuture};
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::{
    context::ToolContext,
    error::ToolError,
    panic::words_of_panic,
    tool::{Access, Tool},
};
use crate::{config::policy::Role, telemetry::metrics};

/// What is known of a tool without running it.
#[derive(Clone, Debug, Serialize)]
pub struct ToolInfo {
    pub name: &'static str,
    pub description: &'static str,
    pub access: Access,
    pub role: Role,
    /// JSON Schema 2020-12.
    pub input: Value,
    pub output: Value,
}

impl ToolInfo {
    fn of<T: Tool>() -> Self {
        let taken = SchemaSettings::draft2020_12().into_generator();
        let given = SchemaSettings::draft2020_12().for_serialize().into_generator();
        Self {
            name: T::NAME,
            description: T::DESCRIPTION,
            access: T::ACCESS,
            role: T::ROLE,
            input: taken.into_root_schema_for::<T::Input>().to_value(),
            output: given.into_root_schema_for::<T::Output>().to_value(),
        }
    }
}

/// A tool that takes and gives JSON.
trait Erased: Send + Sync {
    fn call<'a>(&'a self, context: &'a ToolContext, input: Value) -> BoxFuture<'a, Result<Value, ToolError>>;
}

impl<T: Tool> Erased for T {
    fn call<'a>(&'a self, context: &'a ToolContext, input: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let input = serde_json::from_value(input)
                .with_context(|| format!("the input of the tool {} is not of its type", T::NAME))
                .map_err(ToolError::Fatal)?;
            let output = self.run(context, input).await?;
            serde_json::to_value(output)
                .with_context(|| format!("the output of the tool {} is no JSON", T::NAME))
                .map_err(ToolError::Fatal)
        })
    }
}

#[derive(Clone)]
struct Entry {
    info: Arc<ToolInfo>,
    /// `None`: only its types are known here.
    tool: Option<Arc<dyn Erased>>,
}

#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Entry>);

impl Registry {
    /// Adds a tool; a second one of the same name takes the place of the first.
    pub fn with<T: Tool>(mut self, tool: T) -> Self {
        self.0.insert(T::NAME, Entry { info: Arc::new(ToolInfo::of::<T>()), tool: Some(Arc::new(tool)) });
        self
    }

    /// Adds what is known of a tool without the clients that it works with: enough to check workflows, not to run them.
    pub fn describing<T: Tool>(mut self) -> Self {
        self.0.insert(T::NAME, Entry { info: Arc::new(ToolInfo::of::<T>()), tool: None });
        self
    }

    pub fn get(&self, name: &str) -> Option<&ToolInfo> {
        self.0.get(name).map(|entry| &*entry.info)
    }

    /// In the order of their names.
    pub fn tools(&self) -> impl Iterator<Item = &ToolInfo> {
        self.0.values().map(|entry| &*entry.info)
    }

    /// Runs a tool. A panic in it is caught and becomes a fatal error: one broken tool ends one execution, no more.
    pub async fn call(&self, name: &str, context: &ToolContext, input: Value) -> Result<Value, ToolError> {
        let entry = self.0.get(name).ok_or_else(|| ToolError::Fatal(anyhow!("there is no tool named {name:?}")))?;
        let tool = entry
            .tool
            .as_ref()
            .ok_or_else(|| ToolError::Fatal(anyhow!("the tool {name} is described here, and cannot be run")))?;
        let started = Instant::now();
        let result = AssertUnwindSafe(tool.call(context, input)).catch_unwind().await.unwrap_or_else(|panic| {
            Err(ToolError::Fatal(anyhow!("the tool {name} panicked: {}", words_of_panic(&*panic))))
        });
        let status = match &result {
            Ok(_) => "succeeded",
            Err(ToolError::Retry { .. } | ToolError::Away(_)) => "retry",
            Err(ToolError::Fatal(_)) => "failed",
            Err(ToolError::Skip(_)) => "skipped",
            Err(ToolError::Superseded) => "superseded",
        };
        counter!(metrics::TOOL_CALLS, "tool" => entry.info.name, "status" => status).increment(1);
        histogram!(metrics::TOOL_DURATION, "tool" => entry.info.name).record(started.elapsed());
        result
    }
}
