//! What the API answers, and GitHub's words for what it refuses.

use serde_json::{Value, json};

/// An answer before it is paged, tagged and written.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Body,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// One more field beside a counted list.
    pub(crate) extra: Option<Box<(&'static str, Value)>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    Json(Box<Value>),
    Text(String),
    /// A list, paged by the server: bare, or under a key beside `total_count`.
    List(Vec<Value>, Option<&'static str>),
}

/// The answer, or the answer that says why not.
pub(crate) type Reply = Result<Answer, Answer>;

impl Answer {
    fn new(status: u16, body: Body) -> Self {
        Self { status, body, headers: Vec::new(), extra: None }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::new(200, Body::Json(Box::new(body)))
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::new(201, Body::Json(Box::new(body)))
    }

    pub(crate) fn accepted() -> Self {
        Self::new(202, Body::Json(Box::new(json!({}))))
    }

    pub(crate) fn no_content() -> Self {
        Self::new(204, Body::Empty)
    }

    pub(crate) fn not_modified() -> Self {
        Self::new(304, Body::Empty)
    }

    pub(crate) fn text(body: String) -> Self {
        Self::new(200, Body::Text(body))
    }

    pub(crate) fn list(items: Vec<Value>) -> Self {
        Self::new(200, Body::List(items, None))
    }

    /// `{"total_count": .., KEY: [..]}`.
    pub(crate) fn counted(key: &'static str, items: Vec<Value>) -> Self {
        Self::new(200, Body::List(items, Some(key)))
    }

    pub(crate) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    /// An error in GitHub's shape.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::ok(json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        }))
        .status(status)
    }

    pub(crate) fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    /// 422 with texts, as the reviews endpoint says what is wrong.
    pub(crate) fn unprocessable(errors: &[&str]) -> Self {
        let mut answer = Self::error(422, "Unprocessable Entity");
        if let Body::Json(body) = &mut answer.body {
            body["errors"] = json!(errors);
        }
        answer
    }

    /// 422 about one field of one resource.
    pub(crate) fn invalid(resource: &str, field: &str, code: &str, message: &str) -> Self {
        let mut answer = Self::error(422, "Validation Failed");
        if let Body::Json(body) = &mut answer.body {
            body["errors"] = json!([{ "resource": resource, "field": field, "code": code, "message": message }]);
        }
        answer
    }

    fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}
