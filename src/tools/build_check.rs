//! Runs the operator's command on the base and on each slice with what lies below it, in the sandbox.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use crate::{
    config::split_check::SplitCheck,
    domain::plan::{Plan, PlanProblem},
    git::prefixes::Prefixes,
    sandbox::{
        folder::WorkFolder,
        job::{Job, Limits},
        runner::{End, Ran, Sandbox},
    },
    split::build::{self, Built, words},
};

/// Runs of one plan at most, and their time together in times of one.
const MAX_RUNS: usize = 20;
const MAX_TIMES: u32 = 4;

/// A command, and where it is run. Clones take turns.
#[derive(Clone, Debug)]
pub struct BuildCheck {
    sandbox: Sandbox,
    check: SplitCheck,
    /// Where folders are made for it.
    folder: PathBuf,
    turn: Arc<Semaphore>,
}

impl BuildCheck {
    /// `folder`: where folders are made for it.
    pub fn new(sandbox: Sandbox, check: SplitCheck, folder: PathBuf) -> Self {
        Self { sandbox, check, folder, turn: Arc::new(Semaphore::new(1)) }
    }

    /// What is to be said of the plan; what could not be run is said too, as where another plan has the turn: whoever may ask for
    /// plans must not be able to use up the machine. Ends early when `stop` says so. Blocks.
    pub fn run(&self, plan: &Plan, prefixes: &Prefixes, stop: &dyn Fn() -> bool) -> Vec<PlanProblem> {
        let Ok(_turn) = self.turn.try_acquire() else {
            return self.not_run(plan, "another plan is being built here; ask again when that is done".to_owned());
        };
        let mut series = Series { check: self, prefixes, stop, left: self.check.timeout * MAX_TIMES, done: Vec::new() };
        let base = series.built(None);
        let mut slices = Vec::new();
        if base == Built::Passes {
            slices.extend((0..plan.slices.len()).map(|slice| series.built(Some(slice))));
        }
        build::problems(plan, &self.command(), &base, &slices)
    }

    /// As a person would write it.
    fn command(&self) -> String {
        self.check.command.join(" ")
    }

    /// What is to be said where there is nothing to run it on.
    pub fn not_run(&self, plan: &Plan, why: String) -> Vec<PlanProblem> {
        build::problems(plan, &self.command(), &Built::NotRun(why), &[])
    }
}

/// The runs of one plan.
struct Series<'a> {
    check: &'a BuildCheck,
    prefixes: &'a Prefixes,
    stop: &'a dyn Fn() -> bool,
    left: Duration,
    /// Which were run, and how they ended.
    done: Vec<(Option<usize>, Built)>,
}

impl Series<'_> {
    fn built(&mut self, slice: Option<usize>) -> Built {
        if (self.stop)() {
            return Self::stopped();
        }
        if let Some((_, built)) = self.done.iter().find(|(done, _)| self.prefixes.are_same(*done, slice)) {
            return built.clone();
        }
        if self.done.len() == MAX_RUNS {
            return Built::NotRun(format!("{MAX_RUNS} runs are made for one plan"));
        }
        if self.left.is_zero() {
            return Self::out_of_time();
        }
        let started = Instant::now();
        let built = match self.ran(slice) {
            Ok(ran) => self.judged(ran),
            Err(error) => Built::NotRun(format!("{error:#}")),
        };
        self.left = self.left.saturating_sub(started.elapsed());
        self.done.push((slice, built.clone()));
        built
    }

    fn ran(&self, slice: Option<usize>) -> anyhow::Result<Ran> {
        let BuildCheck { sandbox, check, folder, .. } = self.check;
        Sandbox::available()?;
        let folder = WorkFolder::new(folder)?;
        self.prefixes.lay_out(slice, &folder.files(), self.stop)?;
        if (self.stop)() {
            return Ok(Ran { end: End::Stopped, output: String::new() });
        }
        let limits = Limits { time: self.time(), memory: check.memory, ..Limits::default() };
        let SplitCheck { command, paths, variables, .. } = check;
        Ok(sandbox.run(&Job { command, folder: &folder, paths, variables, limits }, self.stop)?)
    }

    fn time(&self) -> Duration {
        self.check.check.timeout.min(self.left)
    }

    fn out_of_time() -> Built {
        Built::NotRun("the time for all of them was up".to_owned())
    }

    fn stopped() -> Built {
        Built::NotRun("it was stopped".to_owned())
    }

    fn judged(&self, Ran { end, output }: Ran) -> Built {
        let how = match end {
            End::Exit(0) => return Built::Passes,
            End::Stopped => return Self::stopped(),
            // It was given less than its own time.
            End::TooLong if self.left < self.check.check.timeout => return Self::out_of_time(),
            End::NoMemoryLeft => return Built::NotRun("the memory of this machine was nearly used up".to_owned()),
            End::Exit(code) => format!("exit code {code}"),
            End::TooLong => format!("it took longer than {} s", self.time().as_secs()),
            End::TooMuchMemory => format!("it took more than {} MB of memory", self.check.check.memory >> 20),
            End::TooMuchDisk => "it wrote more than it may".to_owned(),
            End::TooManyTasks => "it started more processes than it may".to_owned(),
        };
        Built::Fails(words(&how, &output))
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, fs, path::Path};

    use super::*;
    use crate::{
        change::assemble,
        config::split_check::{DEFAULT_MEMORY, DEFAULT_TIMEOUT},
        git::work_tree::{Head, WorkTree},
    };

    fn check(folder: &Path) -> BuildCheck {
        let command = vec!["make".to_owned()];
        let (paths, variables) = (Vec::new(), Vec::new());
        let check = SplitCheck { command, paths, variables, timeout: DEFAULT_TIMEOUT, memory: DEFAULT_MEMORY };
        BuildCheck::new(Sandbox::by("/nowhere"), check, folder.join("checks"))
    }

    /// Of nothing.
    fn prefixes(folder: &Path) -> Prefixes {
        gix::init(folder).unwrap();
        let tree = WorkTree::discover(folder, assemble::Limits::default()).unwrap();
        let base = tree.default_base().unwrap();
        let change = tree.changes(&base, &Head::WorkTree).unwrap();
        tree.prefixes(&base, &change, &[]).unwrap()
    }

    fn said(problems: &[PlanProblem]) -> String {
        problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn one_plan_is_built_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let (check, prefixes, plan) = (check(folder.path()), prefixes(folder.path()), Plan::of(Vec::new()));
        let stopped = || check.run(&plan, &prefixes, &|| true);
        let meanwhile = RefCell::new(Vec::new());
        let stop = || {
            meanwhile.replace(check.clone().run(&plan, &prefixes, &|| true));
            true
        };
        let first = check.run(&plan, &prefixes, &stop);
        insta::assert_snapshot!([said(&first), said(&meanwhile.borrow()), said(&stopped())].join("\n"), @"
        `make` was not run: it was stopped
        `make` was not run: another plan is being built here; ask again when that is done
        `make` was not run: it was stopped
        ");
    }

    #[test]
    fn after_a_stop_nothing_is_begun() {
        let folder = tempfile::tempdir().unwrap();
        let (check, prefixes) = (check(folder.path()), prefixes(folder.path()));
        check.run(&Plan::of(Vec::new()), &prefixes, &|| true);
        assert!(!fs::exists(folder.path().join("checks")).unwrap());
    }
}
