//! System calls that a program in the sandbox does not have. What it may do with files is Landlock's part.

use std::env::consts::ARCH;

use libc::{
    AF_UNIX, CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS,
    EPERM, PRIO_PROCESS, SOCK_DGRAM, SOCK_RAW,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use super::error::SandboxError;

/// Refused as not permitted.
const REFUSED: [i64; 60] = [
    // The network; sockets in the file system too: behind those are databases and container engines.
    libc::SYS_socket,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    // Leaving the group of processes that is killed in the end.
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // What outlives its process, or is memory that nobody counts.
    libc::SYS_shmget,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // The machine.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
    libc::SYS_vhangup,
    libc::SYS_personality,
];

/// Of these the caller may only mean itself: argument by argument, what says so. Others of its user are not its own.
const ON_ITSELF: [(i64, &[(u8, i32)]); 9] = [
    (libc::SYS_prlimit64, &[(0, 0)]),
    (libc::SYS_setpriority, &[(0, PRIO_PROCESS as i32), (1, 0)]),
    (libc::SYS_ioprio_set, &[(0, IOPRIO_WHO_PROCESS), (1, 0)]),
    (libc::SYS_sched_setaffinity, &[(0, 0)]),
    (libc::SYS_sched_setscheduler, &[(0, 0)]),
    (libc::SYS_sched_setparam, &[(0, 0)]),
    (libc::SYS_sched_setattr, &[(0, 0)]),
    (libc::SYS_move_pages, &[(0, 0)]),
    (libc::SYS_migrate_pages, &[(0, 0)]),
];
/// Source: <https://man7.org/linux/man-pages/man2/ioprio_set.2.html>.
const IOPRIO_WHO_PROCESS: i32 = 1;

/// Refused as not there, so that another way is taken: what asks for these has one.
const ABSENT: [i64; 4] =
    [libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Takes them away from this thread, and all that it will start.
///
/// # Errors
/// When the kernel does not.
pub(super) fn give_up() -> Result<(), SandboxError> {
    let apply = || [absent()?, refused()?].iter().try_for_each(|program| apply_filter(program));
    apply().map_err(SandboxError::while_doing("giving up system calls"))
}

fn absent() -> seccompiler::Result<BpfProgram> {
    filter(ABSENT.into_iter().map(|number| (number, Vec::new())).collect(), libc::ENOSYS)
}

fn refused() -> seccompiler::Result<BpfProgram> {
    let mut rules: Vec<(i64, Vec<SeccompRule>)> = REFUSED.into_iter().map(|number| (number, Vec::new())).collect();
    // Flags of `clone` can be seen, those of `clone3` cannot.
    let namespaces =
        [CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS];
    let namespace = |flag: i32| rule(0, SeccompCmpOp::MaskedEq(flag as u64), flag);
    rules.push((libc::SYS_clone, namespaces.into_iter().map(namespace).collect::<Result<_, _>>()?));
    // A pair is connected, and stays with itself; unless it is of datagrams, which can be sent elsewhere.
    let kind = |kind: i32| rule(1, SeccompCmpOp::MaskedEq(0xf), kind);
    rules.push((libc::SYS_socketpair, vec![rule(0, SeccompCmpOp::Ne, AF_UNIX)?, kind(SOCK_DGRAM)?, kind(SOCK_RAW)?]));
    for (number, itself) in ON_ITSELF {
        let other = |(argument, value): &(u8, i32)| rule(*argument, SeccompCmpOp::Ne, *value);
        rules.push((number, itself.iter().map(other).collect::<Result<_, _>>()?));
    }
    rules.extend(second_numbers().map(|number| (number, Vec::new())));
    filter(rules, EPERM)
}

/// On x86-64 every system call can be had under a second number (x32), where the kernel knows it.
fn second_numbers() -> impl Iterator<Item = i64> {
    const BIT: i64 = 0x4000_0000;
    let last = if ARCH == "x86_64" { 547 } else { -1 };
    (0..=last).map(|number| number | BIT)
}

fn rule(argument: u8, comparison: SeccompCmpOp, value: i32) -> seccompiler::Result<SeccompRule> {
    Ok(SeccompRule::new(vec![SeccompCondition::new(argument, Dword, comparison, value as u64)?])?)
}

/// Refuses what has an entry (with rules: what one of them is true of) with `error`. Calls of another architecture kill.
fn filter(rules: Vec<(i64, Vec<SeccompRule>)>, error: i32) -> seccompiler::Result<BpfProgram> {
    let refuse = SeccompAction::Errno(error as u32);
    let filter = SeccompFilter::new(rules.into_iter().collect(), SeccompAction::Allow, refuse, ARCH.try_into()?)?;
    Ok(filter.try_into()?)
}
