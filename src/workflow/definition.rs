//! A workflow as it was understood and checked; `workflow::load` makes one from a file.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{retry::RetryPolicy, template::Template, trigger::Trigger};
use crate::config::policy::Role;

#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub description: String,
    pub trigger: Trigger,
    /// What a person must be on the repository to start it by a command.
    pub role: Role,
    /// What must not run twice at once, from `input` and `workflow`; where it is not given, the pull request or the
    /// branch that the event is about.
    pub lane: Option<Template>,
    pub graph: Graph,
    /// Where it came from, for error messages.
    pub file: String,
    /// The file as it stands.
    pub text: Arc<str>,
}

/// Nodes, each after all that it follows.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub id: String,
    pub work: Work,
    pub retry: RetryPolicy,
    /// Of one try.
    pub timeout: Duration,
    /// Never empty. The node is ready when all of them are settled, and runs when one of them leads to it.
    pub incoming: Vec<Incoming>,
}

/// What a node follows.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Index of the node in its graph; `None` for the start.
    pub from: Option<usize>,
    /// `true` or `false` once `from` has finished; without one it is true.
    pub condition: Option<Template>,
}

#[derive(Clone, Debug)]
pub enum Work {
    Tool {
        tool: String,
        /// An object.
        inputs: Template,
    },
    Llm {
        model: String,
        prompt: Template,
        /// JSON Schema of the answer.
        schema: Option<Value>,
        /// The output where no model is configured.
        default: Option<Value>,
    },
    /// Runs its nodes once per item, or once where there is no `for_each`.
    Parallel { for_each: Option<Template>, body: Graph },
}
