//! GitHub, as many connections as wanted.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep_until,
};

use crate::{payload::pull_request, server::SECRET};

/// A body, and the request around it but for the delivery's id.
pub(crate) struct Signed {
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Signed {
    pub(crate) fn pull_request(number: usize) -> Self {
        let body = serde_json::to_vec(&pull_request(number)).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(&body);
        let head = format!(
            "POST /webhooks/github HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: GitHub-Hookshot/bench\r\n\
            Content-Type: application/json\r\nContent-Length: {}\r\nX-GitHub-Event: pull_request\r\n\
            X-Hub-Signature-256: sha256={}\r\nX-GitHub-Delivery: ",
            body.len(),
            hex::encode(mac.finalize().into_bytes()),
        );
        Self { head, body }
    }
}

#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: String,
    pub(crate) bodies: Arc<Vec<Signed>>,
    /// Numbers the deliveries.
    pub(crate) sent: Arc<AtomicU64>,
    pub(crate) connections: usize,
    /// Deliveries a second over all connections; as many as are answered where it is not said.
    pub(crate) pace: Option<u64>,
}

impl Load {
    /// The time that each delivery took, from when it was to be sent to its 202.
    pub(crate) async fn run(&self, time: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let connections: Vec<_> = (0..self.connections)
            .map(|number| {
                let load = self.clone();
                tokio::spawn(async move { load.run_connection(number, start, start + time).await })
            })
            .collect();
        let mut latencies = Vec::new();
        for connection in connections {
            latencies.extend(connection.await.unwrap());
        }
        latencies
    }

    async fn run_connection(&self, number: usize, start: Instant, end: Instant) -> Vec<Duration> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut latencies = Vec::new();
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        for round in 0.. {
            let due = match self.pace {
                None => Instant::now(),
                Some(pace) => {
                    let before = (round * self.connections + number) as f64 / pace as f64;
                    start + Duration::from_secs_f64(before)
                }
            };
            if due >= end {
                break;
            }
            sleep_until(due.into()).await;
            let id = self.sent.fetch_add(1, Ordering::Relaxed);
            let signed = &self.bodies[id as usize * 31 % self.bodies.len()];
            request.clear();
            request.extend_from_slice(signed.head.as_bytes());
            let mut rest = String::new();
            write!(rest, "{:08x}-b3a1-11ef-9c1d-{:012x}\r\n\r\n", id.wrapping_mul(2_654_435_761) as u32, id).unwrap();
            request.extend_from_slice(rest.as_bytes());
            request.extend_from_slice(&signed.body);
            stream.write_all(&request).await.unwrap();
            read_accepted(&mut stream, &mut answer).await;
            latencies.push(due.elapsed());
        }
        latencies
    }
}

/// Reads one answer: its head, and as much after it as the head announces.
async fn read_accepted(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    loop {
        assert!(stream.read_buf(answer).await.unwrap() > 0, "the server hung up");
        if let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n")
            && answer.len() >= head + 4 + announced(&answer[..head])
        {
            break;
        }
    }
    assert!(answer.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(answer));
}

/// `Content-Length`.
fn announced(head: &[u8]) -> usize {
    let head = str::from_utf8(head).unwrap();
    let named = |line: &str| line.get(..15).is_some_and(|name| name.eq_ignore_ascii_case("content-length:"));
    head.lines().find(|line| named(line)).map_or(0, |line| line[15..].trim().parse().unwrap())
}
