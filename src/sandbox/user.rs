//! Who a program in the sandbox is: whoever Seam is, or nobody, where that is root.

use rustix::{
    process::{Gid, Uid, geteuid},
    thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid},
};

/// The user that is called `nobody` everywhere.
const NOBODY: u32 = 65_534;

/// Root's files are everybody's: what is root, even without privileges, could change the modes of all of them.
pub(super) fn instead_of_root() -> Option<u32> {
    geteuid().is_root().then_some(NOBODY)
}

/// Whose processes and files a program's are.
pub(super) fn number() -> u32 {
    instead_of_root().unwrap_or_else(|| geteuid().as_raw())
}

/// Is root no more. For a process with one thread.
pub(super) fn give_up_root() -> rustix::io::Result<()> {
    let Some(number) = instead_of_root() else { return Ok(()) };
    let (user, group) = (Uid::from_raw(number), Gid::from_raw(number));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)
}
