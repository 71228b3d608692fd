//! Answers kept with their ETag: asking again costs nothing of the rate limit when nothing has changed.
//! Source: <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate>.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use moka::future::Cache;
use url::Url;

use super::{
    answer::Answer,
    request::Request,
    tokens::{Reach, Scope},
};
use crate::domain::ids::InstallationId;

/// All kept answers together, in bytes.
const CAPACITY: u64 = 8 * 1024 * 1024;
/// Larger answers are not kept.
const LARGEST: usize = 256 * 1024;

/// An answer belongs to the installation and the repository whose token it was read with. What was read with more
/// permissions is safe to keep for fewer: it is given out only after GitHub has said 304 to those.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    installation: InstallationId,
    reach: Reach,
    url: Url,
    accept: &'static str,
}

impl Key {
    /// `None` for calls whose answers are not kept.
    pub(crate) fn of(scope: &Scope, request: &Request, api: &Url) -> Option<Self> {
        (request.method == http::Method::GET).then(|| Self {
            installation: scope.installation,
            reach: scope.reach.clone(),
            url: request.url(api),
            accept: request.accept,
        })
    }
}

#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) etag: HeaderValue,
    answer: Answer,
}

pub(crate) struct Etags(Cache<Key, Kept>);

impl Etags {
    pub(crate) fn new() -> Self {
        let weight = |key: &Key, kept: &Kept| {
            u32::try_from(kept.answer.body.len() + key.url.as_str().len() + 500).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(CAPACITY).weigher(weight).build())
    }

    pub(crate) async fn get(&self, key: &Key) -> Option<Kept> {
        self.0.get(key).await
    }

    /// The answer to go on with: the kept one after a 304, else the new one, which is kept from now on.
    pub(crate) async fn settle(&self, key: Key, kept: Option<Kept>, answer: Answer) -> Answer {
        if answer.status == StatusCode::NOT_MODIFIED {
            let Some(kept) = kept else { return answer };
            // Limits and the date are those of now.
            let mut headers = answer.headers;
            headers.extend(kept.answer.headers);
            return Answer { headers, ..kept.answer };
        }
        if let Some(etag) = answer.headers.get(header::ETAG)
            && answer.status == StatusCode::OK
            && answer.body.len() <= LARGEST
        {
            let needed = [header::LINK, header::CONTENT_TYPE];
            let headers: HeaderMap =
                needed.into_iter().filter_map(|name| Some((name.clone(), answer.headers.get(name)?.clone()))).collect();
            let kept = Answer { status: answer.status, headers, body: answer.body.clone() };
            self.0.insert(key, Kept { etag: etag.clone(), answer: kept }).await;
        }
        answer
    }
}
