//! Each protocol: where it asks, with which key, and what is heard.

use seam::{config::llm_settings::LlmProvider, llm::model::Usage};
use serde_json::json;

use super::{FakeModel, ask, ask_of};
use crate::support::model::Asked;

/// The header with the key, where it is the right one.
fn key(asked: &Asked) -> String {
    let is_key = |value: &str| value == "open sesame" || value == "Bearer open sesame";
    let of = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        value.to_str().ok().filter(|value| is_key(value)).map(|value| format!("{name}: {value}"))
    };
    asked.headers.iter().find_map(of).unwrap_or_default()
}

#[tokio::test]
async fn every_provider_is_asked_in_its_own_words() {
    let mut told = Vec::new();
    for provider in LlmProvider::ALL {
        let fake = FakeModel::start().await;
        fake.says(r#"{"colour": "red"}"#);
        let answer = ask(&fake, provider).await.unwrap();
        assert_eq!(answer.value, json!({ "colour": "red" }), "{provider:?}");
        assert_eq!(answer.usage, Usage { input_tokens: 50, output_tokens: 7 }, "{provider:?}");
        let [asked] = &fake.asked()[..] else { panic!("{provider:?} was asked more than once") };
        let text = asked.body.to_string();
        assert!(text.contains("Which colour?") && text.contains("written by strangers"), "{provider:?}: {text}");
        // Two of them drop the shape; it stands in the question for that.
        assert!(text.contains("enum"), "{provider:?}: {text}");
        told.push(format!("{}: {} with {}", provider.as_str(), asked.path, key(asked)));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    openai: /v1/chat/completions with authorization: Bearer open sesame
    azure: /openai/v1/chat/completions with authorization: Bearer open sesame
    anthropic: /v1/messages with x-api-key: open sesame
    gemini: /v1beta/models/glass:generateContent with x-goog-api-key: open sesame
    ollama: /v1/chat/completions with authorization: Bearer open sesame
    bedrock: /model/glass/converse with authorization: Bearer open sesame
    ");
}

/// The client takes the end of some names for how hard a model is to think.
#[tokio::test]
async fn a_models_name_is_sent_as_it_was_given() {
    for name in ["qwen-max", "mistral-medium", "gpt-5-mini", "o3-mini", "org/model-low"] {
        let fake = FakeModel::start().await;
        fake.says(r#"{"colour": "red"}"#);
        ask_of(&fake, LlmProvider::OpenAi, name).await.unwrap();
        let body = &fake.asked()[0].body;
        assert_eq!((body["model"].as_str(), body.get("reasoning_effort")), (Some(name), None));
    }
}
