//! A browser without a window: it keeps its cookies, and posts the forms it is shown.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

#[derive(Clone)]
pub(super) struct Browser {
    router: Router,
    cookie: Option<String>,
}

pub(super) struct Page {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
}

impl Browser {
    pub(super) fn new(router: Router) -> Self {
        Self { router, cookie: None }
    }

    pub(super) async fn get(&mut self, path: &str) -> Page {
        let mut request = Request::get(path).header("host", "seam.example.com");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        if let Some(cookie) = text("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let html = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Page { status: parts.status.as_u16(), location: text("location"), headers: parts.headers, html }
    }

    /// Presses "Create GitHub App" on a page, and gives the path to which GitHub leads back.
    pub(super) async fn create_app(&self, page: &Page) -> String {
        let (action, manifest) = page.form();
        let github = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = github.post(action).form(&[("manifest", manifest)]).send().await.unwrap();
        assert_eq!(answer.status(), 303, "GitHub does not take the manifest");
        let back = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        format!("{}?{}", back.path(), back.query().unwrap())
    }
}

impl Page {
    /// Address and manifest of the form that registers the App.
    pub(super) fn form(&self) -> (String, String) {
        let post = self.html.split("<form method=\"post\"").nth(1).expect("the page has the form");
        (attribute(post, "action"), attribute(post.split("name=\"manifest\"").nth(1).unwrap(), "value"))
    }

    /// What a reader sees: no tags, one space between words, code as it stands.
    pub(super) fn text(&self) -> String {
        let body = self.html.split("<main").nth(1).unwrap_or_default().split("</main>").next().unwrap();
        let body = body.replace("<code>", "").replace("</code>", "");
        let mut text = String::new();
        for piece in body.split('<') {
            text.push_str(piece.split_once('>').map_or("", |(_, words)| words));
            text.push(' ');
        }
        unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn attribute(html: &str, name: &str) -> String {
    let start = html.split_once(&format!("{name}=\"")).unwrap().1;
    unescaped(start.split_once('"').unwrap().0)
}

fn unescaped(html: &str) -> String {
    [("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
