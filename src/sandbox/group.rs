//! What the processes of a group use together, as `/proc` has it. A program in the sandbox cannot leave its group.

use std::{fs, io, os::unix::fs::MetadataExt as _};

use rustix::{param::page_size, process::Pid};

/// Bytes that a socket may have in its buffers, as Linux makes them; those who fill them are not seen to have them.
const BEHIND_A_FILE: u64 = 256 << 10;

/// One process.
struct Found {
    number: u32,
    group: i32,
    user: u32,
    threads: u64,
    /// Bytes.
    resident: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) tasks: u64,
    /// Bytes, as if all open files were sockets and full; what two processes share counts twice.
    pub(super) memory: u64,
}

impl Found {
    fn memory(&self) -> u64 {
        // Its size is how many there are. Source: <https://docs.kernel.org/filesystems/proc.html>.
        let files = fs::metadata(format!("/proc/{}/fd", self.number)).map_or(0, |found| found.len());
        self.resident + files * BEHIND_A_FILE
    }
}

pub(super) fn usage(group: Pid) -> io::Result<Usage> {
    let members = processes()?.filter(|one| one.group == group.as_raw_nonzero().get());
    Ok(members
        .fold(Usage::default(), |sum, one| Usage { tasks: sum.tasks + one.threads, memory: sum.memory + one.memory() }))
}

/// Processes and threads of a user.
pub(super) fn tasks_of(user: u32) -> io::Result<u64> {
    Ok(processes()?.filter(|one| one.user == user).map(|one| one.threads).sum())
}

/// Those that end meanwhile are left out.
fn processes() -> io::Result<impl Iterator<Item = Found>> {
    let read = |entry: io::Result<fs::DirEntry>| {
        let folder = entry.ok()?.path();
        let number = folder.file_name()?.to_str()?.parse().ok()?;
        let user = fs::metadata(&folder).ok()?.uid();
        parse(&fs::read_to_string(folder.join("stat")).ok()?, number, user)
    };
    Ok(fs::read_dir("/proc")?.filter_map(read))
}

/// A line of `/proc/PID/stat`; see proc_pid_stat(5).
fn parse(line: &str, number: u32, user: u32) -> Option<Found> {
    // The name before it may hold anything.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3);
    let pages: u64 = field(24)?.parse().ok()?;
    Some(Found {
        number,
        group: field(5)?.parse().ok()?,
        user,
        threads: field(20)?.parse().ok()?,
        resident: pages * page_size() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_hide_what_follows() {
        let line = "7 (x) R 1 1 (y) S 3 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 5 0 9 1024 3 18446744073709551615 1";
        let found = parse(line, 7, 0).unwrap();
        assert_eq!((found.group, found.threads, found.resident), (42, 5, 3 * page_size() as u64));
    }

    #[test]
    fn open_files_count_as_memory() {
        let memory = || Found { number: std::process::id(), group: 0, user: 0, threads: 0, resident: 0 }.memory();
        let files: Vec<_> = (0..100).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        assert!(memory() >= files.len() as u64 * BEHIND_A_FILE);
    }

    #[test]
    fn this_process_is_found() {
        let usage = usage(rustix::process::getpgrp()).unwrap();
        assert!(usage.tasks > 0 && usage.memory > 0);
        assert!(tasks_of(rustix::process::geteuid().as_raw()).unwrap() > 0);
    }
}
