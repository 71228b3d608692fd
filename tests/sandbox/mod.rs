//! Programs that try to get out of the sandbox, or to use up the machine.

mod escaping;
mod limits;
mod probe;

use std::time::{Duration, Instant};

use seam::sandbox::{
    folder::WorkFolder,
    job::{Job, Limits},
    runner::Ran,
};

use crate::support::sandbox::sandbox;

/// Runs a program in a folder of its own, which `prepare` has filled; `None` where there is no sandbox.
fn run(command: &[&str], limits: Limits, prepare: impl FnOnce(&WorkFolder)) -> Option<Ran> {
    let sandbox = sandbox()?;
    // Where everybody may go: root's program is not root.
    let folder = WorkFolder::new(&std::env::temp_dir()).unwrap();
    prepare(&folder);
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let job = Job { command: &command, folder: &folder, paths: &[], variables: &[], limits };
    Some(sandbox.run(&job, &|| false).unwrap())
}

/// Waits until a process has `word` on its command line.
fn assert_runs(word: &str) {
    wait_until(true, word);
}

/// Waits until none has.
fn assert_gone(word: &str) {
    wait_until(false, word);
}

fn wait_until(runs: bool, word: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while is_running(word) != runs {
        assert!(Instant::now() < deadline, "whether {word} runs: it should be {runs}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_running(word: &str) -> bool {
    let has_it = |path: std::path::PathBuf| {
        let line = std::fs::read(path.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
    };
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| has_it(entry.path()))
}
