//! A language model's server on this machine, which says what a test tells it to, in the words of whichever protocol it is asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct FakeModel {
    /// Without a path.
    pub(crate) url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    replies: VecDeque<Reply>,
    asked: Vec<Asked>,
}

enum Reply {
    Says(String),
    /// To what it is shown of a change.
    Answers(Box<dyn Fn(&Value) -> Value + Send>),
    Refuses(StatusCode, &'static [(&'static str, &'static str)]),
    /// What fits into its limit.
    BreaksOff(&'static str),
    /// Refuses, and says with which key it was asked; and what a terminal would act on.
    Echoes,
    /// Something that is no JSON.
    Babbles,
}

#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl FakeModel {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new().fallback(reply).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared }
    }

    /// One answer, after those that were set before.
    pub(crate) fn says(&self, text: impl ToString) -> &Self {
        self.then(Reply::Says(text.to_string()))
    }

    /// One answer to what it is shown of a change.
    pub(crate) fn answers(&self, answer: impl Fn(&Value) -> Value + Send + 'static) -> &Self {
        self.then(Reply::Answers(Box::new(answer)))
    }

    pub(crate) fn refuses(&self, status: u16, headers: &'static [(&'static str, &'static str)]) -> &Self {
        self.then(Reply::Refuses(StatusCode::from_u16(status).unwrap(), headers))
    }

    pub(crate) fn breaks_off(&self, text: &'static str) -> &Self {
        self.then(Reply::BreaksOff(text))
    }

    pub(crate) fn echoes(&self) -> &Self {
        self.then(Reply::Echoes)
    }

    pub(crate) fn babbles(&self) -> &Self {
        self.then(Reply::Babbles)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.lock().unwrap().asked.clone()
    }

    /// What makes Seam ask it, by OpenAI's protocol.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("SEAM_LLM_PROVIDER", "openai".to_owned()),
            ("SEAM_LLM_MODEL", "glass".to_owned()),
            ("SEAM_LLM_API_KEY", "open sesame".to_owned()),
            ("SEAM_LLM_BASE_URL", format!("{}/v1", self.url)),
        ]
    }

    fn then(&self, reply: Reply) -> &Self {
        self.shared.lock().unwrap().replies.push_back(reply);
        self
    }
}

impl Asked {
    /// What was written to the model, by OpenAI's protocol.
    pub(crate) fn prompt(&self) -> &str {
        self.body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap()
    }

    /// What it was shown of a change.
    pub(crate) fn shown(&self) -> Value {
        let prompt = self.prompt();
        let data = &prompt[prompt.find("as data:\n").unwrap() + "as data:\n".len()..];
        serde_json::Deserializer::from_str(data).into_iter().next().unwrap().unwrap()
    }
}

async fn reply(State(shared): State<Arc<Mutex<Shared>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = parts.uri.path().to_owned();
    let asked = Asked { path: path.clone(), headers: parts.headers, body: serde_json::from_slice(&body).unwrap() };
    let mut shared = shared.lock().unwrap();
    shared.asked.push(asked.clone());
    // As providers do, in one way or another.
    let strict = ["\"minimum\"", "\"maximum\"", "\"minItems\""];
    if let Some(keyword) = strict.into_iter().find(|keyword| asked.body.to_string().contains(keyword)) {
        let error = json!({ "error": { "message": format!("the property {keyword} is not supported") } });
        return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
    }
    match shared.replies.pop_front() {
        Some(Reply::Answers(answer)) => axum::Json(wire(&path, &answer(&asked.shown()).to_string())).into_response(),
        Some(Reply::Says(text)) => axum::Json(wire(&path, &text)).into_response(),
        Some(Reply::Refuses(status, headers)) => {
            let error = json!({ "error": { "message": "not like this" } });
            let headers: HeaderMap =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            (status, headers, axum::Json(error)).into_response()
        }
        Some(Reply::BreaksOff(text)) => {
            let mut answer = wire(&path, text);
            answer["choices"][0]["finish_reason"] = "length".into();
            axum::Json(answer).into_response()
        }
        Some(Reply::Echoes) => {
            let key = asked.headers["authorization"].to_str().unwrap();
            (StatusCode::UNAUTHORIZED, format!("\u{1b}[2Jno \u{202E}{key}\n")).into_response()
        }
        Some(Reply::Babbles) => "<html>".into_response(),
        None => (StatusCode::IM_A_TEAPOT, axum::Json(json!({ "error": "nobody said what to answer" }))).into_response(),
    }
}

/// An answer of 7 tokens to a question of 50.
fn wire(path: &str, text: &str) -> Value {
    match path {
        path if path.ends_with("/chat/completions") => json!({
            "id": "1", "object": "chat.completion", "created": 1, "model": "glass",
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 50, "completion_tokens": 7, "total_tokens": 57 },
        }),
        path if path.ends_with("/messages") => json!({
            "id": "1", "type": "message", "role": "assistant", "model": "glass", "stop_reason": "end_turn",
            "content": [{ "type": "text", "text": text }],
            "usage": { "input_tokens": 50, "output_tokens": 7 },
        }),
        path if path.ends_with(":generateContent") => json!({
            "candidates": [{ "content": { "role": "model", "parts": [{ "text": text }] }, "finishReason": "STOP" }],
            "usageMetadata": { "promptTokenCount": 50, "candidatesTokenCount": 7, "totalTokenCount": 57 },
        }),
        path if path.ends_with("/converse") => json!({
            "output": { "message": { "role": "assistant", "content": [{ "text": text }] } },
            "stopReason": "end_turn", "usage": { "inputTokens": 50, "outputTokens": 7, "totalTokens": 57 },
        }),
        other => panic!("no protocol is spoken at {other}"),
    }
}
