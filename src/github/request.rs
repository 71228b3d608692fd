//! One call as a value: what it asks for, what it costs, and whether it may be repeated.

use http::Method;
use serde::Serialize;
use serde_json::Value;
use url::Url;

/// JSON answers are not read further than this; a page of 100 comments of the largest size fits.
const MAX_JSON: usize = 16 * 1024 * 1024;

/// What a call does, which decides whether it may be repeated and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changes nothing (a GraphQL query too).
    Read,
    /// Sets something to a value: twice is the same as once.
    Set,
    /// Makes something new: never repeated blindly.
    Create,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Method and path template as in GitHub's documentation: `GET /repos/{owner}/{repo}`.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    pub(crate) kind: Kind,
    pub(crate) accept: &'static str,
    pub(crate) body: Option<Value>,
    pub(crate) max_bytes: usize,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Path {
        segments: Vec<String>,
        query: Vec<(&'static str, String)>,
    },
    /// The next page, as GitHub gave it.
    Url(Url),
    GraphQl,
}

impl Request {
    /// `endpoint`: as above; `values` fill its `{names}` in order. Every value becomes one segment of the path, whatever
    /// is in it; only `{path}` may have several.
    pub(crate) fn new(endpoint: &'static str, values: &[&str]) -> Self {
        let (method, template) = endpoint.split_once(' ').expect("an endpoint is a method and a path");
        let method = Method::from_bytes(method.as_bytes()).expect("an endpoint starts with a method");
        let mut values = values.iter();
        let mut segments = Vec::new();
        for part in template.split('/').skip(1) {
            if part == "{path}" {
                let path = values.next().expect("a value for {path}");
                segments.extend(path.split('/').map(str::to_owned));
            } else if part.starts_with('{') {
                segments.push((*values.next().expect("a value for each name of the template")).to_owned());
            } else {
                segments.push(part.to_owned());
            }
        }
        let kind = match method {
            Method::GET => Kind::Read,
            Method::POST => Kind::Create,
            _ => Kind::Set,
        };
        Self {
            endpoint,
            method,
            kind,
            accept: "application/vnd.github+json",
            body: None,
            max_bytes: MAX_JSON,
            target: Target::Path { segments, query: Vec::new() },
        }
    }

    pub(crate) fn graphql(endpoint: &'static str, kind: Kind, body: Value) -> Self {
        let mut request = Self::new(endpoint, &[]).kind(kind);
        request.body = Some(body);
        request.target = Target::GraphQl;
        request
    }

    #[must_use]
    pub(crate) fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    #[must_use]
    pub(crate) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Target::Path { query, .. } = &mut self.target {
            query.push((name, value.to_string()));
        }
        self
    }

    /// Our own types always serialize: they have no maps with keys that are no texts.
    #[must_use]
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_value(body).expect("a request's body is plain data"));
        self
    }

    /// The file itself instead of JSON about it.
    #[must_use]
    pub(crate) fn raw(mut self, max_bytes: usize) -> Self {
        self.accept = "application/vnd.github.raw+json";
        self.max_bytes = max_bytes;
        self
    }

    /// The id of a commit instead of all that is in it.
    #[must_use]
    pub(crate) fn id_alone(mut self) -> Self {
        self.accept = "application/vnd.github.sha";
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, url: Url) -> Self {
        self.target = Target::Url(url);
        self
    }

    pub(crate) fn is_graphql(&self) -> bool {
        matches!(self.target, Target::GraphQl)
    }

    pub(crate) fn url(&self, api: &Url) -> Url {
        let mut url = api.clone();
        match &self.target {
            Target::Url(url) => return url.clone(),
            Target::GraphQl => {
                // GHES serves REST at /api/v3 and GraphQL at /api/graphql; github.com has both at the root.
                let path = api.path().trim_end_matches('/');
                let root = path.strip_suffix("/v3").unwrap_or(path);
                url.set_path(&format!("{root}/graphql"));
            }
            Target::Path { segments, query } => {
                url.path_segments_mut().expect("the settings take http and https only").pop_if_empty().extend(segments);
                if !query.is_empty() {
                    url.query_pairs_mut().extend_pairs(query);
                }
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(request: &Request, api: &str) -> String {
        request.url(&api.parse().unwrap()).to_string()
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_the_path() {
        let request = Request::new(
            "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
            &["o", "r", "../../../user?x"],
        );
        assert_eq!(
            url_of(&request, "https://api.github.com"),
            "https://api.github.com/repos/o/r/collaborators/..%2F..%2F..%2Fuser%3Fx/permission"
        );
        let request = Request::new("GET /repos/{owner}/{repo}/contents/{path}", &["o", "r", "a b/../%2e%2e/ü#.yml"])
            .query("ref", "refs/heads/a&b");
        assert_eq!(
            url_of(&request, "https://github.example.com/api/v3/"),
            "https://github.example.com/api/v3/repos/o/r/contents/a%20b/%252e%252e/%C3%BC%23.yml?ref=refs%2Fheads%2Fa%26b"
        );
    }

    #[test]
    fn graphql_has_its_own_place_on_an_enterprise_server() {
        let query = Request::graphql("POST /graphql", Kind::Read, Value::Null);
        for (api, expected) in [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://api.octo.ghe.com/", "https://api.octo.ghe.com/graphql"),
            ("https://github.example.com/api/v3", "https://github.example.com/api/graphql"),
        ] {
            assert_eq!(url_of(&query, api), expected);
        }
    }
}
