//! `seam review` as a person starts it: a new process each time, beside `git diff` of the same change.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{process, sample::File, times::Times};

const SEAM: &str = env!("CARGO_BIN_EXE_seam");

/// A real repository, and two revisions in it.
pub(crate) struct Real {
    pub(crate) repository: String,
    pub(crate) base: String,
    pub(crate) head: String,
}

pub(crate) fn measure(files: usize, runs: usize, real: Option<&Real>) {
    println!("{:<44} {:>9} {:>9} {:>9}", "a process each time", "p50 ms", "p95 ms", "CPU ms");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path();
    write(root, files, 0);
    git(root, &["init", "--quiet", "--initial-branch=main"]);
    git(root, &["add", "."]);
    let ada = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    git(root, &[&ada[..], &["commit", "--quiet", "--message=Begin"]].concat());
    for (changed, runs) in [(1, runs), (500, runs.div_ceil(5))] {
        write(root, changed, 1);
        compare(&format!("{changed} of {files} files changed"), root, &[], &["HEAD"], runs);
    }
    if let Some(Real { repository, base, head }) = real {
        let name = format!("{base}..{head} of {repository}");
        compare(&name, Path::new(repository), &["--base", base, "--head", head], &[base, head], runs.div_ceil(5));
    }
}

fn compare(change: &str, root: &Path, review: &[&str], diff: &[&str], runs: usize) {
    let run = |name: &str, command: &mut Command| {
        command.current_dir(root).stdout(Stdio::null()).stderr(Stdio::null());
        let cpu = process::cpu_of_children();
        let times: Vec<_> = (0..runs)
            .map(|_| {
                let start = Instant::now();
                assert!(command.status().unwrap().success(), "{command:?}");
                start.elapsed()
            })
            .collect();
        let cpu = (process::cpu_of_children() - cpu).as_secs_f64() * 1e3 / runs as f64;
        let times = Times::from(times);
        let label = format!("{name}: {change}");
        println!("{label:<44} {:>9.1} {:>9.1} {cpu:>9.1}", times.millis(0.5), times.millis(0.95));
    };
    run("seam review", Command::new(SEAM).args(["review", "--fail-on=never"]).args(review));
    run("git diff", Command::new("git").arg("diff").args(diff));
}

fn write(root: &Path, files: usize, changes: usize) {
    for file in (0..files).map(File::of) {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.changed(0, changes)).unwrap();
    }
}

fn git(root: &Path, arguments: &[&str]) {
    assert!(Command::new("git").current_dir(root).args(arguments).status().unwrap().success(), "git {arguments:?}");
}
