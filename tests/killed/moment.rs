//! When a process is killed.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    fake_github::fake::FakeGitHub,
    support::{process::Process, random::Random},
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// So long after it was started: perhaps before it listens.
    After(Duration),
    /// As soon as it has answered so many deliveries.
    Answers(usize),
    /// As soon as so many of its calls have reached GitHub.
    Calls(usize),
    /// As soon as so many of its writes have reached GitHub: it has hardly the time to hear of the last one.
    Writes(usize),
}

/// A moment that does not come is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(3);
/// What Seam writes: check runs, reviews, replies, resolved threads. Tokens are no effects.
const WRITES: [&str; 3] = ["POST /repos/", "PATCH /repos/", "POST /graphql resolveReviewThread"];

impl Moment {
    pub(super) fn any(random: &mut Random) -> Self {
        match random.below(8) {
            0 => Self::After(Duration::from_millis(random.below(1_500) as u64)),
            1 => Self::Answers(1 + random.below(6)),
            2 | 3 => Self::Calls(1 + random.below(60)),
            _ => Self::Writes(1 + random.below(8)),
        }
    }

    /// Returns when it has come.
    pub(super) async fn come(self, fake: &FakeGitHub, process: &mut Process) {
        let (begun, before) = (Instant::now(), self.count(fake));
        let wait = if let Self::After(time) = self { time } else { PATIENCE };
        let enough = match self {
            Self::After(_) => usize::MAX,
            Self::Answers(enough) | Self::Calls(enough) | Self::Writes(enough) => before + enough,
        };
        while begun.elapsed() < wait && self.count(fake) < enough {
            process.still_runs();
            sleep(Duration::from_millis(1)).await;
        }
    }

    fn count(self, fake: &FakeGitHub) -> usize {
        match self {
            Self::After(_) => 0,
            Self::Answers(_) => fake.world().deliveries.iter().filter(|one| one.answered.is_some()).count(),
            Self::Calls(_) => fake.shared.journal().arrived.len(),
            Self::Writes(_) => writes(fake),
        }
    }
}

fn writes(fake: &FakeGitHub) -> usize {
    let is_write = |call: &&String| WRITES.iter().any(|write| call.starts_with(write));
    fake.shared.journal().arrived.iter().filter(is_write).count()
}
