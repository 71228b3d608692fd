//! The table of routes: each names GitHub's own path template, what it needs, and the function that answers.

use std::collections::BTreeMap;

use super::{answer::Reply, auth::Needs, call::Call, routes};

pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// As in GitHub's OpenAPI description: `/repos/{owner}/{repo}/pulls/{pull_number}`.
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) answer: fn(&mut Call<'_>) -> Reply,
}

pub(crate) const fn get(path: &'static str, needs: Needs, answer: fn(&mut Call<'_>) -> Reply) -> Route {
    Route { method: "GET", path, needs, answer }
}

pub(crate) const fn post(path: &'static str, needs: Needs, answer: fn(&mut Call<'_>) -> Reply) -> Route {
    Route { method: "POST", path, needs, answer }
}

pub(crate) const fn put(path: &'static str, needs: Needs, answer: fn(&mut Call<'_>) -> Reply) -> Route {
    Route { method: "PUT", path, needs, answer }
}

pub(crate) const fn patch(path: &'static str, needs: Needs, answer: fn(&mut Call<'_>) -> Reply) -> Route {
    Route { method: "PATCH", path, needs, answer }
}

pub(crate) const fn delete(path: &'static str, needs: Needs, answer: fn(&mut Call<'_>) -> Reply) -> Route {
    Route { method: "DELETE", path, needs, answer }
}

/// All routes there are.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    [
        routes::app::ROUTES,
        routes::deliveries::ROUTES,
        routes::repositories::ROUTES,
        routes::contents::ROUTES,
        routes::commits::ROUTES,
        routes::pulls::ROUTES,
        routes::reviews::ROUTES,
        routes::review_comments::ROUTES,
        routes::issue_comments::ROUTES,
        routes::reactions::ROUTES,
        routes::checks::ROUTES,
        routes::accounts::ROUTES,
        routes::git_data::ROUTES,
        routes::labels::ROUTES,
        routes::stacks::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// The route of a request and the parts of its path, decoded; literal parts go before `{named}` ones.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    all()
        .filter(|route| route.method == method)
        .filter_map(|route| Some((route, parts(route.path, path)?)))
        .max_by_key(|(route, _)| route.path.split('/').filter(|part| !part.starts_with('{')).count())
}

fn parts(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut parts = BTreeMap::new();
    let mut given = path.split('/');
    let mut wanted = template.split('/').peekable();
    while let Some(want) = wanted.next() {
        let give = given.next()?;
        match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            // A path inside a repository and a ref may hold slashes.
            Some(name @ ("path" | "ref" | "basehead" | "branch")) if wanted.peek().is_none() => {
                let rest: Vec<_> = std::iter::once(give).chain(given.by_ref()).collect();
                parts.insert(name, decode(&rest.join("/"))?);
            }
            Some(name) if !give.is_empty() => {
                parts.insert(name, decode(give)?);
            }
            None if want == give => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

/// Percent-decodes one part of a path.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_the_route_with_the_most_literal_parts() {
        let found = |method, path| find(method, path).map(|(route, parts)| (route.path, parts));
        let (path, parts) = found("GET", "/repos/octo/shop/contents/a%20b/c.md").unwrap();
        assert_eq!((path, parts["path"].as_str()), ("/repos/{owner}/{repo}/contents/{path}", "a b/c.md"));
        let (path, _) = found("GET", "/repos/octo/shop/commits/abc/check-runs").unwrap();
        assert_eq!(path, "/repos/{owner}/{repo}/commits/{ref}/check-runs");
        let (path, parts) = found("GET", "/users/seam%5Bbot%5D").unwrap();
        assert_eq!((path, parts["username"].as_str()), ("/users/{username}", "seam[bot]"));
        assert!(found("GET", "/repos/octo/shop/").is_none(), "a trailing slash is another path");
        assert!(found("PUT", "/repos/octo/shop").is_none());
    }
}
