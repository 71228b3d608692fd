//! What a process gives up for good, and how it is known that the kernel keeps to it.

use std::{
    fs,
    os::fd::RawFd,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, make_bitflags, path_beneath_rules,
};
use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CapabilitySet, CapabilitySets},
};

use super::{error::SandboxError, group, job::Limits, system_calls, user};
use crate::config::split_check::SYSTEM;

/// The first that keeps signals inside. Source: <https://docs.kernel.org/userspace-api/landlock.html>.
const VERSION: ABI = ABI::V6;

/// Read: what says how the system is set up, and nothing of its users but their names.
const FACTS: [&str; 16] = [
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    // Without it, what is linked to OpenSSL does not even start: Node.js of a distribution.
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/sys/devices/system/cpu",
];
/// Read and written.
const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/full"];

/// Files open at once in one process, as everywhere by default.
const OPEN_FILES: u64 = 1024;

/// Whether this kernel can keep a program inside.
///
/// # Errors
/// When it cannot do all that is needed.
pub(super) fn available() -> Result<(), SandboxError> {
    ruleset().map(drop).map_err(no_landlock)
}

/// Gives up everything but `folder`, `paths` and the system, and what `limits` leave. For a process with one thread.
///
/// # Errors
/// When something could not be given up: then nothing must be run.
pub(super) fn enter(folder: &Path, paths: &[PathBuf], limits: Limits) -> Result<(), SandboxError> {
    close_inherited()?;
    rustix::process::setsid().map_err(SandboxError::while_doing("leaving the terminal"))?;
    limit(limits).map_err(SandboxError::while_doing("setting limits"))?;
    give_up_privileges().map_err(SandboxError::while_doing("giving up privileges"))?;
    // What cannot be opened is left out of the rules without a word.
    for path in paths.iter().map(PathBuf::as_path).chain([folder]) {
        fs::metadata(path).map_err(|why| SandboxError::OutOfReach { path: path.to_owned(), why })?;
    }
    restrict(rules(folder, paths))?;
    system_calls::give_up()
}

/// What this thread starts from now on cannot signal the other threads: who watches it could be stopped by it. For a process that
/// has [entered](enter).
///
/// # Errors
/// When the kernel does not keep to it: then nothing must be started.
pub(super) fn leave_watch() -> Result<(), SandboxError> {
    restrict(deaf())
}

/// Signals stay inside, and nothing else changes: what no rule names here is denied here, where it is moving a file to another
/// folder.
fn deaf() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::Refer)?
        .scope(Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(["/"], AccessFs::Refer))
}

fn restrict(rules: Result<RulesetCreated, RulesetError>) -> Result<(), SandboxError> {
    let status = rules.and_then(RulesetCreated::restrict_self).map_err(no_landlock)?;
    if status.ruleset != RulesetStatus::FullyEnforced || !status.no_new_privs {
        return Err(SandboxError::NoLandlock { why: "it keeps to a part of the rules".to_owned() });
    }
    Ok(())
}

/// What is open is open to whoever is started, whatever the rules. Seam opens nothing for others: it is of who started Seam.
fn close_inherited() -> Result<(), SandboxError> {
    const CLOSING: &str = "closing what is open";
    let failed = || SandboxError::while_doing(CLOSING);
    let mut inherited = Vec::new();
    for entry in fs::read_dir("/proc/self/fd").map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let Some(number @ 3..) = entry.file_name().to_str().and_then(|name| name.parse::<RawFd>().ok()) else {
            continue;
        };
        let facts = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).map_err(failed())?;
        let flags = facts.lines().find_map(|line| i32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
        if flags.is_none_or(|flags| flags & libc::O_CLOEXEC == 0) {
            inherited.push(number);
        }
    }
    inherited.into_iter().try_for_each(nix::unistd::close).map_err(SandboxError::while_doing(CLOSING))
}

fn give_up_privileges() -> rustix::io::Result<()> {
    user::give_up_root()?;
    rustix::thread::set_no_new_privs(true)?;
    rustix::thread::clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
}

fn limit(limits: Limits) -> std::io::Result<()> {
    // The kernel counts all that the user runs, what else runs in a sandbox too: this only holds until whoever watches has seen it.
    let tasks = group::tasks_of(user::number())? + 4 * limits.tasks;
    for (resource, most) in [
        (Resource::Cpu, limits.time.as_secs() + 1),
        (Resource::Data, limits.memory),
        (Resource::Fsize, limits.disk),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Nproc, tasks),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
        // With 0 a program that the system has for it would still be given the memory of what crashed.
        (Resource::Core, 1),
    ] {
        let most = getrlimit(resource).maximum.map_or(most, |already| already.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    // Whoever waits for a review goes first.
    rustix::process::nice(10)?;
    Ok(())
}

/// All or nothing: a kernel that knows less is refused.
fn ruleset() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(AccessNet::from_all(VERSION))?
        .scope(Scope::from_all(VERSION))?
        .create()
}

fn rules(folder: &Path, paths: &[PathBuf]) -> Result<RulesetCreated, RulesetError> {
    let devices = make_bitflags!(AccessFs::{MakeChar | MakeBlock | IoctlDev});
    let (read, all) = (AccessFs::from_read(VERSION), AccessFs::from_all(VERSION) & !devices);
    let facts: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    ruleset()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(paths, read))?
        .add_rules(path_beneath_rules(FACTS, facts))?
        .add_rules(path_beneath_rules(DEVICES, make_bitflags!(AccessFs::{ReadFile | WriteFile})))?
        .add_rules(path_beneath_rules([folder], all))
}

fn no_landlock(error: RulesetError) -> SandboxError {
    SandboxError::NoLandlock { why: error.to_string() }
}
