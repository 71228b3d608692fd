//! Clients' connections: taken on until the server stops, and none is kept whose client takes its time over the head of a
//! request. A body is bounded where it is read; what nobody reads ends the connection.

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// For each head, and so for the silence before it. Longer than proxies keep a connection for its next request (one or two
/// minutes, mostly): closing it first would lose what they send just then.
const PATIENCE: Duration = Duration::from_secs(180);

/// Serves until `stopping`, and then finishes the requests that are under way.
pub(super) async fn serve(mut listener: TcpListener, router: Router, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some((io, peer)) = stopping.run_until_cancelled(Listener::accept(&mut listener)).await {
        connections.spawn(answer(io, peer, router.clone(), PATIENCE, stopping.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn answer<Io>(io: Io, peer: SocketAddr, router: Router, patience: Duration, stopping: CancellationToken)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let router = router.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    let mut connection = pin!(http.serve_connection(TokioIo::new(io), TowerToHyperService::new(router)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection broke off: {error}");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
        task::JoinHandle,
    };

    use super::*;

    const HEAD: &str = "GET / HTTP/1.1\r\nHost: seam.example.com\r\n";

    /// A client that has sent this and says no more, and its connection.
    async fn silent_after(
        said: &str,
        patience: Duration,
        stopping: &CancellationToken,
    ) -> (DuplexStream, JoinHandle<()>) {
        let (mut client, server) = tokio::io::duplex(4096);
        client.write_all(said.as_bytes()).await.unwrap();
        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        let peer = SocketAddr::from(([192, 0, 2, 1], 4000));
        (client, tokio::spawn(answer(server, peer, router, patience, stopping.clone())))
    }

    async fn told(client: &mut DuplexStream) -> String {
        let mut told = String::new();
        client.read_to_string(&mut told).await.unwrap();
        told
    }

    #[tokio::test]
    async fn half_a_head_is_not_waited_for_for_ever() {
        let (mut client, connection) = silent_after(HEAD, Duration::from_millis(10), &CancellationToken::new()).await;
        assert_eq!(told(&mut client).await, "");
        connection.await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_is_kept_after_an_answer_but_not_for_ever() {
        let request = format!("{HEAD}\r\n");
        let (mut client, connection) =
            silent_after(&request, Duration::from_millis(10), &CancellationToken::new()).await;
        let answer = told(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("192.0.2.1:4000"), "{answer}");
        assert!(!answer.contains("connection: close"), "{answer}");
        connection.await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_waits_for_its_next_request_holds_up_no_stop() {
        let stopping = CancellationToken::new();
        let request = format!("{HEAD}\r\n");
        let (mut client, connection) = silent_after(&request, Duration::from_secs(3600), &stopping).await;
        let mut begun = [0; 15];
        client.read_exact(&mut begun).await.unwrap();
        assert_eq!(&begun, b"HTTP/1.1 200 OK");
        stopping.cancel();
        assert!(told(&mut client).await.ends_with("192.0.2.1:4000"));
        connection.await.unwrap();
    }
}
