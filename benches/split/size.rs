//! How long plans of large changes take, and what memory, on repositories made for it: `--sizes 100 1000`.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use seam::{
    change::assemble::Limits,
    git::work_tree::{Head, WorkTree},
    split::{
        input::{Options, SplitInput},
        plan::plan,
    },
};

use crate::process;

/// Files of one topic: they share words and a folder, and are changed together.
const TOPIC: usize = 8;
/// Of each topic this many are new.
const NEW: usize = 2;
const LINES: usize = 40;
const SYLLABLES: [&str; 16] =
    ["ba", "ke", "lo", "mi", "nu", "pra", "ro", "sti", "tor", "ul", "ven", "wi", "xa", "yo", "zem", "dri"];

/// What one plan took.
struct Took {
    changes: Duration,
    surroundings: Duration,
    plan: Duration,
    slices: usize,
}

impl Took {
    fn all(&self) -> Duration {
        self.changes + self.surroundings + self.plan
    }
}

/// Plans a change of each size twice: the second time finds the words of the base counted.
pub(crate) fn measure(sizes: &[usize]) {
    println!(
        "{:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8}",
        "files", "changes", "base", "plan", "all", "cpu", "again", "peak MB", "slices"
    );
    for size in sizes {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), *size);
        // Peak memory is that of this size alone. Source: proc_pid_clear_refs(5).
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let cpu_before = process::cpu(std::process::id());
        let first = once(folder.path());
        let cpu = process::cpu(std::process::id()) - cpu_before;
        let peak = process::peak_resident(std::process::id());
        let again = once(folder.path());
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        println!(
            "{size:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {peak:>8.0} {:>8}",
            seconds(first.changes),
            seconds(first.surroundings),
            seconds(first.plan),
            seconds(first.all()),
            seconds(cpu),
            seconds(again.all()),
            first.slices,
        );
    }
}

fn once(folder: &Path) -> Took {
    let started = Instant::now();
    let tree = WorkTree::discover(&folder.join("made.git"), Limits::default()).unwrap();
    let (base, head) = (tree.resolve("base").unwrap(), Head::Commit(tree.resolve("head").unwrap()));
    let change = tree.changes(&base, &head).unwrap();
    let changes = started.elapsed();
    let surroundings = tree.surroundings(&base, &head, &change.set, Some(&folder.join("tables"))).unwrap();
    let surrounded = started.elapsed();
    let options = Options::default();
    let input = SplitInput {
        set: &change.set,
        contents: &change.contents,
        surroundings: &surroundings,
        options: &options,
        model: None,
    };
    let slices = plan(input).slices.len();
    Took { changes, surroundings: surrounded - changes, plan: started.elapsed() - surrounded, slices }
}

/// A repository of two commits, of which the second changes so many files.
fn make(folder: &Path, size: usize) {
    let repository = folder.join("made.git");
    git(folder, &["init", "--quiet", "--bare", "made.git"], "");
    let mut stream = String::new();
    // As many others are left alone.
    let base = (0..2 * size).filter(|file| file % TOPIC >= NEW || *file >= size).collect::<Vec<_>>();
    for (commit, files) in [("base", base), ("head", (0..size).collect())] {
        writeln!(stream, "commit refs/heads/{commit}\ncommitter A <a@example.com> 0 +0000\ndata 1\nx").unwrap();
        if commit == "head" {
            writeln!(stream, "from refs/heads/base").unwrap();
        }
        for file in files {
            let text = text(file, commit == "head");
            writeln!(stream, "M 644 inline {}\ndata {}\n{text}", path(file), text.len()).unwrap();
        }
    }
    git(&repository, &["fast-import", "--quiet", "--done"], &format!("{stream}done\n"));
}

fn path(file: usize) -> String {
    let topic = file / TOPIC;
    let kind = if file % 4 == 3 { "tests" } else { "src" };
    format!("{}/{}/{kind}/{}.rs", word(topic / 16), word(topic), word(file + 1_000_000))
}

/// Half of the words are the topic's, the others anybody's.
fn text(file: usize, is_changed: bool) -> String {
    let mut text = String::new();
    for line in 0..LINES {
        let chance = scrambled(file * LINES + line);
        let about = word(file / TOPIC * 50 + chance % 20 + 10_000_000);
        let changed = if is_changed && line % 5 == 2 {
            word(file / TOPIC * 50 + chance % 7 + 20_000_000)
        } else {
            word(chance % 997)
        };
        writeln!(text, "fn {about}_{line}({}: {changed}) {{ {about}.{}() }}", word(chance % 499), word(chance % 5))
            .unwrap();
    }
    text
}

/// Always the same for a number.
fn word(number: usize) -> String {
    let mut left = scrambled(number);
    let mut word = String::new();
    for _ in 0..4 {
        word.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
    word
}

fn scrambled(number: usize) -> usize {
    number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn git(folder: &Path, arguments: &[&str], input: &str) {
    let mut git = Command::new("git").arg("-C").arg(folder).args(arguments).stdin(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success());
}
