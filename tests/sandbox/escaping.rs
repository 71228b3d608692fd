//! Nothing outside can be had.

use std::{
    fs::{self, Permissions},
    io::Read as _,
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, net::UnixListener},
    path::PathBuf,
    process::{Command, Stdio},
};

use rustix::process::geteuid;
use seam::sandbox::{
    folder::WorkFolder,
    job::{Job, Limits},
    runner::End,
};

use super::{
    assert_gone, assert_runs,
    probe::{OUTSIDE, PARENT, PORT},
    run,
};
use crate::support::sandbox::sandbox;

/// This test binary, where a program in the sandbox finds it.
pub(super) fn bring_probe(folder: &WorkFolder) {
    fs::copy(std::env::current_exe().unwrap(), folder.files().join("probe")).unwrap();
}

#[test]
fn a_program_has_its_folder_and_the_system_to_read() {
    // Open to everybody, so that it is the sandbox that refuses.
    let outside = tempfile::Builder::new().permissions(Permissions::from_mode(0o777)).tempdir().unwrap();
    let place = outside.path().canonicalize().unwrap();
    for name in ["seam.db", "master.key"] {
        fs::write(place.join(name), "secret").unwrap();
        fs::set_permissions(place.join(name), Permissions::from_mode(0o666)).unwrap();
    }
    let _socket = UnixListener::bind(place.join("socket")).unwrap();
    fs::set_permissions(place.join("socket"), Permissions::from_mode(0o777)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let given = [
        format!("{OUTSIDE}={}", place.display()),
        format!("{PARENT}={}", std::process::id()),
        format!("{PORT}={}", listener.local_addr().unwrap().port()),
    ];
    let test = ["./probe", "sandbox::probe::tries_to_get_out", "--exact", "--ignored", "--nocapture"];
    let command: Vec<&str> = ["env"].into_iter().chain(given.iter().map(String::as_str)).chain(test).collect();
    let Some(ran) = run(&command, Limits::default(), bring_probe) else { return };
    let tried: Vec<_> = ran.output.lines().filter_map(|line| line.strip_prefix("tried to ")).collect();
    assert_eq!(ran.end, End::Exit(0), "{}", ran.output);
    insta::assert_snapshot!(tried.join("\n"), @"
    read a file outside: permission denied
    read it through a link: permission denied
    read the passwords: permission denied
    read the variables of Seam: permission denied
    read the memory of Seam: permission denied
    list a folder outside: permission denied
    write a file outside: permission denied
    write one through a link: permission denied
    append to a file outside: permission denied
    empty a file outside: permission denied
    remove a file outside: permission denied
    move a file outside: permission denied
    link a file from outside: cross-device link or rename
    write to the system: permission denied
    write to /tmp: permission denied
    connect: permission denied
    listen: permission denied
    send a datagram: permission denied
    connect to a socket in a folder: permission denied
    listen at a socket in a folder: permission denied
    make a pair for datagrams: permission denied
    find Seam by a signal: permission denied
    find who watches it by a signal: permission denied
    set its limits: permission denied
    set its priority: permission denied
    set its cores: permission denied
    schedule it otherwise: permission denied
    let it wait for the disk: permission denied
    set limits of its own: done
    set a priority of its own: done
    leave the session: permission denied
    leave the group: permission denied
    make a namespace: permission denied
    mount: permission denied
    write its own file: done
    move its own file to another folder: done
    write to its temporary folder: done
    write to nothing: done
    make a pair: done
    start a program: done
    see variables: CARGO_TERM_COLOR HOME LC_ALL NO_COLOR PATH SEAM_TEST_OUTSIDE SEAM_TEST_PARENT SEAM_TEST_PORT TERM TMPDIR
    ");
    let mut there: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, ["master.key", "seam.db", "socket"]);
    assert_eq!(fs::read_to_string(place.join("seam.db")).unwrap(), "secret");
}

#[test]
fn what_runs_in_the_background_ends_with_the_program() {
    let script =
        "sleep 9171001 & (setsid sleep 9171002 || sleep 9171003) & nohup sleep 9171004 >/dev/null 2>&1 & echo started";
    let Some(ran) = run(&["sh", "-c", script], Limits::default(), |_| {}) else { return };
    assert_eq!(ran.end, End::Exit(0), "{}", ran.output);
    for number in 1..=4 {
        assert_gone(&format!("917100{number}"));
    }
}

/// As Seam starts it, and nothing else.
fn helper(folder: &WorkFolder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seam"));
    command.arg("sandbox").arg("--folder").arg(folder.root());
    command.args(["--seconds", "600", "--memory", "1000000000", "--disk", "1000000000", "--tasks", "100", "--"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[test]
fn a_program_does_not_outlive_whoever_started_it() {
    if sandbox().is_none() {
        return;
    }
    let folder = WorkFolder::new(&std::env::temp_dir()).unwrap();
    // Who watches it shall not be kept from it.
    let script = "kill -STOP $PPID; kill -KILL $PPID; sleep 9172001 & echo runs; sleep 9172001";
    let mut child = helper(&folder).args(["sh", "-c", script]).spawn().unwrap();
    let mut said = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
    assert_eq!(&said, b"runs\n");
    assert_runs("9172001");
    // Its end closes this, however it comes.
    drop(child.stdin.take());
    assert_gone("9172001");
    assert!(!child.wait().unwrap().success());
}

#[test]
fn what_the_program_cannot_reach_is_said() {
    // Only root's program is somebody else.
    let Some(sandbox) = sandbox().filter(|_| geteuid().is_root()) else { return };
    let closed = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
    let said = |folder: WorkFolder, paths: &[PathBuf]| {
        let command = ["true".to_owned()];
        let job = Job { command: &command, folder: &folder, paths, variables: &[], limits: Limits::default() };
        let error = sandbox.run(&job, &|| false).unwrap_err().to_string();
        error.replace(folder.root().to_str().unwrap(), "FOLDER").replace(closed.path().to_str().unwrap(), "CLOSED")
    };
    let tools = closed.path().join("tools");
    fs::create_dir(&tools).unwrap();
    insta::assert_snapshot!(said(WorkFolder::new(&std::env::temp_dir()).unwrap(), &[tools]), @"CLOSED/tools is out of reach in the sandbox, whose user must get there (Permission denied (os error 13)): name a place that is open to it");
    insta::assert_snapshot!(said(WorkFolder::new(closed.path()).unwrap(), &[]), @"FOLDER is out of reach in the sandbox, whose user must get there (Permission denied (os error 13)): name a place that is open to it");
}

#[test]
fn what_is_open_already_is_not_handed_on() {
    if sandbox().is_none() {
        return;
    }
    let folder = WorkFolder::new(&std::env::temp_dir()).unwrap();
    let mut inner = helper(&folder);
    inner.args(["sh", "-c", "cat <&7 && echo open"]);
    let mut outer = Command::new("sh");
    outer.args(["-c", "exec 7</etc/hostname \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
    let mut child = outer.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its end would end the program.
    let _stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains('7'), "{output:?}");
}
