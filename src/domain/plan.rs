//! A plan: one big change as slices, each of which becomes one draft pull request. Plain data: how it is made and how it is
//! proved stands in `split`.

use std::{fmt, ops::Range, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{finding::Severity, ids::InvalidId, ledger::FileStatus};

/// What decides which changes belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// All evidence together.
    #[default]
    Hybrid,
    /// The words that are added and removed.
    Semantic,
    /// Folders.
    Directory,
    /// Definitions and their uses, imports, tests and what they test.
    Dependency,
    /// Who owns the files.
    Codeowners,
    /// The author's own commits.
    Commits,
}

impl Strategy {
    pub const ALL: [Self; 6] =
        [Self::Hybrid, Self::Semantic, Self::Directory, Self::Dependency, Self::Codeowners, Self::Commits];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::Semantic => "semantic",
            Self::Directory => "directory",
            Self::Dependency => "dependency",
            Self::Codeowners => "codeowners",
            Self::Commits => "commits",
        }
    }
}

/// What a slice is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// Whole files.
    #[default]
    File,
    /// Hunks: a file whose hunks belong to different slices is cut.
    Hunk,
}

impl Granularity {
    pub const ALL: [Self; 2] = [Self::File, Self::Hunk];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Hunk => "hunk",
        }
    }
}

/// What slices stand on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stacking {
    /// On what they need; those that need nothing of each other are apart.
    #[default]
    Needed,
    /// Each on the one before it.
    All,
    /// Each on the base, whatever it needs, which is merged first; only slices that cut one file stand on each other.
    Independent,
}

/// Names a slice within its plan. It stays when slices are reordered or renamed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SliceId(pub String);

impl fmt::Display for SliceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A whole change, cut. Every changed file (with [`Granularity::Hunk`]: every hunk) stands in exactly one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Of this format: 1.
    pub version: u32,
    /// What was compared: a commit id, or words like `work tree`.
    pub base: String,
    pub head: String,
    pub strategy: Strategy,
    #[serde(default)]
    pub granularity: Granularity,
    #[serde(default)]
    pub stacking: Stacking,
    /// Why the change should stay one, when it should; then there is at most one slice.
    #[serde(default)]
    pub no_split: Option<String>,
    /// What a language model was asked, and what came of it; nothing where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// In the order in which they can be merged: whatever a slice needs stands before it.
    pub slices: Vec<Slice>,
    pub validation: Validation,
}

impl Plan {
    pub const VERSION: u32 = 1;

    /// Of no change in particular.
    #[cfg(test)]
    pub fn of(slices: Vec<Slice>) -> Self {
        Self {
            version: Self::VERSION,
            base: String::new(),
            head: String::new(),
            strategy: Strategy::Hybrid,
            granularity: Granularity::File,
            stacking: Stacking::Needed,
            no_split: None,
            advice: None,
            slices,
            validation: Validation::default(),
        }
    }

    pub fn slice(&self, id: &SliceId) -> Option<&Slice> {
        self.slices.iter().find(|slice| slice.id == *id)
    }

    /// The number of the slice that one stands on; `None`: the base.
    pub fn ground(&self, slice: &Slice) -> Option<usize> {
        let on = slice.stands_on.as_ref()?;
        self.slices.iter().position(|below| below.id == *on)
    }

    /// The slices that become pull requests.
    pub fn opened(&self) -> impl Iterator<Item = &Slice> {
        self.slices.iter().filter(|slice| !slice.left_out)
    }

    /// What lies under a slice, from the bottom up: the slices whose changes its branch holds besides its own.
    pub fn below(&self, slice: &Slice) -> Vec<&Slice> {
        let mut below = Vec::new();
        let mut next = slice.stands_on.as_ref();
        // A plan from outside may go in circles.
        while let Some(slice) = next.and_then(|id| self.slice(id)).filter(|_| below.len() < self.slices.len()) {
            below.push(slice);
            next = slice.stands_on.as_ref();
        }
        below.reverse();
        below
    }

    /// The slices that a slice needs and does not stand on: they are merged before it.
    pub fn awaited(&self, slice: &Slice) -> Vec<&Slice> {
        let below = self.below(slice);
        let is_below = |id: &SliceId| below.iter().any(|other| other.id == *id);
        slice.depends_on.iter().filter(|id| !is_below(id)).filter_map(|id| self.slice(id)).collect()
    }

    /// The stacks: slices that stand on each other, each from the bottom up. A slice that needs nobody and that nobody
    /// needs is a stack of one.
    pub fn stacks(&self) -> Vec<Vec<&Slice>> {
        let mut stacks: Vec<Vec<&Slice>> = Vec::new();
        for slice in &self.slices {
            let on = slice.stands_on.as_ref();
            match stacks.iter_mut().find(|stack| on.is_some() && stack.last().map(|top| &top.id) == on) {
                Some(stack) => stack.push(slice),
                None => stacks.push(vec![slice]),
            }
        }
        stacks
    }
}

/// One group of changes that becomes one draft pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    pub id: SliceId,
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Only such as the repository has.
    pub labels: Vec<String>,
    /// `seam/HEAD BRANCH/N-SLUG`.
    pub branch: String,
    pub files: Vec<SliceFile>,
    /// The slices that this one needs; all of them stand before it in the plan.
    pub depends_on: Vec<SliceId>,
    /// The slice whose branch this one's pull request is based on; `None`: the base of the whole change.
    #[serde(default)]
    pub stands_on: Option<SliceId>,
    /// Why these changes belong together, for people.
    pub reasons: Vec<String>,
    /// How sure the plan is of this slice's borders, in percent.
    #[serde(default)]
    pub confidence: u8,
    /// A person wants no pull request for it: it stays where it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}

impl Slice {
    /// Of nothing yet.
    pub fn new(id: SliceId, branch: String) -> Self {
        Self {
            id,
            branch,
            title: String::new(),
            description: String::new(),
            labels: Vec::new(),
            files: Vec::new(),
            depends_on: Vec::new(),
            stands_on: None,
            reasons: Vec::new(),
            confidence: 0,
            left_out: false,
        }
    }
}

/// One file's part in a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SliceFile {
    /// Paths that are not UTF-8 are shown with `\xNN` escapes.
    pub path: String,
    pub status: FileStatus,
    /// Where a renamed or copied file came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_path: Option<String>,
    /// Which of the file's hunks are meant; `None`: the whole file.
    pub hunks: Option<Vec<HunkRange>>,
}

/// A change without context, as `git diff -U0` writes it: `-12,3 +12,4`. In JSON it is that text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct HunkRange {
    /// 1-based lines of the base, half open; an empty range stands before its start.
    pub old: Range<u32>,
    /// The same of the head.
    pub new: Range<u32>,
}

impl fmt::Display for HunkRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Git names the line before an empty range.
        let start = |range: &Range<u32>| if range.is_empty() { range.start.saturating_sub(1) } else { range.start };
        let Self { old, new } = self;
        write!(f, "-{},{} +{},{}", start(old), old.len(), start(new), new.len())
    }
}

impl FromStr for HunkRange {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |text: &str, sign: char| {
            let text = text.strip_prefix(sign)?;
            let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
            let (start, lines): (u32, u32) = (start.parse().ok()?, lines.parse().ok()?);
            let start = if lines == 0 { start.checked_add(1)? } else { start };
            (start > 0).then_some(start..start.checked_add(lines)?)
        };
        let ranges = text.trim().split_once(' ').and_then(|(old, new)| Some((side(old, '-')?, side(new.trim(), '+')?)));
        ranges
            .map(|(old, new)| Self { old, new })
            .ok_or_else(|| InvalidId { expected: "a hunk like -12,3 +12,4", found: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for HunkRange {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HunkRange> for String {
    fn from(range: HunkRange) -> Self {
        range.to_string()
    }
}

/// What was checked of a plan. One that is not valid is never applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// No problem is an error, and the tree was proved.
    pub is_valid: bool,
    /// The slices applied in order to the base give exactly the head's tree.
    pub tree_identical: bool,
    /// The id of that tree, when it was computed.
    #[serde(default)]
    pub tree: Option<String>,
    pub problems: Vec<PlanProblem>,
}

impl Validation {
    /// What follows from problems and proof. `tree`: the id of the head's tree where the slices gave it.
    pub fn of(problems: Vec<PlanProblem>, tree: Option<String>) -> Self {
        let is_sound = problems.iter().all(|problem| problem.severity < Severity::Error);
        Self { is_valid: is_sound && tree.is_some(), tree_identical: tree.is_some(), tree, problems }
    }
}

/// Something about a plan that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanProblem {
    pub check: PlanCheck,
    pub severity: Severity,
    /// Which slice; `None`: the plan as a whole.
    pub slice: Option<SliceId>,
    /// Plain words: what is wrong, and what to do about it.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanCheck {
    /// Every change stands in exactly one slice, and every slice on what it needs.
    Completeness,
    /// The trees are git's own.
    TreeProof,
    SizeCheck,
    ConflictCheck,
    TestCoverage,
    /// What the review found in a slice.
    Findings,
    /// What GitHub would refuse.
    GitHub,
    /// The operator's command, run on each slice with what it stands on.
    BuildCheck,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_written_as_git_writes_them() {
        for (text, old, new) in [("-12,3 +12,4", 12..15, 12..16), ("-0,0 +1,2", 1..1, 1..3), ("-4,1 +3,0", 4..5, 4..4)]
        {
            let range = HunkRange { old, new };
            assert_eq!(range.to_string(), text);
            assert_eq!(text.parse(), Ok(range));
        }
        assert_eq!("-7 +7".parse(), Ok(HunkRange { old: 7..8, new: 7..8 }));
        for bad in ["", "-1,1", "+1,1 -1,1", "-0,1 +1,1", "-1,x +1,1", "-4294967295,9 +1,1"] {
            assert!(bad.parse::<HunkRange>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn stacks_are_read_from_what_stands_on_what() {
        let slice = |id: &str, on: Option<&str>| Slice {
            stands_on: on.map(|id| SliceId(id.to_owned())),
            ..Slice::new(SliceId(id.to_owned()), String::new())
        };
        let plan = Plan::of(vec![slice("a", None), slice("b", Some("a")), slice("c", None), slice("d", Some("b"))]);
        let ids = |slices: &[&Slice]| slices.iter().map(|slice| slice.id.0.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(plan.stacks().iter().map(|stack| ids(stack)).collect::<Vec<_>>(), ["a b d", "c"]);
        assert_eq!(ids(&plan.below(&plan.slices[3])), "a b");
    }
}
