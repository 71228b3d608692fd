//! What `seam doctor` finds in the data directory: the operator's workflows, the mirrors' folder, room on the disk.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::{basis::NO_SERVER, checkup::Check, serving::load_workflows};
use crate::{git::mirror_limits::MirrorLimits, tools::builtin};

const GB: u64 = 1_000_000_000;

pub(super) fn look(data_dir: &Path) -> Vec<Check> {
    if !data_dir.is_dir() {
        return vec![Check::bad("Data", format!("there is no folder {}", data_dir.display()), NO_SERVER)];
    }
    vec![workflows(data_dir), mirrors(data_dir), disk(data_dir)]
}

fn workflows(data_dir: &Path) -> Check {
    const WHAT: &str = "Workflows";
    match load_workflows(data_dir, &builtin::described()) {
        Ok(library) => Check::good(WHAT, format!("{} are in order", library.all().len())),
        Err(error) => {
            let mend = "correct these files: no server starts with them; `seam workflow validate FILE` checks one";
            Check::bad(WHAT, error.to_string(), mend)
        }
    }
}

fn mirrors(data_dir: &Path) -> Check {
    const WHAT: &str = "Mirrors";
    let folder = data_dir.join("mirrors");
    // Where it was deleted, which it may be, the next start makes it.
    let written = if folder.exists() { folder.join(".") } else { data_dir.to_owned() };
    match access(&written, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Check::good(WHAT, format!("{} can be written to", folder.display())),
        Err(error) => {
            let mend = "let the user that runs `seam serve` write there, or delete it: it is a cache";
            Check::bad(WHAT, format!("{} cannot be written to: {error}", folder.display()), mend)
        }
    }
}

fn disk(data_dir: &Path) -> Check {
    match statvfs(data_dir) {
        Ok(disk) => room(disk.f_bavail.saturating_mul(disk.f_frsize), data_dir),
        Err(error) => {
            let found = format!("nobody knows how much room is left below {}: {error}", data_dir.display());
            Check::bad("Disk", found, "mend the disk")
        }
    }
}

fn room(free: u64, data_dir: &Path) -> Check {
    const WHAT: &str = "Disk";
    let found = format!("{}.{} GB are free below {}", free / GB, free % GB / (GB / 10), data_dir.display());
    if free >= GB {
        return Check::good(WHAT, found);
    }
    let quota = MirrorLimits::default().quota / GB;
    let mend =
        format!("make room: mirrors alone take up to {quota} GB; those that are there may be deleted at any time");
    Check::bad(WHAT, found, mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_told_before_there_is_none() {
        let told = |free| {
            let check = room(free, Path::new("seam-data"));
            format!("{}: {}", check.found, check.mend.as_deref().unwrap_or("enough"))
        };
        insta::assert_snapshot!([GB - 1, GB, 25 * GB + GB / 2].map(told).join("\n"), @"
        0.9 GB are free below seam-data: make room: mirrors alone take up to 10 GB; those that are there may be deleted at any time
        1.0 GB are free below seam-data: enough
        25.5 GB are free below seam-data: enough
        ");
    }
}
