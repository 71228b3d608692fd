//! A plan for a person at a terminal: the stacks drawn as trees, each slice with its size, its files and its reasons.

use crate::{
    change::change_set::{ChangeSet, FileChange},
    domain::{
        finding::Severity,
        ledger::FileStatus,
        plan::{Plan, Slice, SliceFile, Stacking},
    },
};

/// Files of a slice that are named.
const MAX_FILES: usize = 12;
const MAX_REASONS: usize = 6;
/// Hunks of a file that are named.
const MAX_HUNKS: usize = 4;

/// Escape codes for what stands out; nothing where colours are not wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    pub colors: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.colors { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }
}

pub fn render(plan: &Plan, set: &ChangeSet, paint: Paint) -> String {
    let mut text = String::new();
    match &plan.no_split {
        Some(why) => text.push_str(&format!("No split suggested: {}.\n", visible(why))),
        None => {
            let parts = match plan.stacking {
                Stacking::Independent if plan.stacks().len() == plan.slices.len() => "side by side".to_owned(),
                _ => format!("in {}", count(plan.stacks().len(), "independent part")),
            };
            let slices = count(plan.slices.len(), "slice");
            text.push_str(&format!("{slices} {parts} ({}).\n", plan.strategy.as_str()));
        }
    }
    for stack in plan.stacks() {
        text.push('\n');
        for (depth, slice) in stack.iter().enumerate() {
            render_slice(slice, depth, stack.len(), plan, set, paint, &mut text);
        }
    }
    text.push_str(&end(plan));
    text
}

fn render_slice(slice: &Slice, depth: usize, of: usize, plan: &Plan, set: &ChangeSet, paint: Paint, text: &mut String) {
    let trunk = if depth + 1 < of { "│ " } else { "  " };
    let (mark, below) = match depth {
        0 if of > 1 => ("┌ ", "base".to_owned()),
        0 => ("─ ", "base".to_owned()),
        _ => ("├ ", slice.stands_on.as_ref().map(|on| on.0.clone()).unwrap_or_default()),
    };
    let mark = if depth > 0 && depth + 1 == of { "└ " } else { mark };
    text.push_str(&format!("{mark}{} {}\n", paint.bold(&slice.id.0), paint.bold(&visible(&slice.title))));
    let (added, removed) =
        slice.files.iter().map(|file| lines(file, set)).fold((0, 0), |(a, r), (b, s)| (a + b, r + s));
    let facts = format!(
        "{}, +{added} -{removed}, on {below}, {} % sure, {}",
        count(slice.files.len(), "file"),
        slice.confidence,
        visible(&slice.branch)
    );
    text.push_str(&format!("{trunk}{}\n", paint.dim(&facts)));
    for reason in slice.reasons.iter().take(MAX_REASONS) {
        text.push_str(&format!("{trunk}  {}\n", visible(reason)));
    }
    for file in slice.files.iter().take(MAX_FILES) {
        let hunks = file.hunks.as_ref().map(|hunks| {
            let mut all: Vec<_> = hunks.iter().take(MAX_HUNKS).map(ToString::to_string).collect();
            if hunks.len() > MAX_HUNKS {
                all.push(format!("and {} more", hunks.len() - MAX_HUNKS));
            }
            format!(" @@ {}", all.join(" @@ "))
        });
        let from = file.old_path.as_ref().map(|old| format!(" from {}", visible(old))).unwrap_or_default();
        let sign = sign(file.status);
        text.push_str(&format!("{trunk}    {sign} {}{from}{}\n", visible(&file.path), hunks.unwrap_or_default()));
    }
    if slice.files.len() > MAX_FILES {
        text.push_str(&format!("{trunk}    and {} more\n", slice.files.len() - MAX_FILES));
    }
    let problems = plan.validation.problems.iter().filter(|problem| problem.slice.as_ref() == Some(&slice.id));
    for problem in problems {
        text.push_str(&format!("{trunk}  {} {}\n", heard(problem.severity, paint), visible(&problem.message)));
    }
}

fn end(plan: &Plan) -> String {
    let mut text = String::from("\n");
    text.extend(plan.advice.iter().map(|advice| format!("{}.\n", visible(advice))));
    for problem in plan.validation.problems.iter().filter(|problem| problem.slice.is_none()) {
        text.push_str(&format!("{}: {}\n", problem.severity, visible(&problem.message)));
    }
    match &plan.validation.tree {
        Some(tree) => text
            .push_str(&format!("Proved: the slices in order give the head's tree {}.\n", &tree[..tree.len().min(12)])),
        None => text.push_str("Not proved: the slices do not give the head's tree. This plan is not to be applied.\n"),
    }
    text
}

fn heard(severity: Severity, paint: Paint) -> String {
    match severity {
        Severity::Error => paint.with("31", "error:"),
        Severity::Warning => paint.with("33", "warning:"),
        Severity::Info => paint.dim("note:"),
    }
}

fn sign(status: FileStatus) -> char {
    match status {
        FileStatus::Added | FileStatus::Copied => '+',
        FileStatus::Removed => '-',
        FileStatus::Modified => '~',
        FileStatus::Renamed => '>',
    }
}

/// Added and removed lines of a file's part in a slice.
fn lines(part: &SliceFile, set: &ChangeSet) -> (usize, usize) {
    if let Some(hunks) = &part.hunks {
        return hunks.iter().fold((0, 0), |(added, removed), hunk| (added + hunk.new.len(), removed + hunk.old.len()));
    }
    let is_it = |file: &&FileChange| file.path.display() == part.path;
    let edits =
        set.files.iter().find(is_it).into_iter().flat_map(|file| file.hunks.iter().flat_map(|hunk| &hunk.edits));
    edits.fold((0, 0), |(added, removed), edit| (added + edit.new.len(), removed + edit.old.len()))
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// One line; what could move the cursor, change colours or turn text around is shown as a box.
fn visible(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}
