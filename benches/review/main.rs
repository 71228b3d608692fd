//! `cargo bench --bench review`: how long a review takes, and what it costs.
//!
//! - cold: `seam review` of 1 and of 500 changed files, a new process each time, beside `git diff` of the same change;
//! - warm: a running `seam serve`, from a push to the posted review, against a GitHub in memory that answers at once;
//! - memory: what `seam serve` holds when it has just started, and after 1,000 reviews.
//!
//! Options: `-- --only cold,warm,memory`, `--runs 100`, `--reviews 1000`, `--repository PATH --base REV --head REV` (a real
//! change for cold).

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where something is wrong")]

mod cold;
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../../tests/fake_github/mod.rs"]
mod fake_github;
#[path = "../common/process.rs"]
mod process;
mod sample;
mod server;
#[expect(dead_code, reason = "another bench uses the rest")]
#[path = "../common/times.rs"]
mod times;
mod warm;

use std::{env, time::Duration};

use crate::{cold::Real, warm::Warm};

/// Files of the repository.
const FILES: usize = 1_000;
/// From start to when what starting took is given back.
const IDLE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Options {
    only: Option<String>,
    runs: Option<usize>,
    reviews: Option<usize>,
    real: Option<Real>,
}

#[tokio::main]
async fn main() {
    let options = Options::from_arguments();
    let runs = options.runs.unwrap_or(100);
    println!("{} cores; a repository of {FILES} files", std::thread::available_parallelism().unwrap());
    if options.is_wanted("cold") {
        cold::measure(FILES, runs, options.real.as_ref());
    }
    if options.is_wanted("warm") {
        println!("{:<44} {:>9} {:>9} {:>9} {:>9}", "a running server", "p50 ms", "p95 ms", "CPU ms", "requests");
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut warm = Warm::start(folder.path(), FILES).await;
        warm.measure(1, runs).await;
        warm.measure(500, runs.div_ceil(10)).await;
    }
    if options.is_wanted("memory") {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut warm = Warm::start(folder.path(), FILES).await;
        tokio::time::sleep(IDLE).await;
        let resident = |warm: &Warm| process::resident(warm.server().id());
        println!("memory when idle: {:.1} MB", resident(&warm));
        let reviews = options.reviews.unwrap_or(1_000);
        warm.review(1, reviews).await;
        let peak = process::peak_resident(warm.server().id());
        println!("memory after {reviews} reviews: {:.1} MB (at its peak {peak:.1} MB)", resident(&warm));
    }
}

impl Options {
    fn from_arguments() -> Self {
        let mut options = Self::default();
        let (mut repository, mut base, mut head) = (None, None, None);
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().expect("the option has a value");
            match argument.as_str() {
                "--only" => options.only = Some(value()),
                "--runs" => options.runs = Some(value().parse().unwrap()),
                "--reviews" => options.reviews = Some(value().parse().unwrap()),
                "--repository" => repository = Some(value()),
                "--base" => base = Some(value()),
                "--head" => head = Some(value()),
                // What cargo adds.
                "--bench" => {}
                other => panic!("unknown option {other}"),
            }
        }
        options.real = repository.zip(base).zip(head).map(|((repository, base), head)| Real { repository, base, head });
        options
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only.split(',').any(|one| one == name))
    }
}
