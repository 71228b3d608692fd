//! A running server: from a push, as GitHub tells of it, to the posted review.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    fake_github::{
        acts::{pull::Pull, repo::Repo},
        fake::FakeGitHub,
        git_repository::Commit,
        official,
        post::Receiver,
    },
    process,
    sample::File,
    server::Server,
    times::Times,
};

/// How often to look whether the review is there: a look costs nothing next to a review.
const LOOK: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(60);
/// Pushes to one pull request: it does not stay open for ever.
const PUSHES: usize = 10;

/// A GitHub with one repository, and Seam that has reviewed in it before.
pub(crate) struct Warm {
    github: FakeGitHub,
    server: Server,
    shop: Repo,
    pulls: usize,
}

impl Warm {
    pub(crate) async fn start(data_dir: &Path, files: usize) -> Self {
        official::CHECKS_NOTHING.store(true, std::sync::atomic::Ordering::Relaxed);
        let github = FakeGitHub::start(seam::telemetry::clock::Clock::System).await;
        github.without_limits();
        let server = Server::start(&github, data_dir).await;
        github.send_webhooks_to(Receiver::Url(format!("{}/webhooks/github", server.address)));
        let shop = github.repository("octo/shop", [("README.md", "# Shop\n")]);
        let all = (0..files).map(File::of);
        shop.commit("main", all.fold(Commit::new(), |commit, file| commit.write(&file.path, file.text())));
        Self { github, server, shop, pulls: 0 }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Reviews of a change of some files, on pull requests that are open already.
    pub(crate) async fn measure(&mut self, files: usize, runs: usize) {
        // The first pull request fetches what all others have in common.
        self.open(files).await;
        let cpu = process::cpu(self.server.id());
        let asked = self.github.asked("").len();
        let times = Times::from(self.review(files, runs).await);
        let opened = runs.div_ceil(PUSHES);
        let reviews = (runs + opened) as f64;
        let cpu = (process::cpu(self.server.id()) - cpu).as_secs_f64() * 1e3 / reviews;
        let asked = (self.github.asked("").len() - asked) as f64 / reviews;
        let change = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        println!(
            "{:<44} {:>9.1} {:>9.1} {cpu:>9.1} {asked:>9.1}",
            format!("push of {change} to posted review"),
            times.millis(0.5),
            times.millis(0.95),
        );
    }

    /// Pushes to pull requests, each reviewed before the next.
    pub(crate) async fn review(&mut self, files: usize, runs: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        while times.len() < runs {
            let pull = self.open(files).await;
            for push in 2..2 + PUSHES.min(runs - times.len()) {
                let comments = pull.now().review_comments.len();
                let head = self.shop.git().commit(&[&pull.head()], change(self.pulls, files, push));
                let start = Instant::now();
                self.shop.point(&pull.now().head_ref, &head).await;
                posted(&pull).await;
                times.push(start.elapsed());
                assert!(pull.now().review_comments.len() > comments, "nothing was said:\n{}", pull.shown());
            }
            pull.close().await;
        }
        times
    }

    async fn open(&mut self, files: usize) -> Pull {
        self.pulls += 1;
        let pull = self.shop.open_pull(&format!("topic-{}", self.pulls), change(self.pulls, files, 1)).await;
        posted(&pull).await;
        pull
    }
}

/// What a push to a pull request changes: in each file one function more, with something to say about it.
fn change(pull: usize, files: usize, changes: usize) -> Commit {
    let all = (0..files).map(File::of);
    all.fold(Commit::new(), |commit, file| commit.write(&file.path, file.changed(pull, changes)))
}

/// Waits for the check run of the head, which comes last.
async fn posted(pull: &Pull) {
    let start = Instant::now();
    while !pull.check_runs().iter().any(|run| run.status == "completed") {
        assert!(start.elapsed() < PATIENCE, "not reviewed in time:\n{}", pull.shown());
        tokio::time::sleep(LOOK).await;
    }
}
