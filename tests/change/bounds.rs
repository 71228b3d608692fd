//! Big changes stay small in memory. Memory is that of a process of its own, at its highest.

use std::{fmt::Write as _, path::Path, process::Command, time::Instant};

use seam::{
    change::{change_set::FileKind, contents::Contents as _},
    domain::ids::RepositoryId,
    git::{mirror::Mirrors, mirror_limits::MirrorLimits},
};

use super::git;

const MAX_RESIDENT_KB: u64 = 300 * 1024;

/// Makes a repository of two commits from fast-import's commands, and lets another process compute its change set and read
/// every file of it. Gives what that process said, and its highest resident memory.
fn measure(stream: &str) -> (String, u64) {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("7.git");
    std::fs::create_dir(&repository).unwrap();
    git::run(&repository, &["init", "--quiet", "--bare", "."], &[]);
    git::run(&repository, &["fast-import", "--quiet", "--done"], format!("{stream}done\n").as_bytes());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["change::bounds::in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"])
        .env("SEAM_TEST_MEASURED", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let told = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
    (told("told: "), told("resident: ").parse().unwrap())
}

#[test]
#[ignore = "what the tests below start"]
fn in_a_process_of_its_own() {
    let Ok(folder) = std::env::var("SEAM_TEST_MEASURED") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let told = runtime.block_on(async {
        let url = "https://nowhere.invalid".parse().unwrap();
        let mirrors = Mirrors::new(&folder, url, MirrorLimits::default()).unwrap();
        let commit = |name| git::text(&Path::new(&folder).join("7.git"), &["rev-parse", name]).parse().unwrap();
        let commits = [commit("base"), commit("head")];
        let mirror = mirrors.fetch(RepositoryId(7), &"o/r".parse().unwrap(), None, &commits).await.unwrap();
        let changes = mirror.change_set(&commits[0], &commits[1]).await.unwrap();
        let (mut hunks, mut bytes) = (0, 0);
        for file in &changes.files {
            hunks += file.hunks.len();
            bytes += mirror.base(file).unwrap().map_or(0, |content| content.len());
            bytes += mirror.head(file).unwrap().map_or(0, |content| content.len());
        }
        format!("{} files, {hunks} hunks, {bytes} bytes", changes.files.len())
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let highest = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    println!("\ntold: {told}\nresident: {highest}");
    eprintln!("{told}, {highest} kB resident, {:?}", started.elapsed());
}

fn commit(stream: &mut String, name: &str, parent: Option<&str>) {
    let from = parent.map(|parent| format!("from refs/heads/{parent}\n")).unwrap_or_default();
    write!(stream, "commit refs/heads/{name}\ncommitter A <a@example.com> 1 +0000\ndata 0\n{from}").unwrap();
}

fn file(stream: &mut String, path: &str, content: &str) {
    writeln!(stream, "M 100644 inline {path}\ndata {}\n{content}", content.len()).unwrap();
}

#[test]
fn a_pull_request_of_5000_files_stays_below_300_mb() {
    let text = |number: usize, edition: usize| -> String {
        (0..200)
            .map(|line| format!("line {line} of {number}, {}\n", if line % 40 == 7 { edition } else { 0 }))
            .collect()
    };
    let mut stream = String::new();
    commit(&mut stream, "base", None);
    for number in 0..5000 {
        file(&mut stream, &format!("src/{}/{number}.rs", number % 90), &text(number, 1));
    }
    commit(&mut stream, "head", Some("base"));
    for number in 0..5000 {
        if number % 10 == 0 {
            writeln!(stream, "D src/{}/{number}.rs", number % 90).unwrap();
            file(&mut stream, &format!("moved/{number}.rs"), &text(number, 2));
        } else {
            file(&mut stream, &format!("src/{}/{number}.rs", number % 90), &text(number, 2));
        }
    }
    let (told, resident) = measure(&stream);
    insta::assert_snapshot!(told, @"5000 files, 25000 hunks, 38456000 bytes");
    assert!(resident < MAX_RESIDENT_KB, "{resident} kB");
}

#[test]
fn a_file_of_60000_lines_stays_below_300_mb() {
    let text = |edition: usize| -> String {
        (0..60_000)
            .map(|line| format!("{{\"id\": {line}, \"of\": {}}},\n", if line % 3 == 0 { edition } else { 0 }))
            .collect()
    };
    let mut stream = String::new();
    commit(&mut stream, "base", None);
    file(&mut stream, "data.json", &text(1));
    file(&mut stream, "other.json", "[]\n");
    commit(&mut stream, "head", Some("base"));
    file(&mut stream, "data.json", &text(2));
    file(&mut stream, "other.json", &text(3));
    let (told, resident) = measure(&stream);
    insta::assert_snapshot!(told, @"2 files, 2 hunks, 4286673 bytes");
    assert!(resident < MAX_RESIDENT_KB, "{resident} kB");
}

#[test]
fn what_is_over_a_limit_is_listed_and_not_diffed() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("7.git");
    std::fs::create_dir(&repository).unwrap();
    git::run(&repository, &["init", "--quiet", "--bare", "."], &[]);
    let mut stream = String::new();
    commit(&mut stream, "base", None);
    file(&mut stream, "small.txt", "1\n");
    commit(&mut stream, "head", Some("base"));
    file(&mut stream, "big.txt", &"many bytes\n".repeat(200));
    file(&mut stream, "changes.txt", "1\n");
    file(&mut stream, "small.txt", "2\n");
    git::run(&repository, &["fast-import", "--quiet", "--done"], format!("{stream}done\n").as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kinds: Vec<_> = runtime.block_on(async {
        let mut limits = MirrorLimits::default();
        (limits.change.file_bytes, limits.change.edits) = (1000, 1);
        let mirrors = Mirrors::new(folder.path(), "https://nowhere.invalid".parse().unwrap(), limits).unwrap();
        let commits = ["base", "head"].map(|name| git::text(&repository, &["rev-parse", name]).parse().unwrap());
        let mirror = mirrors.fetch(RepositoryId(7), &"o/r".parse().unwrap(), None, &commits).await.unwrap();
        let changes = mirror.change_set(&commits[0], &commits[1]).await.unwrap();
        changes.files.iter().map(|file| (file.path.display(), file.kind)).collect()
    });
    let expected =
        [("big.txt", FileKind::TooLarge), ("changes.txt", FileKind::Text), ("small.txt", FileKind::TooLarge)];
    assert_eq!(kinds, expected.map(|(path, kind)| (path.to_owned(), kind)));
}

/// What git says of `base` and `head`: lines taken out and put in, and hunks.
fn of_git(repository: &Path) -> (usize, usize, usize) {
    let shown = git::text(repository, &["diff", "-U3", "base", "head"]);
    let count = |start: &str| shown.lines().filter(|line| line.starts_with(start)).count();
    (count("-") - 1, count("+") - 1, count("@@"))
}

#[test]
fn lines_in_another_order_take_a_bounded_effort() {
    const LINES: u64 = 60_000;
    let text = |order: &[u64]| -> String { order.iter().map(|line| format!("line {line}\n")).collect() };
    let mut order: Vec<u64> = (0..LINES).collect();
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("7.git");
    std::fs::create_dir(&repository).unwrap();
    git::run(&repository, &["init", "--quiet", "--bare", "."], &[]);
    let mut stream = String::new();
    commit(&mut stream, "base", None);
    file(&mut stream, "lines.txt", &text(&order));
    order.sort_by_key(|line| line * line * 7_919 % 104_729);
    commit(&mut stream, "head", Some("base"));
    file(&mut stream, "lines.txt", &text(&order));
    git::run(&repository, &["fast-import", "--quiet", "--done"], format!("{stream}done\n").as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lines_and_hunks = |limits| {
        let mirrors = Mirrors::new(folder.path(), "https://nowhere.invalid".parse().unwrap(), limits).unwrap();
        let commits = ["base", "head"].map(|name| git::text(&repository, &["rev-parse", name]).parse().unwrap());
        let changes = runtime.block_on(async {
            let mirror = mirrors.fetch(RepositoryId(7), &"o/r".parse().unwrap(), None, &commits).await.unwrap();
            mirror.change_set(&commits[0], &commits[1]).await.unwrap()
        });
        let hunks = &changes.files[0].hunks;
        let edits = || hunks.iter().flat_map(|hunk| &hunk.edits);
        (edits().map(|edit| edit.old.len()).sum(), edits().map(|edit| edit.new.len()).sum(), hunks.len())
    };
    let mut limits = MirrorLimits::default();
    assert_eq!(lines_and_hunks(limits), of_git(&repository));
    limits.change.steps = 10_000_000;
    assert_eq!(lines_and_hunks(limits), (60_000 - 1, 60_000 - 1, 1));
}
