//! Lists that come in pages.

use serde::de::DeserializeOwned;

use super::{client::GitHub, error::GitHubError, request::Request, send::Identity};

pub(crate) const PER_PAGE: usize = 100;
/// 3,000 rows: as many as GitHub lists files of a pull request.
const MAX_PAGES: usize = 30;
/// All pages of one list together.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// One page.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    /// The request of the page that follows.
    pub(crate) next: Option<Request>,
    pub(crate) bytes: usize,
}

/// One page, and the way to the next. `rows` finds them in the answer, which is a list or an object around one.
pub(crate) async fn page<T: DeserializeOwned>(
    github: &GitHub,
    identity: Identity<'_>,
    request: &Request,
) -> Result<Page<T>, GitHubError> {
    let answer = github.send(identity, request).await?;
    let next = answer.next_page().map(|url| request.clone().at(url));
    Ok(Page { rows: answer.json(request)?, next, bytes: answer.body.len() })
}

/// All rows, up to a bound that a person does not reach: what is beyond is left out, with a warning.
pub(crate) async fn list<T: DeserializeOwned>(
    github: &GitHub,
    identity: Identity<'_>,
    request: Request,
) -> Result<Vec<T>, GitHubError> {
    let mut rows = Vec::new();
    let mut bytes = 0;
    let mut next = Some(request.query("per_page", PER_PAGE));
    for _ in 0..MAX_PAGES {
        let Some(request) = next.take() else { return Ok(rows) };
        let page = page(github, identity, &request).await?;
        rows.extend(page.rows);
        bytes += page.bytes;
        next = page.next;
        if bytes > MAX_BYTES {
            break;
        }
    }
    if let Some(request) = next {
        tracing::warn!(github.endpoint = request.endpoint, "a list is longer than Seam reads: {} rows", rows.len());
    }
    Ok(rows)
}
