//! GitHub's rule of where a review comment can stand, read from the text of `git diff` and from nothing of Seam's own.
//! Source: <https://docs.github.com/rest/pulls/comments#create-a-review-comment-for-a-pull-request>.

use super::{
    git_repository::GitRepository,
    model::comments::{Lines, Side},
};

/// The diff of a pull request, file by file.
pub(crate) struct Diff {
    pub(crate) files: Vec<FileDiff>,
}

#[derive(Debug, Default)]
pub(crate) struct FileDiff {
    /// The new path, or the old one of a removed file.
    pub(crate) path: String,
    pub(crate) old_path: Option<String>,
    /// As in the API: `added`, `removed`, `modified`, `renamed`, `copied`, `changed`.
    pub(crate) status: &'static str,
    pub(crate) hunks: Vec<Hunk>,
    /// The hunks as text; empty for a binary file.
    pub(crate) patch: String,
}

#[derive(Debug, Default)]
pub(crate) struct Hunk {
    lines: Vec<DiffLine>,
}

#[derive(Debug)]
struct DiffLine {
    /// `+`, `-` or space.
    kind: char,
    old: u32,
    new: u32,
    text: String,
}

impl DiffLine {
    /// Whether `line` of `side` is this one: a comment stands on removed lines on the left, on added and unchanged
    /// ones on the right.
    fn is(&self, line: u32, side: Side) -> bool {
        match side {
            Side::Left => self.kind == '-' && self.old == line,
            Side::Right => self.kind != '-' && self.new == line,
        }
    }
}

/// Why a comment is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    Path,
    Line,
    StartLine,
    StartNotBefore,
}

impl Diff {
    /// The diff from `base` (a merge base) to `head`, with three lines of context.
    pub(crate) fn between(git: &GitRepository, base: &str, head: &str) -> Self {
        Self::with(git, ["-U3", "-M"], base, head)
    }

    /// Each change by itself, for following lines; `None` where the older commit is gone.
    pub(crate) fn of_moves(git: &GitRepository, from: &str, to: &str) -> Option<Self> {
        Some(Self::with(git, ["-U0", "--no-renames"], &git.resolve(from)?, to))
    }

    fn with(git: &GitRepository, [context, renames]: [&str; 2], base: &str, head: &str) -> Self {
        let arguments =
            ["-c", "core.quotePath=false", "diff", context, renames, "--no-color", "--no-ext-diff", base, head];
        let output = git.git_with(&arguments, &[]);
        Self { files: parse(&String::from_utf8_lossy(&output)) }
    }

    /// Where `lines` of `path` are now, by [`Self::of_moves`]; `None` when that line was changed or removed.
    pub(crate) fn follow(&self, path: &str, lines: Lines) -> Option<Lines> {
        let hunks = self.file(path).map(|file| file.hunks.as_slice()).unwrap_or_default();
        let moved = |line: u32| {
            let mut shift = 0_i64;
            for hunk in hunks {
                let count = |kind| hunk.lines.iter().filter(|line| line.kind == kind).count();
                let (old, removed) = (hunk.lines[0].old, count('-') as u32);
                if (old..old + removed).contains(&line) {
                    return None;
                }
                if old > line || (removed == 0 && old >= line) {
                    break;
                }
                shift += count('+') as i64 - i64::from(removed);
            }
            u32::try_from(i64::from(line) + shift).ok()
        };
        let start = match lines.start {
            Some((line, side)) => Some((moved(line)?, side)),
            None => None,
        };
        Some(Lines { start, line: moved(lines.line)?, side: lines.side })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&FileDiff> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The piece of the diff a comment stands under, or why it cannot stand there.
    pub(crate) fn place(&self, path: &str, at: Lines) -> Result<String, Misplaced> {
        let file = self.file(path).ok_or(Misplaced::Path)?;
        let end = file.hunks.iter().find_map(|hunk| hunk.position(at.line, at.side).map(|line| (hunk, line)));
        let (hunk, end) = end.ok_or(Misplaced::Line)?;
        if let Some((start, side)) = at.start {
            let start = hunk.position(start, side).ok_or(Misplaced::StartLine)?;
            if start >= end {
                return Err(Misplaced::StartNotBefore);
            }
        }
        Ok(hunk.up_to(end))
    }
}

impl FileDiff {
    /// Added and removed lines.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let count = |kind| self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count();
        (count('+'), count('-'))
    }
}

impl Hunk {
    fn position(&self, line: u32, side: Side) -> Option<usize> {
        self.lines.iter().position(|candidate| candidate.is(line, side))
    }

    /// The hunk's text down to the line at `end`, at most four lines of it, as GitHub's `diff_hunk` shows them.
    fn up_to(&self, end: usize) -> String {
        let (first, last) = (&self.lines[0], &self.lines[self.lines.len() - 1]);
        let header = format!(
            "@@ -{},{} +{},{} @@",
            first.old,
            last.old - first.old + u32::from(last.kind != '+'),
            first.new,
            last.new - first.new + u32::from(last.kind != '-')
        );
        let shown = self.lines[end.saturating_sub(3)..=end].iter().map(|line| format!("\n{}{}", line.kind, line.text));
        std::iter::once(header).chain(shown).collect()
    }
}

fn parse(text: &str) -> Vec<FileDiff> {
    let mut files: Vec<FileDiff> = Vec::new();
    let (mut old, mut new, mut old_left, mut new_left) = (0, 0, 0, 0);
    for line in text.split_terminator('\n') {
        let in_hunk = old_left + new_left > 0;
        if let Some(names) = line.strip_prefix("diff --git ").filter(|_| !in_hunk) {
            files.push(FileDiff { path: same_name(names), status: "modified", ..FileDiff::default() });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        let no_newline = line.starts_with('\\');
        if !in_hunk && !no_newline && !line.starts_with("@@ ") {
            read_header(file, line);
            continue;
        }
        if !file.patch.is_empty() {
            file.patch.push('\n');
        }
        file.patch.push_str(line);
        if no_newline {
            continue;
        }
        if !in_hunk {
            ((old, old_left), (new, new_left)) = ranges(line);
            file.hunks.push(Hunk::default());
            continue;
        }
        let Some(kind) = line.chars().next().filter(|kind| matches!(kind, '+' | '-' | ' ')) else { continue };
        let hunk = file.hunks.last_mut().expect("a hunk begins with its header");
        hunk.lines.push(DiffLine { kind, old, new, text: line[1..].to_owned() });
        if kind != '+' {
            (old, old_left) = (old + 1, old_left - 1);
        }
        if kind != '-' {
            (new, new_left) = (new + 1, new_left - 1);
        }
    }
    files
}

/// The lines of a file's header that say more than `diff --git` does.
fn read_header(file: &mut FileDiff, line: &str) {
    if line.starts_with("new file mode") {
        file.status = "added";
    } else if line.starts_with("deleted file mode") {
        file.status = "removed";
    } else if line.starts_with("old mode") {
        file.status = "changed";
    } else if let Some(path) = line.strip_prefix("rename from ") {
        (file.status, file.old_path) = ("renamed", Some(unquoted(path)));
    } else if let Some(path) = line.strip_prefix("rename to ") {
        file.path = unquoted(path);
    } else if line.starts_with("index ") && file.status == "changed" {
        file.status = "modified";
    }
}

/// The path of `a/PATH b/PATH`; a rename says its own names later.
fn same_name(names: &str) -> String {
    if names.starts_with('"') {
        let half = names.len() / 2;
        return unquoted(&names[..half]).trim_start_matches("a/").to_owned();
    }
    names[2..].get(..names.len().saturating_sub(5) / 2).unwrap_or_default().to_owned()
}

/// A path as git prints it: in quotes, with escapes, where it holds anything strange.
fn unquoted(path: &str) -> String {
    let Some(inner) = path.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return path.to_owned() };
    inner.replace("\\\"", "\"").replace("\\t", "\t").replace("\\\\", "\\")
}

/// `@@ -OLD,COUNT +NEW,COUNT @@`: first line and number of lines of each side.
fn ranges(header: &str) -> ((u32, u32), (u32, u32)) {
    let mut parts = header.split(' ').skip(1).map(|range| {
        let (start, count) = range[1..].split_once(',').unwrap_or((&range[1..], "1"));
        let number = |text: &str| text.parse::<u32>().expect("git writes numbers here");
        (number(start), number(count))
    });
    let mut next = || parts.next().expect("a hunk header names two ranges");
    (next(), next())
}

#[cfg(test)]
mod tests {
    use super::{super::git_repository::Commit, *};

    fn numbered(lines: impl Iterator<Item = u32>) -> String {
        lines.map(|line| format!("line {line}\n")).collect()
    }

    fn at(line: u32, side: Side) -> Lines {
        Lines { start: None, line, side }
    }

    #[test]
    fn comments_stand_on_changed_lines_and_three_around_them() {
        let folder = tempfile::tempdir().unwrap();
        let git = GitRepository::create(folder.path().join("r"));
        let text = numbered(1..=30);
        let base = git.commit(&[], [("a b.txt", text.as_str()), ("old.txt", text.as_str()), ("gone.txt", "x\n")]);
        let changed = text.replace("line 10\n", "").replace("line 25\n", "line 25!\n");
        let moved = text.replace("line 2\n", "line two\n");
        let head = git.commit(
            &[&base],
            Commit::new()
                .write("a b.txt", &changed)
                .remove("gone.txt")
                .rename("old.txt", "new.txt")
                .write("new.txt", &moved)
                .write("born.txt", "-- not a header\n++ nor this\n"),
        );
        let diff = Diff::between(&git, &base, &head);
        let said: Vec<_> =
            diff.files.iter().map(|file| format!("{} {} {}", file.status, file.path, file.hunks.len())).collect();
        assert_eq!(said, ["modified a b.txt 2", "added born.txt 1", "removed gone.txt 1", "renamed new.txt 1"]);

        let right: Vec<u32> = (1..=40).filter(|line| diff.place("a b.txt", at(*line, Side::Right)).is_ok()).collect();
        assert_eq!(right, [7, 8, 9, 10, 11, 12, 21, 22, 23, 24, 25, 26, 27]);
        let left: Vec<u32> = (1..=40).filter(|line| diff.place("a b.txt", at(*line, Side::Left)).is_ok()).collect();
        assert_eq!(left, [10, 25]);
        assert_eq!(diff.place("gone.txt", at(1, Side::Left)), Ok("@@ -1,1 +0,0 @@\n-x".to_owned()));
        assert_eq!(diff.place("old.txt", at(2, Side::Right)), Err(Misplaced::Path));
        assert!(diff.place("born.txt", at(2, Side::Right)).is_ok());

        let range = |start, line| Lines { start: Some((start, Side::Right)), line, side: Side::Right };
        assert!(diff.place("a b.txt", range(7, 9)).is_ok());
        assert_eq!(diff.place("a b.txt", range(9, 22)), Err(Misplaced::StartLine));
        assert_eq!(diff.place("a b.txt", range(9, 9)), Err(Misplaced::StartNotBefore));
        assert_eq!(diff.place("a b.txt", range(9, 15)), Err(Misplaced::Line));

        let moves = Diff::of_moves(&git, &base, &head).unwrap();
        assert_eq!(moves.follow("a b.txt", at(9, Side::Right)), Some(at(9, Side::Right)));
        assert_eq!(moves.follow("a b.txt", at(10, Side::Right)), None);
        assert_eq!(moves.follow("a b.txt", range(12, 24)), Some(range(11, 23)));
    }
}
