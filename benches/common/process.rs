//! What a process uses, as `/proc` tells; Linux only.

use std::{path::Path, time::Duration};

/// 100 a second on every Linux that people run.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process.
pub(crate) fn cpu(process: u32) -> Duration {
    let [user, system, ..] = times(&process.to_string());
    TICK * (user + system)
}

/// User and system time of all children that this process has waited for.
pub(crate) fn cpu_of_children() -> Duration {
    let [_, _, user, system] = times("self");
    TICK * (user + system)
}

/// In ticks: user and system time of a process, and of its children.
fn times(process: &str) -> [u32; 4] {
    let stat = read(process, "stat");
    let fields: Vec<_> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    [11, 12, 13, 14].map(|field| fields[field].parse().unwrap())
}

/// Memory that a process holds now, in MB.
pub(crate) fn resident(process: u32) -> f64 {
    megabytes(process, "VmRSS:")
}

/// Memory that a process held when it held most, in MB.
pub(crate) fn peak_resident(process: u32) -> f64 {
    megabytes(process, "VmHWM:")
}

fn megabytes(process: u32, name: &str) -> f64 {
    let status = read(&process.to_string(), "status");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

fn read(process: &str, file: &str) -> String {
    std::fs::read_to_string(Path::new("/proc").join(process).join(file)).unwrap()
}
