//! Git itself, as the judge: what it prints of two commits, read independently of Seam.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Runs git in a folder without anybody's configuration and gives what it printed.
pub(super) fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.com")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

pub(super) fn text(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments, &[])).unwrap().trim().to_owned()
}

/// One line of `git diff --raw`: modes and ids, `0` where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawChange {
    pub(super) status: char,
    pub(super) modes: (String, String),
    pub(super) ids: (String, String),
    pub(super) old_path: Vec<u8>,
    pub(super) path: Vec<u8>,
}

/// `git diff --raw` of two commits (or what else `what` names), in git's order.
pub(super) fn raw(folder: &Path, options: &[&str], what: &[&str]) -> Vec<RawChange> {
    let arguments = [&["diff", "--raw", "-z", "--no-abbrev"], options, what].concat();
    let printed = run(folder, &arguments, &[]);
    let mut fields = printed.split(|byte| *byte == 0);
    let mut changes = Vec::new();
    while let Some(head) = fields.next().and_then(|field| field.strip_prefix(b":")) {
        let head: Vec<_> = std::str::from_utf8(head).unwrap().split(' ').map(str::to_owned).collect();
        let status = head[4].chars().next().unwrap();
        let old_path = fields.next().unwrap().to_vec();
        let path = if matches!(status, 'R' | 'C') { fields.next().unwrap().to_vec() } else { old_path.clone() };
        let (modes, ids) = ((head[0].clone(), head[1].clone()), (head[2].clone(), head[3].clone()));
        changes.push(RawChange { status, modes, ids, old_path, path });
    }
    changes
}

/// A hunk of `git diff -U3`: the numbers of the lines it shows, by what stands before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShownHunk {
    pub(super) removed: Vec<u32>,
    pub(super) added: Vec<u32>,
    pub(super) context: Vec<(u32, u32)>,
}

/// The hunks of `git diff`, file by file in its order, read the way a person reads them.
pub(super) fn shown(folder: &Path, options: &[&str], what: &[&str]) -> Vec<Vec<ShownHunk>> {
    let fixed = ["diff", "-U3", "--no-color", "--no-ext-diff", "--no-textconv"];
    let printed = run(folder, &[&fixed, options, what].concat(), &[]);
    let mut files: Vec<Vec<ShownHunk>> = Vec::new();
    let (mut old, mut new, mut old_left, mut new_left) = (0, 0, 0, 0);
    for line in printed.split(|byte| *byte == b'\n') {
        if old_left == 0 && new_left == 0 {
            if line.starts_with(b"diff --git ") {
                files.push(Vec::new());
            } else if let Some(ranges) = line.strip_prefix(b"@@ -") {
                ((old, old_left), (new, new_left)) = header(ranges);
                files.last_mut().unwrap().push(ShownHunk::default());
            }
            continue;
        }
        let hunk = files.last_mut().unwrap().last_mut().unwrap();
        match line.first() {
            Some(b'-') => hunk.removed.push(old),
            Some(b'+') => hunk.added.push(new),
            Some(b' ') => hunk.context.push((old, new)),
            _ => continue,
        }
        if line[0] != b'+' {
            (old, old_left) = (old + 1, old_left - 1);
        }
        if line[0] != b'-' {
            (new, new_left) = (new + 1, new_left - 1);
        }
    }
    files
}

/// `12,3 +14,5 @@ fn main()` as start and count of both sides; a count of one is left out by git.
fn header(ranges: &[u8]) -> ((u32, u32), (u32, u32)) {
    let text = String::from_utf8_lossy(ranges).into_owned();
    let (left, right) = text.split_once(" @@").unwrap().0.split_once(" +").unwrap();
    let numbers = |range: &str| match range.split_once(',') {
        Some((start, count)) => (start.parse().unwrap(), count.parse().unwrap()),
        None => (range.parse().unwrap(), 1),
    };
    (numbers(left), numbers(right))
}
