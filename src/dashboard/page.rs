//! Templates become pages, with the headers that keep them harmless.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value, context, value::Serde};
use sha2::{Digest as _, Sha256};
use url::Url;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("prose", prose);
    for (name, source) in [
        ("layout.html", include_str!("../../web/templates/layout.html")),
        ("way.html", include_str!("../../web/templates/way.html")),
        ("start.html", include_str!("../../web/templates/start.html")),
        ("register.html", include_str!("../../web/templates/register.html")),
        ("app.html", include_str!("../../web/templates/app.html")),
        ("installed.html", include_str!("../../web/templates/installed.html")),
        ("execution.html", include_str!("../../web/templates/execution.html")),
        ("problem.html", include_str!("../../web/templates/problem.html")),
    ] {
        // Escaping goes by the ending of the name.
        environment.add_template(name, source).expect("a test renders every template");
    }
    environment
});

/// A text in which code stands in backticks, as HTML.
fn prose(text: &str) -> Value {
    let escaped = HtmlEscape(text).to_string();
    let pieces: Vec<&str> = escaped.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return Value::from_safe_string(escaped);
    }
    let tagged =
        |(at, piece): (usize, &&str)| if at % 2 == 1 { format!("<code>{piece}</code>") } else { (*piece).to_owned() };
    Value::from_safe_string(pieces.iter().enumerate().map(tagged).collect())
}

const STYLE: &str = include_str!("../../web/style.css");
const ICON: &str = include_str!("../../web/seam.svg");

/// Changes with the assets, so that browsers may keep them for good.
static VERSION: LazyLock<String> =
    LazyLock::new(|| hex::encode(Sha256::new().chain_update(STYLE).chain_update(ICON).finalize())[..12].to_owned());

/// Makes pages for a server at one address.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The path of the public URL, without a slash at its end.
    base: String,
    policy: HeaderValue,
}

impl Pages {
    /// `github`: where forms may go, besides this server.
    pub fn new(public_url: &Url, github: &Url) -> Self {
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
             form-action 'self' {}",
            github.origin().ascii_serialization()
        );
        Self {
            base: public_url.path().trim_end_matches('/').to_owned(),
            policy: HeaderValue::from_str(&policy).expect("an origin is plain ASCII"),
        }
    }

    /// A path of this server, for a link or a redirect.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn render(&self, status: StatusCode, template: &str, view: serde_json::Value) -> Response {
        let context = context! { base => self.base.as_str(), version => VERSION.as_str(), ..Value::from(Serde(view)) };
        match TEMPLATES.get_template(template).and_then(|template| template.render(context)) {
            Ok(page) => self.protected(status, Html(page).into_response()),
            Err(error) => {
                tracing::error!("cannot render {template}: {error:#}");
                (StatusCode::INTERNAL_SERVER_ERROR, "This page is broken; the log says why.\n").into_response()
            }
        }
    }

    fn protected(&self, status: StatusCode, mut page: Response) -> Response {
        *page.status_mut() = status;
        let headers = page.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            // The origin goes along, because GitHub may look where a form came from; the path does not.
            (header::REFERRER_POLICY, "strict-origin"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        page
    }
}

/// The style sheet and the icon.
pub fn assets() -> Router {
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, text)
        })
    };
    Router::new()
        .route("/assets/style.css", asset("text/css; charset=utf-8", STYLE))
        .route("/assets/seam.svg", asset("image/svg+xml", ICON))
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn code_in_backticks_is_marked_and_everything_is_escaped() {
        for (text, html) in [
            ("`/fix` commits <b>", "<code>&#x2f;fix</code> commits &lt;b&gt;"),
            ("run `a` or `<b>`", "run <code>a</code> or <code>&lt;b&gt;</code>"),
            ("one ` alone", "one ` alone"),
        ] {
            assert_eq!(prose(text).to_string(), html);
        }
    }
}
