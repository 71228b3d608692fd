//! Pages of lists, with GitHub's `Link` header.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Body},
    model::world::World,
    server::Incoming,
};

/// Cuts a list to the page asked for: 30 items by default, 100 at most. Other answers pass.
pub(crate) fn paged(mut answer: Answer, world: &World, incoming: &Incoming) -> Answer {
    let Body::List(items, key) = answer.body else { return answer };
    let number = |name: &str| incoming.query.get(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let page = number("page").unwrap_or(1).max(1);
    let (total, last) = (items.len(), items.len().div_ceil(size).max(1));
    let shown: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
    let body = match key {
        None => Value::Array(shown),
        Some(key) => {
            let mut body = json!({ "total_count": total, key: shown });
            if let Some(extra) = answer.extra.take() {
                body[extra.0] = extra.1;
            }
            body
        }
    };
    answer.body = Body::Json(Box::new(body));
    let mut links = Vec::new();
    let mut link =
        |page: usize, relation: &str| links.push(format!("<{}>; rel=\"{relation}\"", address(world, incoming, page)));
    if page > 1 {
        link(page - 1, "prev");
        link(1, "first");
    }
    if page < last {
        link(page + 1, "next");
        link(last, "last");
    }
    if links.is_empty() { answer } else { answer.with("link", links.join(", ")) }
}

/// The address of another page: GitHub writes repositories by their id here.
fn address(world: &World, incoming: &Incoming, page: usize) -> String {
    let by_id = incoming.path.strip_prefix("/repos/").and_then(|rest| {
        let mut parts = rest.splitn(3, '/');
        let repository = world.repository_named(&format!("{}/{}", parts.next()?, parts.next()?))?;
        Some(format!("/repositories/{}/{}", repository.id, parts.next()?))
    });
    let path = by_id.unwrap_or_else(|| incoming.path.clone());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(incoming.query.iter().filter(|(name, _)| *name != "page"));
    query.append_pair("page", &page.to_string());
    format!("{}{path}?{}", world.api_url, query.finish())
}
