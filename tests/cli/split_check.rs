//! `seam split --check`: which slice does not build.

use std::process::Command;

use super::terminal::{Ran, Terminal};
use crate::support::sandbox::sandbox;

/// Two folders, of which `beta` breaks the build.
fn broken() -> Terminal {
    let build = "echo looking\nif grep -r BROKEN beta; then echo; echo 'beta is `wrong`' >&2; exit 3; fi\n";
    let terminal = Terminal::in_repository(&[("build.sh", build), ("alpha/a.txt", "a\n"), ("beta/b.txt", "b\n")]);
    terminal.write(&[
        ("alpha/a.txt", "1\n"),
        ("alpha/b.txt", "2\n"),
        ("beta/b.txt", "BROKEN\n"),
        ("beta/c.txt", "3\n"),
    ]);
    terminal
}

fn check(terminal: &Terminal, more: &[&str]) -> Ran {
    terminal.seam(&[&["split", "--strategy", "directory", "--format", "json"], more].concat())
}

/// What is said of builds, a line each.
fn said(ran: &Ran) -> String {
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"));
    assert_eq!(plan["validation"]["is_valid"], true, "{ran}");
    let problems = plan["validation"]["problems"].as_array().unwrap().iter();
    let builds = problems.filter(|problem| problem["check"] == "build_check");
    let line = |problem: &serde_json::Value| {
        let slice = problem["slice"].as_str().unwrap_or("plan");
        format!("{} {slice}: {}", problem["severity"].as_str().unwrap(), problem["message"].as_str().unwrap())
    };
    builds.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_slice_that_fails_is_named() {
    if sandbox().is_none() {
        return;
    }
    let terminal = broken();
    let before = terminal.git(&["count-objects", "-v"]);
    let ran = check(&terminal, &["--check", "sh build.sh"]);
    insta::assert_snapshot!(said(&ran), @"
    warning s2: `sh build.sh` fails with this slice: exit code 3; its last words: `looking` `beta/b.txt:BROKEN` `beta is 'wrong'`
    info plan: `sh build.sh` passes with the base and `s1`
    ");
    assert_eq!(ran.code, 0);
    assert_eq!(terminal.git(&["count-objects", "-v"]), before);
    let shown = terminal.seam(&["split", "--strategy", "directory", "--check", "sh build.sh"]).out;
    let shown: Vec<_> = shown.lines().filter(|line| line.contains("build.sh")).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
        warning: `sh build.sh` fails with this slice: exit code 3; its last words: `looking` `beta/b.txt:BROKEN` `beta is 'wrong'`
    info: `sh build.sh` passes with the base and `s1`
    ");
}

#[test]
fn slices_that_pass_are_named_together() {
    if sandbox().is_none() {
        return;
    }
    let terminal = broken();
    insta::assert_snapshot!(said(&check(&terminal, &["--check", "test -f build.sh"])), @"info plan: `test -f build.sh` passes with the base, `s1` and `s2`");
    // As an operator sets it.
    let environment = [("SEAM_SPLIT_CHECK", "sh -c 'test \"$GREETING\" = hello'"), ("GREETING", "hello")];
    let with = |more: &[(&str, &str)]| {
        let arguments = ["split", "--strategy", "directory", "--format", "json"];
        said(&terminal.seam_with(&terminal.root(), &arguments, &[&environment, more].concat()))
    };
    insta::assert_snapshot!(with(&[("SEAM_SPLIT_CHECK_ENV", "GREETING")]), @r#"info plan: `sh -c test "$GREETING" = hello` passes with the base, `s1` and `s2`"#);
    // Blank is not given.
    let blank = ["PATHS", "TIMEOUT", "MEMORY"].map(|name| format!("SEAM_SPLIT_CHECK_{name}"));
    let blank =
        [&blank.each_ref().map(|name| (name.as_str(), " "))[..], &[("SEAM_SPLIT_CHECK_ENV", "GREETING")]].concat();
    insta::assert_snapshot!(with(&blank), @r#"info plan: `sh -c test "$GREETING" = hello` passes with the base, `s1` and `s2`"#);
    assert_eq!(with(&[("SEAM_SPLIT_CHECK", "")]), "");
    insta::assert_snapshot!(with(&[]), @r#"warning plan: `sh -c test "$GREETING" = hello` fails on the base already, so no slice was checked with it: exit code 1"#);
}

#[test]
fn what_cannot_be_run_costs_no_plan() {
    if sandbox().is_none() {
        return;
    }
    let terminal = broken();
    let ran = check(&terminal, &["--check", "sleep 9176001", "--check-timeout", "1"]);
    insta::assert_snapshot!(said(&ran), @"warning plan: `sleep 9176001` fails on the base already, so no slice was checked with it: it took longer than 1 s");
    let ran = check(&terminal, &["--check", "sh build.sh", "--check-paths", "/nowhere/at/all"]);
    insta::assert_snapshot!(said(&ran), @"warning plan: `sh build.sh` was not run: /nowhere/at/all is to be read in the sandbox, and is not there: mend the path, or leave it out");
    let ran = check(&terminal, &["--check", "/usr/nobody-has-this"]);
    insta::assert_snapshot!(said(&ran), @"warning plan: `/usr/nobody-has-this` fails on the base already, so no slice was checked with it: exit code 2; its last words: `seam: '/usr/nobody-has-this' cannot be started in the sandbox: No such file or director…`");
    insta::assert_snapshot!(terminal.seam(&["split", "--check", "sh 'open"]), @"
    seam: invalid value 'sh 'open' for '--check <COMMAND>': write a program and its arguments, quoted as in a shell; `sh -c '...'` where a shell is wanted (see `seam split --help`)
    exit 2
    ");
}

#[test]
fn where_nothing_may_be_executed_nothing_is_run() {
    let (terminal, place) = (broken(), tempfile::tempdir().unwrap());
    let mounted = |command: &[&str]| {
        let script = "mount -t tmpfs -o noexec none \"$TMPDIR\" && exec \"$@\"";
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).args(command);
        unshare.current_dir(terminal.root()).env("TMPDIR", place.path()).output().unwrap()
    };
    // Not every machine lets everybody mount.
    if sandbox().is_none() || !mounted(&["true"]).status.success() {
        return;
    }
    let split = ["split", "--strategy", "directory", "--format", "json", "--check", "sh build.sh"];
    let ended = mounted(&[&[env!("CARGO_BIN_EXE_seam")], &split[..]].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: ended.status.code().unwrap(), out: text(ended.stdout), err: text(ended.stderr) };
    let said = said(&ran).replace(place.path().to_str().unwrap(), "PLACE");
    insta::assert_snapshot!(said, @"warning plan: `sh build.sh` was not run: nothing is run in PLACE/seam-check-0, which is mounted so that nothing there may be executed (noexec): let TMPDIR name another folder");
}

#[test]
fn without_a_split_it_is_said_that_nothing_was_checked() {
    let terminal = Terminal::in_repository(&[("a.txt", "a\n")]);
    terminal.write(&[("a.txt", "b\n")]);
    let ran = check(&terminal, &["--check", "sh build.sh"]);
    insta::assert_snapshot!(said(&ran), @"warning plan: `sh build.sh` was not run: no split is suggested");
    assert_eq!(ran.code, 0);
}

#[test]
fn a_repository_has_no_say_in_it() {
    let terminal = broken();
    let marker = terminal.root().join("ran");
    let command = format!("touch {}", marker.display());
    terminal.write(&[
        ("seam.toml", &format!("[split]\ncheck = \"{command}\"\n")),
        (".github/seam.yml", &format!("split:\n  check: {command}\n")),
        (".seam.yml", &format!("split:\n  check: {command}\n")),
        (".env", &format!("SEAM_SPLIT_CHECK={command}\n")),
    ]);
    terminal.commit(&[]);
    terminal.write(&[("alpha/a.txt", "1\n"), ("beta/b.txt", "2\n")]);
    let ran = check(&terminal, &[]);
    assert_eq!((said(&ran).as_str(), marker.exists()), ("", false), "{ran}");
    assert!(ran.err.contains("check"), "{ran}");
}
