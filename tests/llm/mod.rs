//! Language models over the network, against a server that speaks each protocol.

mod providers;
mod refusals;

use seam::{
    config::llm_settings::{LlmProvider, LlmSettings},
    github::client::install_crypto_provider,
    llm::{
        connected::ConnectedModel,
        model::{Answer, Model as _, ModelError, Question},
    },
};
use serde_json::json;

use crate::support::model::FakeModel;

/// Where the provider's own paths begin.
fn base(provider: LlmProvider) -> &'static str {
    match provider {
        LlmProvider::OpenAi | LlmProvider::Ollama | LlmProvider::Anthropic => "/v1",
        LlmProvider::Azure => "/openai/v1",
        LlmProvider::Gemini => "/v1beta",
        LlmProvider::Bedrock => "",
    }
}

fn connect(fake: &FakeModel, provider: LlmProvider, model: &str) -> ConnectedModel {
    install_crypto_provider();
    let base_url = format!("{}{}", fake.url, base(provider)).parse().unwrap();
    let api_key = Some("open sesame".into());
    ConnectedModel::new(&LlmSettings { provider, model: model.to_owned(), api_key, base_url }).unwrap()
}

async fn ask(fake: &FakeModel, provider: LlmProvider) -> Result<Answer, ModelError> {
    ask_of(fake, provider, "glass").await
}

async fn ask_of(fake: &FakeModel, provider: LlmProvider, model: &str) -> Result<Answer, ModelError> {
    let schema = json!({
        "type": "object",
        "properties": { "colour": { "type": "string", "enum": ["red", "blue"] } },
        "required": ["colour"],
        "additionalProperties": false,
    });
    let question = Question { prompt: "Which colour?".to_owned(), schema: Some(schema) };
    connect(fake, provider, model).answer(question).await
}
