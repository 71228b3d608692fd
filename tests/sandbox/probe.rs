//! The program that tries to get out: this test binary, started again inside of the sandbox.

use std::{
    env,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::{
        fs::symlink,
        net::{UnixDatagram, UnixListener, UnixStream},
    },
    path::PathBuf,
    process::Command,
};

use rustix::{
    process::{
        Pid, Resource, getppid, getrlimit, prlimit, setpgid, setpriority_process, setrlimit, setsid, test_kill_process,
    },
    thread::{sched_getaffinity, sched_setaffinity},
};

/// The folder that it tries to get at.
pub(super) const OUTSIDE: &str = "SEAM_TEST_OUTSIDE";
/// The process that it tries to get at.
pub(super) const PARENT: &str = "SEAM_TEST_PARENT";
/// A port that something listens on.
pub(super) const PORT: &str = "SEAM_TEST_PORT";

#[test]
#[ignore = "what the tests beside it start"]
fn tries_to_get_out() {
    let (Ok(outside), Ok(parent), Ok(port)) = (env::var(OUTSIDE), env::var(PARENT), env::var(PORT)) else { return };
    let outside = PathBuf::from(outside);
    fs::write("own", "mine").unwrap();
    symlink(&outside, "way-out").unwrap();
    tell("read a file outside", fs::read(outside.join("master.key")));
    tell("read it through a link", fs::read("way-out/master.key"));
    tell("read the passwords", fs::read("/etc/shadow"));
    tell("read the variables of Seam", fs::read(format!("/proc/{parent}/environ")));
    tell("read the memory of Seam", fs::read(format!("/proc/{parent}/mem")));
    tell("list a folder outside", fs::read_dir(&outside));
    tell("write a file outside", fs::write(outside.join("new"), "x"));
    tell("write one through a link", fs::write("way-out/new", "x"));
    tell("append to a file outside", OpenOptions::new().append(true).open(outside.join("seam.db")));
    tell("empty a file outside", empty(&outside.join("seam.db")));
    tell("remove a file outside", fs::remove_file(outside.join("seam.db")));
    tell("move a file outside", fs::rename("own", outside.join("own")));
    tell("link a file from outside", fs::hard_link(outside.join("master.key"), "linked"));
    tell("write to the system", fs::write("/usr/bin/own", "x"));
    tell("write to /tmp", fs::write(format!("/tmp/seam-probe-{parent}"), "x"));
    tell("connect", TcpStream::connect(format!("127.0.0.1:{port}")));
    tell("listen", TcpListener::bind("127.0.0.1:0"));
    tell("send a datagram", UdpSocket::bind("127.0.0.1:0"));
    tell("connect to a socket in a folder", UnixStream::connect(outside.join("socket")));
    tell("listen at a socket in a folder", UnixListener::bind("socket"));
    tell("make a pair for datagrams", UnixDatagram::pair());
    tell(
        "find Seam by a signal",
        test_kill_process(Pid::from_raw(parent.parse().unwrap()).unwrap()).map_err(Into::into),
    );
    let watch = getppid().unwrap();
    tell("find who watches it by a signal", test_kill_process(watch).map_err(Into::into));
    // Of the same user, as Seam is where it is not root.
    let most = getrlimit(Resource::Core);
    tell("set its limits", prlimit(Some(watch), Resource::Core, most).map_err(Into::into));
    tell("set its priority", setpriority_process(Some(watch), 19).map_err(Into::into));
    let cores = sched_getaffinity(None).unwrap();
    tell("set its cores", sched_setaffinity(Some(watch), &cores).map_err(Into::into));
    let number = watch.to_string();
    let chrt = ["--batch", "--pid", "0", &number];
    tell("schedule it otherwise", Command::new("chrt").args(chrt).output().and_then(succeeded));
    let ionice = ["--class", "idle", "--pid", &number];
    tell("let it wait for the disk", Command::new("ionice").args(ionice).output().and_then(succeeded));
    tell("set limits of its own", setrlimit(Resource::Core, most).map_err(Into::into));
    tell("set a priority of its own", setpriority_process(None, 19).map_err(Into::into));
    tell("leave the session", setsid().map_err(Into::into));
    tell("leave the group", setpgid(None, None).map_err(Into::into));
    tell("make a namespace", Command::new("unshare").args(["--user", "true"]).output().and_then(succeeded));
    tell("mount", Command::new("mount").args(["-t", "tmpfs", "none", "."]).output().and_then(succeeded));
    tell("write its own file", fs::write("own", "still mine"));
    fs::create_dir("folder").unwrap();
    tell("move its own file to another folder", fs::rename("own", "folder/own"));
    tell("write to its temporary folder", fs::write(env::temp_dir().join("own"), "x"));
    tell(
        "write to nothing",
        OpenOptions::new().write(true).open("/dev/null").and_then(|mut file| file.write_all(b"x")),
    );
    tell("make a pair", UnixStream::pair());
    tell("start a program", Command::new("true").output().and_then(succeeded));
    let mut names: Vec<String> = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    names.sort();
    println!("\ntried to see variables: {}", names.join(" "));
}

/// Takes more and more memory.
#[test]
#[ignore = "what the tests beside it start"]
fn takes_memory() {
    if env::var(PARENT).is_err() {
        return;
    }
    say("began");
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 1 << 20]);
    }
}

/// Fills the buffers of as many sockets as it may have.
#[test]
#[ignore = "what the tests beside it start"]
fn fills_sockets() {
    if env::var(PARENT).is_err() {
        return;
    }
    say("began");
    let mut all = Vec::new();
    while let Ok((mut one, other)) = UnixStream::pair() {
        one.set_nonblocking(true).unwrap();
        while one.write(&[1; 1 << 16]).is_ok() {}
        all.push((one, other));
    }
    // Whoever watches sees it by now.
    std::thread::sleep(std::time::Duration::from_secs(60));
}

fn tell<T>(what: &str, result: io::Result<T>) {
    let how = result.map_or_else(|error| error.kind().to_string(), |_| "done".to_owned());
    say(&format!("tried to {what}: {how}"));
}

/// Not `println!`, which the test harness can keep to itself.
fn say(line: &str) {
    io::stdout().write_all(format!("\n{line}\n").as_bytes()).unwrap();
}

fn empty(path: &std::path::Path) -> io::Result<()> {
    OpenOptions::new().write(true).truncate(true).open(path).map(drop)
}

fn succeeded(output: std::process::Output) -> io::Result<()> {
    if output.status.success() { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}
