//! Bad input: thousands of mutated deliveries, the same ones every time.

use std::{collections::BTreeMap, env, fs, process::Command};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Request},
};
use futures_util::{StreamExt as _, stream};
use seam::{domain::ids::DeliveryId, store::delivery};
use serde_json::json;

use super::sender::{SECRET, Sender, sign};
use crate::support::{database::TestDatabase, random::Random};

const DELIVERIES: u64 = 10_000;
const AT_ONCE: usize = 64;

/// In a process of its own, because its memory is measured.
#[test]
fn mutated_deliveries_are_accepted_or_refused_and_nothing_else() {
    let ran = Command::new(env::current_exe().unwrap())
        .args(["--exact", "webhook::fuzz::in_a_process_of_its_own", "--ignored", "--nocapture"])
        // glibc gives back what is free: what stays is in use.
        .env("MALLOC_ARENA_MAX", "1")
        .env("MALLOC_TRIM_THRESHOLD_", "65536")
        .env("MALLOC_MMAP_THRESHOLD_", "65536")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&ran.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above"]
async fn in_a_process_of_its_own() {
    let database = TestDatabase::sqlite();
    let db = database.connect().await;
    let sender = Sender::new(db.clone());
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let mut memory = Vec::new();
    for round in 0..4 {
        let numbers = round * DELIVERIES / 4..(round + 1) * DELIVERIES / 4;
        let mut answers = stream::iter(numbers)
            .map(|number| {
                let sender = &sender;
                async move {
                    let request = Mutator::new(number).request(number);
                    let id = request.headers().get("x-github-delivery").cloned();
                    (number, id, sender.send(request).await)
                }
            })
            .buffer_unordered(AT_ONCE);
        while let Some((number, id, (status, body))) = answers.next().await {
            assert!(status == 202 || status == 200 || status.is_client_error(), "{number}: {status} {body}");
            if status == 202 {
                let id = DeliveryId(id.unwrap().to_str().unwrap().to_owned());
                assert!(delivery::get(&db, &id).await.unwrap().is_some(), "{number}: answered 202 and not there");
            }
            *statuses.entry(status.as_u16()).or_default() += 1;
        }
        memory.push(resident_kib());
    }
    println!("{statuses:?}, resident KiB after each quarter: {memory:?}");
    // Less than a KiB for each delivery of the second half.
    assert!(memory[3] < memory[1] + 4 * 1024, "memory grows: {memory:?}");
    for status in [202, 400, 401] {
        assert!(statuses[&status] > DELIVERIES / 50, "hardly ever {status}: the mutations are one-sided: {statuses:?}");
    }
}

fn resident_kib() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4
}

/// The same delivery for the same number.
struct Mutator(Random);

impl Mutator {
    fn new(number: u64) -> Self {
        Self(Random::new(number))
    }

    fn request(&mut self, number: u64) -> Request<Body> {
        let (event, body) = self.delivery();
        let body = self.mutated(body);
        let mut request = Sender::request(&format!("fuzz-{number}"), event, body.clone());
        while self.0.one_in(6) {
            self.mutate_header(&mut request);
        }
        if self.0.one_in(8) {
            let spoilt = sign(SECRET, &body).replace(self.0.pick(&['0', '5', 'a', 'f']), "e");
            request.headers_mut().insert("x-hub-signature-256", spoilt.parse().unwrap());
        }
        request
    }

    fn mutate_header(&mut self, request: &mut Request<Body>) {
        let name = self.0.pick(&[
            "x-github-event",
            "x-github-delivery",
            "x-hub-signature-256",
            "content-length",
            "content-type",
        ]);
        let name = HeaderName::from_static(name);
        let length = self.0.pick(&[0, 1, 70, 71, 72, 5_000]);
        let value = match self.0.below(5) {
            0 => {
                request.headers_mut().remove(name);
                return;
            }
            1 => HeaderValue::from_bytes(&vec![0xff; length]).unwrap(),
            2 => HeaderValue::from_bytes(&vec![b'a'; length]).unwrap(),
            3 => HeaderValue::from_static("sha256=' or 1=1 -- \"\\u0000"),
            _ => HeaderValue::from(self.0.next()),
        };
        request.headers_mut().insert(name, value);
    }

    fn delivery(&mut self) -> (&'static str, Vec<u8>) {
        let sha = "ab12".repeat(10);
        let common = json!({
            "action": self.0.pick(&["created", "opened", "synchronize", "resolved", "requested_action"]),
            "installation": { "id": 3, "account": { "id": 2, "login": "octo-org", "type": "Organization" } },
            "repository": { "id": 5, "full_name": "octo-org/app", "private": false, "default_branch": "main" },
            "sender": { "id": 7, "login": "octocat", "type": "User" },
            "ref": "refs/heads/main", "before": sha, "after": sha, "created": false, "deleted": false, "forced": true,
            "pull_request": { "number": 1, "draft": false, "head": { "ref": "x", "sha": sha }, "base": { "ref": "main", "sha": sha } },
            "changes": { "base": { "ref": { "from": "old" } }, "body": { "from": "before" } },
            "issue": { "number": 12, "pull_request": { "url": "https://api.example.com" } },
            "comment": { "id": 9, "body": "/seam review", "user": { "id": 7, "login": "octocat" }, "in_reply_to_id": 4 },
            "review": { "id": 10, "body": null, "user": null },
            "thread": { "node_id": "PRRT_1", "comments": [{ "id": 9 }] },
            "check_run": { "id": 11, "head_sha": sha, "app": { "id": 1 }, "check_suite": { "head_branch": "x" }, "pull_requests": [] },
            "check_suite": { "head_sha": sha, "head_branch": null, "app": { "id": 1 }, "pull_requests": [{ "number": 1 }] },
            "requested_action": { "identifier": "again" },
            "merge_group": { "head_sha": sha },
            "repositories": [{ "id": 5, "full_name": "octo-org/app" }],
            "repositories_added": [], "repositories_removed": null,
        });
        let event = self.0.pick(&[
            "push",
            "pull_request",
            "issue_comment",
            "pull_request_review",
            "pull_request_review_comment",
            "pull_request_review_thread",
            "check_run",
            "check_suite",
            "installation",
            "installation_repositories",
            "repository",
            "merge_group",
            "ping",
            "star",
            "sponsorship",
        ]);
        (event, common.to_string().into_bytes())
    }

    fn mutated(&mut self, mut body: Vec<u8>) -> Vec<u8> {
        let text_values: [&[u8]; 12] = [
            b"null",
            b"-1",
            b"1e999",
            b"99999999999999999999",
            b"\"\\u0000\"",
            b"\"\\ud800\"",
            b"[[]]",
            b"{\"id\":{}}",
            b"\"\"",
            b"true",
            b"\"\xff\xfe\"",
            b"\"\xe2\x80\xae../../etc/passwd\"",
        ];
        for _ in 0..self.0.below(4) {
            let at = self.0.below(body.len() + 1);
            match self.0.below(9) {
                0 if at < body.len() => body[at] ^= 1 << self.0.below(8),
                1 => body.truncate(at),
                2 => body.insert(at, self.0.next() as u8),
                3 => {
                    let deep = self.0.pick(&[10, 130, 5_000, 100_000]);
                    let bracket = self.0.pick(b"[{");
                    body.splice(at..at, std::iter::repeat_n(bracket, deep));
                }
                4 => {
                    let deep = self.0.pick(&[1, 127, 128, 3_000]);
                    let value = format!("{}0{}", "[".repeat(deep), "]".repeat(deep));
                    self.replace_value(&mut body, value.as_bytes());
                }
                5 => {
                    let long = format!("\"{}\"", "x".repeat(self.0.pick(&[300, 70_000, 300_000])));
                    self.replace_value(&mut body, long.as_bytes());
                }
                6 => {
                    let end = (at + self.0.below(200)).min(body.len());
                    let piece = body[at..end].to_vec();
                    body.splice(at..at, piece);
                }
                _ => {
                    let value = self.0.pick(&text_values);
                    self.replace_value(&mut body, value);
                }
            }
        }
        body
    }

    /// Puts another value behind one of the colons.
    fn replace_value(&mut self, body: &mut Vec<u8>, value: &[u8]) {
        let colons: Vec<usize> = body.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at).collect();
        if colons.is_empty() {
            return;
        }
        let start = self.0.pick(&colons) + 1;
        let end =
            body[start..].iter().position(|byte| matches!(byte, b',' | b'}')).map_or(body.len(), |end| start + end);
        body.splice(start..end, value.iter().copied());
    }
}
