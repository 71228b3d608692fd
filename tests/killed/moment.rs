//! When a process is killed.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    fake_github::{fake::FakeGitHub, faults::Fault},
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
    /// Once this write is done, and before it can hear of it: the moment that an effect is looked for afterwards.
    Unheard(&'static str),
}

/// A moment that does not come is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A process can do nothing in less.
const BLINK: Duration = Duration::from_micros(100);

const WRITES: [&str; 4] = [
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
    "POST /repos/{owner}/{repo}/check-runs",
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
    "POST /graphql resolveReviewThread",
];

impl Moment {
    /// The lives of one run end in every way; chance decides when.
    pub(super) fn some(random: &mut Random, life: usize) -> Self {
        match life % 6 {
            0 => Self::Unheard(WRITES[0]),
            1 => Self::Answers(1 + random.below(9)),
            2 => Self::Unheard(random.pick(&WRITES)),
            3 => Self::Calls(1 + random.below(60)),
            4 => Self::Answers(1 + random.below(3)),
            _ => Self::After(Duration::from_millis(random.below(2_500) as u64)),
        }
    }

    /// Blocks this thread until it has come: a look every millisecond would come too late.
    pub(super) fn wait(self, fake: &FakeGitHub, process: &mut Process) {
        let begun = Instant::now();
        let (calls, deliveries) = (fake.shared.journal().arrived.len(), fake.world().deliveries.len());
        if let Self::Unheard(write) = self {
            fake.fail_next(write, Fault::HangAfterWork, 1);
        }
        let has_come = || match self {
            Self::After(time) => begun.elapsed() >= time,
            Self::Answers(enough) => {
                let world = fake.world();
                world.deliveries[deliveries..].iter().filter(|one| one.answered.is_some()).count() >= enough
            }
            Self::Calls(enough) => fake.shared.journal().arrived.len() >= calls + enough,
            Self::Unheard(_) => fake.shared.faults().unmet().is_empty(),
        };
        while begun.elapsed() < PATIENCE && !has_come() {
            process.still_runs();
            sleep(BLINK);
        }
        fake.shared.faults().forget();
    }
}
