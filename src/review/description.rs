//! What a pull request is, told without a model: from its commits' messages, its paths, the symbols in which lines changed,
//! and what was found.

use std::collections::BTreeSet;

use super::{
    comment::severities,
    ledger::count,
    markdown::{cell, code, prose, shorten, visible},
    paper::Paper,
    placement::is_problem,
};
use crate::domain::{
    finding::{Finding, Severity},
    ledger::FileStatus,
};

/// Room for it in the body of a pull request, beside what its author wrote.
const MOST_BYTES: usize = 30_000;
const MOST_HEADLINES: usize = 12;
/// Symbols named of one file.
const MOST_SYMBOLS: usize = 6;
/// Changed lines from which a change is no longer small, and is large.
const MEDIUM: u32 = 100;
const LARGE: u32 = 600;
/// Parts of paths that are worth a second look.
const DELICATE: [&str; 10] = [
    "auth",
    "login",
    "password",
    "crypto",
    "secret",
    "payment",
    "migration",
    "permission",
    ".github/workflows",
    "dockerfile",
];

/// Titles that are there because there must be one.
const PLACEHOLDERS: [&str; 10] =
    ["wip", "draft", "update", "updates", "change", "changes", "fix", "fixes", "test", "patch 1"];

/// Everything a description is made from.
pub struct Facts<'a> {
    pub title: &'a str,
    /// Of the head.
    pub branch: &'a str,
    /// Of those that the repository has, what speaks of all these files.
    pub labels: &'a [String],
    /// Whole messages, oldest first.
    pub commits: &'a [String],
    pub files: &'a [DescribedFile],
    pub findings: &'a [Finding],
}

/// A changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedFile {
    pub path: String,
    pub old_path: Option<String>,
    pub status: FileStatus,
    pub added: u32,
    pub removed: u32,
    /// As in `Cart.total`.
    pub symbols: Vec<String>,
    /// Nobody wrote it by hand.
    pub generated: bool,
}

pub fn render(facts: &Facts<'_>) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(&format!("**Title:** {}", prose(&shorten(&title(facts), 200))));
    let headlines = headlines(facts.commits);
    if !headlines.is_empty() {
        let lines = headlines.iter().map(|line| format!("- {}", prose(&shorten(line, 200))));
        paper.list(5_000, ("**Summary**\n", ""), lines, |left| format!("… and {left} more."));
    }
    let labels: Vec<_> = facts.labels.iter().map(|label| code(&shorten(label, 100))).collect();
    let (risk, why) = risk(facts);
    let mut facts_line = format!("**Risk:** {risk} ({why}) · **Effort:** {}", effort(facts));
    if !labels.is_empty() {
        facts_line.push_str(&format!(" · **Labels:** {}", labels.join(" ")));
    }
    paper.paragraph(&facts_line);
    let rows = facts.files.iter().map(row);
    let head = "| File | Lines | What |\n|--|--|--|";
    paper.list(MOST_BYTES, (head, ""), rows, |left| format!("… and {left} more files."));
    paper.into_text()
}

/// A single commit says it best, or the first of several where the title that is there says nothing.
fn title(facts: &Facts<'_>) -> String {
    match headlines(facts.commits).as_slice() {
        [only] => only.clone(),
        [first, ..] if says_nothing(facts.title, facts.branch) => first.clone(),
        _ => facts.title.to_owned(),
    }
}

/// What to write over the title: nothing, where its author chose one.
pub fn better_title(facts: &Facts<'_>) -> Option<String> {
    let better = || shorten(&visible(&title(facts)), 200).into_owned();
    says_nothing(facts.title, facts.branch).then(better).filter(|better| better != facts.title)
}

/// It is what GitHub makes of the branch's name, or a placeholder.
fn says_nothing(title: &str, branch: &str) -> bool {
    let words = |text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ").to_lowercase()
    };
    let (title, last) = (words(title), branch.rsplit('/').next().unwrap_or(branch));
    title.is_empty() || title == words(branch) || title == words(last) || PLACEHOLDERS.contains(&title.as_str())
}

/// First lines of messages, each once, without merges and what is to be squashed.
fn headlines(commits: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let first = |message: &String| message.lines().next().unwrap_or_default().trim().to_owned();
    let counts = |line: &String| {
        let skipped = ["Merge ", "fixup!", "squash!", "amend!"].iter().any(|start| line.starts_with(start));
        !line.is_empty() && !skipped
    };
    let lines = commits.iter().map(first).filter(counts).filter(|line| seen.insert(line.clone()));
    lines.take(MOST_HEADLINES).collect()
}

fn lines_of(facts: &Facts<'_>) -> u32 {
    facts.files.iter().filter(|file| !file.generated).map(|file| file.added + file.removed).sum()
}

fn effort(facts: &Facts<'_>) -> String {
    let lines = lines_of(facts);
    let size = if lines < MEDIUM {
        "small"
    } else if lines < LARGE {
        "medium"
    } else {
        "large"
    };
    let hand_written = facts.files.iter().filter(|file| !file.generated).count();
    format!("{size} ({} to read in {})", count(lines as usize, "line"), count(hand_written, "file"))
}

fn risk(facts: &Facts<'_>) -> (&'static str, String) {
    let problems =
        |severity| facts.findings.iter().filter(|finding| is_problem(finding) && finding.severity == severity).count();
    let (errors, warnings) = (problems(Severity::Error), problems(Severity::Warning));
    let delicate = facts.files.iter().find(|file| {
        let path = file.path.to_lowercase();
        DELICATE.iter().any(|part| path.contains(part))
    });
    match delicate {
        _ if errors > 0 => ("high", severities(errors, warnings)),
        Some(file) => ("medium", format!("it touches {}", code(&shorten(&file.path, 200)))),
        None if warnings > 0 => ("medium", severities(errors, warnings)),
        None if lines_of(facts) >= LARGE => ("medium", "it is large".to_owned()),
        None => ("low", "nothing was found".to_owned()),
    }
}

fn row(file: &DescribedFile) -> String {
    let mut what = match (file.status, &file.old_path) {
        (FileStatus::Renamed, Some(old)) => format!("renamed from {}", code(&shorten(old, 200))),
        (status, _) => status.as_str().to_owned(),
    };
    if file.generated {
        what.push_str(", generated");
    }
    let symbols: Vec<_> = file.symbols.iter().take(MOST_SYMBOLS).map(|name| code(&shorten(name, 80))).collect();
    if !symbols.is_empty() {
        let more = file.symbols.len().saturating_sub(MOST_SYMBOLS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        what.push_str(&format!(": {}{more}", symbols.join(", ")));
    }
    format!("| {} | +{} −{} | {} |", cell(&code(&shorten(&file.path, 300))), file.added, file.removed, cell(&what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, added: u32, symbols: &[&str]) -> DescribedFile {
        DescribedFile {
            path: path.to_owned(),
            old_path: None,
            status: FileStatus::Modified,
            added,
            removed: 1,
            symbols: symbols.iter().map(|name| (*name).to_owned()).collect(),
            generated: false,
        }
    }

    #[test]
    fn it_is_told_from_commits_paths_and_symbols() {
        let commits = ["Count carts\n\nBecause.", "fixup! Count carts", "Merge branch 'main'"].map(str::to_owned);
        let files = [file("shop/auth.py", 20, &["Login.check", "price"]), file("Cargo.lock", 3, &[])];
        let labels = ["dependencies".to_owned()];
        let facts =
            Facts { title: "wip", branch: "carts", labels: &labels, commits: &commits, files: &files, findings: &[] };
        insta::assert_snapshot!(render(&facts), @r"
        **Title:** Count carts

        **Summary**

        - Count carts

        **Risk:** medium (it touches `shop/auth.py`) · **Effort:** small (25 lines to read in 2 files) · **Labels:** `dependencies`

        | File | Lines | What |
        |--|--|--|
        | `shop/auth.py` | +20 −1 | modified: `Login.check`, `price` |
        | `Cargo.lock` | +3 −1 | modified |
        ");
    }

    #[test]
    fn a_title_that_somebody_chose_is_kept() {
        let commits = ["Count carts", "Mend a slip"].map(str::to_owned);
        let better = |title, commits| {
            let branch = "ada/count-carts_again";
            better_title(&Facts { title, branch, labels: &[], commits, files: &[], findings: &[] })
        };
        for says_nothing in ["Ada/count carts again", "count carts again", "WIP", "Updates.", "…"] {
            assert_eq!(better(says_nothing, &commits).as_deref(), Some("Count carts"), "{says_nothing}");
        }
        for chosen in ["Count the carts again", "WIP: carts", "Fix carts"] {
            assert_eq!(better(chosen, &commits), None, "{chosen}");
        }
        // There is no better one.
        assert_eq!(better("WIP", &[]), None);
    }
}
