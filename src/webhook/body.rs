//! Reads a body under a cap, whoever sends it and however much: what is held in memory at once is bounded over all
//! requests, before anybody has proved to be GitHub.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// GitHub sends no larger payload.
pub(super) const LIMIT: usize = 25 * 1024 * 1024;
/// Requests at once.
const REQUESTS: usize = 1024;
/// What each request may hold without asking: nearly every payload is smaller.
const FREE: usize = 64 * 1024;
/// What all requests together may hold beyond that, in KiB.
const SHARED_KIB: usize = 128 * 1024;
/// GitHub gives up after 10 seconds, an enterprise server after 30.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    /// The sender stopped in the middle, or was too slow.
    Incomplete,
    /// Too much is being received already.
    Busy,
}

/// The room that bodies take in memory.
#[derive(Clone, Debug)]
pub(super) struct BodyReader {
    requests: Arc<Semaphore>,
    shared: Arc<Semaphore>,
    patience: Duration,
}

/// A body, with its share of the room until it is dropped.
#[derive(Debug)]
pub(super) struct ReadBody {
    pub(super) bytes: Bytes,
    _request: OwnedSemaphorePermit,
    _shared: Option<OwnedSemaphorePermit>,
}

impl BodyReader {
    pub(super) fn new() -> Self {
        Self {
            requests: Arc::new(Semaphore::new(REQUESTS)),
            shared: Arc::new(Semaphore::new(SHARED_KIB)),
            patience: PATIENCE,
        }
    }

    /// `announced` is the `Content-Length`, which may lie.
    pub(super) async fn read(&self, body: Body, announced: Option<usize>) -> Result<ReadBody, Unread> {
        if announced.is_some_and(|length| length > LIMIT) {
            return Err(Unread::TooLarge);
        }
        let request = self.requests.clone().try_acquire_owned().map_err(|_| Unread::Busy)?;
        let read = self.collect(body, announced.unwrap_or_default().min(FREE));
        let (bytes, shared) = tokio::time::timeout(self.patience, read).await.map_err(|_| Unread::Incomplete)??;
        Ok(ReadBody { bytes, _request: request, _shared: shared })
    }

    async fn collect(&self, body: Body, expected: usize) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Unread> {
        let mut stream = body.into_data_stream();
        let mut bytes = BytesMut::with_capacity(expected);
        let mut shared: Option<OwnedSemaphorePermit> = None;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Unread::Incomplete)?;
            let length = bytes.len() + chunk.len();
            if length > LIMIT {
                return Err(Unread::TooLarge);
            }
            let needed = length.saturating_sub(FREE).div_ceil(1024);
            let held = shared.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            if let Some(more) = needed.checked_sub(held).filter(|more| *more > 0) {
                let more = u32::try_from(more).expect("the limit is far below 4 TiB");
                let more = self.shared.clone().try_acquire_many_owned(more).map_err(|_| Unread::Busy)?;
                match &mut shared {
                    Some(shared) => shared.merge(more),
                    None => shared = Some(more),
                }
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((bytes.freeze(), shared))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn chunks(size: usize, count: usize) -> Body {
        let chunk = Bytes::from(vec![b' '; size]);
        Body::from_stream(stream::iter((0..count).map(move |_| Ok::<_, Infallible>(chunk.clone()))))
    }

    #[tokio::test]
    async fn the_cap_holds_while_streaming_and_by_announcement() {
        let reader = BodyReader::new();
        let whole = reader.read(chunks(1024 * 1024, 25), None).await.unwrap();
        assert_eq!(whole.bytes.len(), LIMIT);
        assert_eq!(reader.read(chunks(1024 * 1024, 26), None).await.unwrap_err(), Unread::TooLarge);
        assert_eq!(reader.read(Body::empty(), Some(LIMIT + 1)).await.unwrap_err(), Unread::TooLarge);
        assert_eq!(reader.read(chunks(10, 1), Some(LIMIT)).await.unwrap().bytes.len(), 10);
    }

    #[tokio::test]
    async fn a_body_that_does_not_end_is_given_up() {
        let reader = BodyReader { patience: Duration::from_millis(10), ..BodyReader::new() };
        let begun = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]);
        let body = Body::from_stream(begun.chain(stream::pending()));
        assert_eq!(reader.read(body, Some(2)).await.unwrap_err(), Unread::Incomplete);
    }

    #[tokio::test]
    async fn many_large_bodies_at_once_are_turned_away_and_small_ones_still_pass() {
        let reader = BodyReader::new();
        let mut held = Vec::new();
        let turned_away = loop {
            match reader.read(chunks(1024 * 1024, 25), None).await {
                Ok(body) => held.push(body),
                Err(error) => break error,
            }
        };
        assert_eq!((turned_away, held.len()), (Unread::Busy, 5));
        reader.read(chunks(FREE, 1), None).await.unwrap();
        held.clear();
        reader.read(chunks(1024 * 1024, 25), None).await.unwrap();
    }
}
