//! Checks a plan, whoever made or edited it: that it is whole, that its order holds, how large its slices are, whether code
//! comes with tests, what the review found in it. The proof by trees is the git room's part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    atoms,
    layers::{self},
    place::{Place, Role},
    reasons::listed,
};
use crate::{
    change::{
        change_set::{ChangeSet, FileChange, RepoPath},
        contents::Contents,
        tree_edit::TreeEdit,
    },
    domain::{
        finding::{Finding, Severity},
        plan::{Plan, PlanCheck, PlanProblem, Slice, SliceId, Stacking, Validation},
    },
    review::markdown::quoted,
};

/// What a slice may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeRules {
    pub max_files: usize,
    /// Of what its files weigh in the head, all together.
    pub max_size_mb: u64,
}

impl Default for SizeRules {
    fn default() -> Self {
        Self { max_files: 30, max_size_mb: 10 }
    }
}

/// A plan that was looked at.
#[derive(Clone, Debug)]
pub struct Checked {
    pub problems: Vec<PlanProblem>,
    /// What each slice changes, for the proof; `None` when the plan does not fit the change.
    pub layers: Option<Vec<Vec<TreeEdit>>>,
}

impl Checked {
    /// What is said of the plan. `tree`: the head's tree, where the layers gave it; else why they did not.
    pub fn proved(mut self, tree: Result<String, String>) -> Validation {
        let tree = match tree {
            Ok(tree) => Some(tree),
            Err(why) if self.layers.is_some() => {
                self.problems.push(problem(PlanCheck::TreeProof, Severity::Error, None, why));
                None
            }
            Err(_) => None,
        };
        Validation::of(self.problems, tree)
    }
}

/// Checks a plan against its change. `findings` are of the review of the head; none where it was not reviewed.
pub fn check(plan: &Plan, set: &ChangeSet, contents: &dyn Contents, sizes: SizeRules, findings: &[Finding]) -> Checked {
    let mut problems = Vec::new();
    let layers = match layers::of(plan, set, contents) {
        Ok(layers) => Some(layers),
        Err(misfit) => {
            problems.push(problem(PlanCheck::Completeness, Severity::Error, None, misfit.to_string()));
            None
        }
    };
    let files: HashMap<String, &FileChange> = set.files.iter().map(|file| (file.path.display(), file)).collect();
    order(plan, &mut problems);
    apart(plan, set, contents, &mut problems);
    for slice in &plan.slices {
        size(slice, &files, sizes, &mut problems);
        tests(slice, &mut problems);
        reviewed(slice, findings, &mut problems);
    }
    Checked { problems, layers }
}

fn problem(check: PlanCheck, severity: Severity, slice: Option<&SliceId>, message: String) -> PlanProblem {
    PlanProblem { check, severity, slice: slice.cloned(), message }
}

/// Names are given once, and whatever a slice needs lies below it.
fn order(plan: &Plan, problems: &mut Vec<PlanProblem>) {
    for slice in &plan.slices {
        let awaited = plan.awaited(slice).into_iter().filter(|needed| !is_missed(needed, slice));
        let awaited: Vec<String> = awaited.map(|needed| needed.id.to_string()).collect();
        if awaited.is_empty() {
            continue;
        }
        let (severity, message) = match plan.stacking {
            Stacking::Independent => {
                (Severity::Warning, format!("it needs {}, to be merged before it", listed(&awaited)))
            }
            _ => (Severity::Error, format!("it needs {}, and does not stand on it", listed(&awaited))),
        };
        problems.push(problem(PlanCheck::ConflictCheck, severity, Some(&slice.id), message));
    }
    let mut error =
        |check, slice: &Slice, message| problems.push(problem(check, Severity::Error, Some(&slice.id), message));
    let mut branches = BTreeSet::new();
    for (at, slice) in plan.slices.iter().enumerate() {
        let before = &plan.slices[..at];
        if before.iter().any(|other| other.id == slice.id) {
            error(PlanCheck::Completeness, slice, format!("two slices are called {}", slice.id));
        }
        if !branches.insert(&slice.branch) {
            error(PlanCheck::Completeness, slice, format!("two slices have the branch {}", slice.branch));
        }
        if slice.files.is_empty() {
            error(PlanCheck::Completeness, slice, "it holds no file; remove it".to_owned());
        }
        if let Some(on) = slice.stands_on.as_ref().filter(|on| !before.iter().any(|other| other.id == **on)) {
            error(PlanCheck::ConflictCheck, slice, format!("it stands on {on}, which does not come before it"));
        }
        let below = plan.below(slice);
        for needed in slice.depends_on.iter().filter(|needed| plan.slice(needed).is_none()) {
            error(PlanCheck::ConflictCheck, slice, format!("it needs {needed}, which is not there"));
        }
        if let Some(left) = below.iter().find(|other| is_missed(other, slice)) {
            error(PlanCheck::ConflictCheck, slice, format!("it stands on {}, which is not to be opened", left.id));
        }
        for left in plan.awaited(slice).iter().filter(|needed| is_missed(needed, slice)) {
            error(PlanCheck::ConflictCheck, slice, format!("it needs {}, which is not to be opened", left.id));
        }
    }
}

/// Without the pull request of `needed` that of `slice` never can be merged.
fn is_missed(needed: &Slice, slice: &Slice) -> bool {
    needed.left_out && !slice.left_out
}

/// What cannot be apart is together, and a file that is cut is cut within one stack.
fn apart(plan: &Plan, set: &ChangeSet, contents: &dyn Contents, problems: &mut Vec<PlanProblem>) {
    let mut holders: BTreeMap<&str, Vec<&Slice>> = BTreeMap::new();
    for slice in &plan.slices {
        for file in &slice.files {
            holders.entry(&file.path).or_default().push(slice);
        }
    }
    for (path, slices) in &holders {
        for pair in slices.windows(2) {
            // Twice in one slice was told already.
            if pair[0].id != pair[1].id && !plan.below(pair[1]).iter().any(|below| below.id == pair[0].id) {
                let message = format!(
                    "{} is cut between {} and {}, which do not stand on each other: they would conflict",
                    quoted(path),
                    pair[0].id,
                    pair[1].id
                );
                problems.push(problem(PlanCheck::ConflictCheck, Severity::Error, Some(&pair[1].id), message));
            }
        }
    }
    for block in atoms::of(set, contents).iter().filter(|block| block.len() > 1) {
        let home = |file: &usize| {
            holders.get(&*set.files[*file].path.display()).and_then(|slices| slices.first()).map(|slice| &slice.id)
        };
        let first = home(&block[0]);
        if let Some(other) = block.iter().find(|file| home(file) != first) {
            let path = |file: usize| quoted(&set.files[file].path.display());
            let message = format!(
                "{} and {} take each other's place and cannot be in different slices",
                path(block[0]),
                path(*other)
            );
            problems.push(problem(PlanCheck::ConflictCheck, Severity::Error, first, message));
        }
    }
}

fn size(slice: &Slice, files: &HashMap<String, &FileChange>, sizes: SizeRules, problems: &mut Vec<PlanProblem>) {
    let mut warn = |message| problems.push(problem(PlanCheck::SizeCheck, Severity::Warning, Some(&slice.id), message));
    let (count, most) = (slice.files.len(), sizes.max_files);
    if count > most {
        warn(format!("{count} files, more than {most}"));
    }
    let size = |path: &str| files.get(path).and_then(|file| file.new.as_ref()).map_or(0, |version| version.size);
    let bytes: u64 = slice.files.iter().map(|file| size(&file.path)).sum();
    if bytes > sizes.max_size_mb * 1024 * 1024 {
        warn(format!("its files are {} MB, more than {}", bytes / (1024 * 1024), sizes.max_size_mb));
    }
}

fn tests(slice: &Slice, problems: &mut Vec<PlanProblem>) {
    let roles: Vec<Role> = slice.files.iter().map(|file| Place::of(&RepoPath::from(&*file.path)).role).collect();
    if roles.contains(&Role::Source) && !roles.contains(&Role::Test) {
        let message = "code without a test in the same slice".to_owned();
        problems.push(problem(PlanCheck::TestCoverage, Severity::Info, Some(&slice.id), message));
    }
}

fn reviewed(slice: &Slice, findings: &[Finding], problems: &mut Vec<PlanProblem>) {
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        if slice.files.iter().any(|file| file.path == finding.path) {
            let first = finding.message.lines().next().unwrap_or_default();
            let path = quoted(&finding.path);
            let message = format!("{path} line {}: {first} ({})", finding.start_line, finding.rule);
            problems.push(problem(PlanCheck::Findings, Severity::Warning, Some(&slice.id), message));
        }
    }
}
