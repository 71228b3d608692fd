//! What a language model is to the rest of the house: a question with the shape of its answer goes in, a value of that
//! shape comes out. A model has no token, no environment and no tool that writes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;

/// One question to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub prompt: String,
    /// JSON Schema that the answer must fulfil; `None` for any JSON value (a text is a JSON string).
    pub schema: Option<Value>,
}

/// A model's answer, checked against the question's schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub value: Value,
    pub usage: Usage,
}

/// Tokens that were paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Rate limit, overload, network: the same question may succeed later.
    #[error("the model cannot answer now: {message}")]
    Unavailable { message: String, after: Option<Duration> },
    /// The answer was not of the shape that was asked for; asking again may help.
    #[error("the model's answer was not as asked: {0}")]
    BadAnswer(String),
    /// Wrong key, unknown model, question too long: asking again is of no use.
    #[error("the model refused the question: {0}")]
    Refused(String),
}

#[async_trait]
pub trait Model: Send + Sync {
    /// For metrics and the record of a step, as in `anthropic/claude-sonnet`.
    fn name(&self) -> &str;

    async fn answer(&self, question: Question) -> Result<Answer, ModelError>;
}

/// The models an operator configured, by the name that workflows use: `default`, and any other.
#[derive(Clone, Default)]
pub struct Models(BTreeMap<String, Arc<dyn Model>>);

impl Models {
    /// The name of the one that is meant where none is named.
    pub const DEFAULT: &'static str = "default";

    pub fn with(mut self, name: &str, model: Arc<dyn Model>) -> Self {
        self.0.insert(name.to_owned(), model);
        self
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Model>> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
