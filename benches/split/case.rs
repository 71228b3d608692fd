//! One case: a tangle of real pull requests, and which of its files came from which of them.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use seam::{
    change::{
        assemble::Limits,
        surroundings::{AuthorCommit, Surroundings},
    },
    domain::{ids::CommitSha, plan::Plan},
    git::work_tree::{Head, LocalChange, WorkTree},
};
use serde::Deserialize;

use crate::score::Score;

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) repo: String,
    git_dir: PathBuf,
    /// How many pull requests are in it.
    pub(crate) k: usize,
    base: CommitSha,
    head: CommitSha,
    /// The same tree, with a commit for each pull request.
    truth_head: Option<CommitSha>,
    pub(crate) files: Vec<File>,
    pub(crate) hunks: Vec<Hunk>,
}

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) groups: Vec<usize>,
    /// It came from exactly one of them.
    pub(crate) scored: bool,
}

/// A hunk of a file that several pull requests touched.
#[derive(Deserialize)]
pub(crate) struct Hunk {
    pub(crate) path: String,
    i: usize,
    old: (u32, u32),
    new: (u32, u32),
    pub(crate) groups: Vec<usize>,
}

/// Which group each file, and each hunk, was put into.
#[derive(Default)]
pub(crate) struct Assigned {
    pub(crate) files: HashMap<String, usize>,
    /// By path and `-U0` number of the case.
    hunks: HashMap<(String, usize), usize>,
}

impl Assigned {
    pub(crate) fn hunk(&self, hunk: &Hunk) -> Option<usize> {
        self.hunks.get(&(hunk.path.clone(), hunk.i)).or_else(|| self.files.get(&hunk.path)).copied()
    }
}

pub(crate) struct Loaded {
    pub(crate) change: LocalChange,
    pub(crate) surroundings: Surroundings,
    /// A commit for each pull request, oldest first; the squash alone where the case has no others.
    pub(crate) pulls: Vec<AuthorCommit>,
}

pub(crate) fn read(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Case {
    pub(crate) fn load(&self, tables: &Path) -> Loaded {
        let tree = WorkTree::discover(&self.git_dir, Limits::default()).unwrap();
        let head = Head::Commit(self.head.clone());
        let mut change = tree.changes(&self.base, &head).unwrap();
        let known: Vec<&str> = self.files.iter().map(|file| &*file.path).collect();
        change.set.files.retain(|file| known.contains(&&*file.path.display()));
        let chain = self.truth_head.clone().map_or(head, Head::Commit);
        let mut surroundings = tree.surroundings(&self.base, &chain, &change.set, Some(tables)).unwrap();
        let pulls = std::mem::take(&mut surroundings.commits);
        Loaded { change, surroundings, pulls }
    }

    pub(crate) fn assigned(&self, plan: &Plan) -> Assigned {
        let mut assigned = Assigned::default();
        let mut parts: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (group, slice) in plan.slices.iter().enumerate() {
            for file in &slice.files {
                let Some(hunks) = &file.hunks else {
                    assigned.files.insert(file.path.clone(), group);
                    continue;
                };
                parts.entry(&file.path).or_default().push((hunks.len(), group));
                for hunk in self.hunks.iter().filter(|hunk| hunk.path == file.path) {
                    if hunks.iter().any(|range| hunk.is_within(range)) {
                        assigned.hunks.insert((hunk.path.clone(), hunk.i), group);
                    }
                }
            }
        }
        for (path, parts) in parts {
            // A file that was cut counts where most of it went.
            let (_, group) = parts.into_iter().max_by_key(|(hunks, group)| (*hunks, usize::MAX - group)).unwrap();
            assigned.files.insert(path.to_owned(), group);
        }
        assigned
    }
}

impl Hunk {
    fn is_within(&self, range: &seam::domain::plan::HunkRange) -> bool {
        let touches = |range: &std::ops::Range<u32>, (start, lines): (u32, u32)| {
            range.start <= start + lines && start <= range.end
        };
        touches(&range.old, self.old) && touches(&range.new, self.new)
    }
}

type Baseline = fn(&Case) -> Assigned;

/// What anybody can do.
pub(crate) const BASELINES: [(&str, Baseline); 4] = [
    ("one slice", |case| by(case, |_| String::new())),
    ("a slice per file", |case| by(case, str::to_owned)),
    ("top folder", |case| by(case, |path| folders(path, 1))),
    ("two folders", |case| by(case, |path| folders(path, 2))),
];

fn folders(path: &str, levels: usize) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    parts[..levels.min(parts.len() - 1)].join("/")
}

fn by(case: &Case, key: impl Fn(&str) -> String) -> Assigned {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut files = HashMap::new();
    for file in &case.files {
        let next = numbers.len();
        files.insert(file.path.clone(), *numbers.entry(key(&file.path)).or_insert(next));
    }
    Assigned { files, ..Assigned::default() }
}

#[derive(Deserialize)]
struct Prediction {
    id: String,
    groups: Vec<Vec<String>>,
}

/// What another tool said of the same cases; those it said nothing of are left out.
pub(crate) fn predicted(cases: &[Case], file: &Path) -> Vec<Score> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let all: HashMap<String, Vec<Vec<String>>> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|prediction: Prediction| (prediction.id, prediction.groups))
        .collect();
    let said = cases.iter().filter_map(|case| Some((case, all.get(&case.id)?)));
    said.map(|(case, groups)| {
        let files = groups.iter().enumerate().flat_map(|(at, group)| group.iter().map(move |path| (path.clone(), at)));
        Score::of(case, &Assigned { files: files.collect(), ..Assigned::default() })
    })
    .collect()
}
