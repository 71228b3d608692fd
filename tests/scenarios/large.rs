//! Big changes, reviewed by the real program: its memory stays small, and every file is accounted for.

use std::{fmt::Write as _, time::Duration};

use seam::telemetry::clock::Clock;
use tokio::time::{Instant, sleep};

use super::EVAL;
use crate::{
    fake_github::{acts::pull::Pull, fake::FakeGitHub, git_repository::Commit, post::Receiver},
    support::{database::TestDatabase, process::Process},
};

const MAX_RESIDENT_KIB: u64 = 300 * 1024;
const FILES: usize = 5_000;
const LINES: usize = 60_000;
const PATIENCE: Duration = Duration::from_secs(600);

/// A module of some 60 lines; `edition` is on one of them.
fn module(number: usize, edition: usize) -> String {
    let mut text = format!("\"\"\"Prices of shelf {number}.\"\"\"\n\nEDITION = {edition}\n");
    for shelf in 0..14 {
        write!(text, "\n\ndef price_{shelf}(quantity):\n    return quantity * {number} + {shelf}\n").unwrap();
    }
    text
}

/// Rows of data; `edition` is on every third of them.
fn table(edition: usize) -> String {
    (0..LINES).fold("ROWS = [\n".to_owned(), |mut text, line| {
        writeln!(text, "    ({line}, {}),", if line % 3 == 0 { edition } else { 0 }).unwrap();
        text
    }) + "]\n"
}

/// One file less than there are to be.
fn modules(edition: usize) -> Commit {
    (1..FILES).fold(Commit::new(), |commit, number| {
        commit.write(&format!("shop/{}/shelf_{number}.py", number % 90), module(number, edition))
    })
}

/// What the check run says in its first line, once there is one.
async fn reviewed(pull: &Pull, process: &mut Process) -> String {
    let begun = Instant::now();
    loop {
        if let Some(run) = pull.check_runs().into_iter().find(|run| run.status == "completed") {
            let summary = run.summary.unwrap_or_default();
            return format!("{}: {}", run.title.unwrap_or_default(), summary.lines().next().unwrap_or_default());
        }
        assert!(begun.elapsed() < PATIENCE, "no review within {PATIENCE:?}");
        process.still_runs();
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn big_changes_stay_below_300_mb() {
    let (database, data_dir) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let mut fake = FakeGitHub::start(Clock::System).await;
    fake.deliver_by_itself();
    let shop = fake.repository("octo/shop", []);
    shop.commit("main", modules(1).write("shop/rows.py", table(1)));
    let mut process = Process::start(&fake, &database.url, data_dir.path());
    fake.send_webhooks_to(Receiver::Url(process.listening().await.unwrap()));
    let idle = process.peak_memory();

    let pull = shop.open_pull("prices", modules(2).write("shop/zones.py", EVAL)).await;
    insta::assert_snapshot!(reviewed(&pull, &mut process).await, @"1 error: 5000 files changed: 5000 reviewed.");
    let files = process.peak_memory();
    let pull = shop.open_pull("rows", [("shop/rows.py", table(2).as_str()), ("shop/more.py", table(3).as_str())]).await;
    insta::assert_snapshot!(reviewed(&pull, &mut process).await, @"No problems found: 2 files changed: 2 reviewed.");
    let lines = process.peak_memory();
    println!("KiB resident at most: {idle} idle, {files} after {FILES} files, {lines} after {LINES} lines");
    assert!(files.max(lines) < MAX_RESIDENT_KIB, "{files} KiB after {FILES} files, {lines} KiB after {LINES} lines");
}
