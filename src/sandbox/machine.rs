//! What is left of the machine: what a program takes of it can be hidden from whoever counts, but is no more there.

use std::{fs, io};

use super::folder::WorkFolder;

/// Files and folders by which a disk may lose what it can still have.
const MOST_FILES: u64 = 500_000;

/// The disk that a folder lies on, and memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    bytes: Stock,
    files: Stock,
    memory: Stock,
}

/// How much there is, and what is left of it.
#[derive(Clone, Copy, Debug)]
struct Stock {
    left: u64,
    all: u64,
}

impl Stock {
    fn is_nearly_gone(self) -> bool {
        self.left < self.all / 20
    }
}

impl Machine {
    pub(super) fn now(folder: &WorkFolder) -> io::Result<Self> {
        let disk = rustix::fs::statvfs(folder.root())?;
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        Ok(Self {
            bytes: Stock { left: bytes(disk.f_bavail), all: bytes(disk.f_blocks) },
            // Some file systems count none.
            files: Stock { left: disk.f_favail, all: disk.f_files },
            memory: memory(&fs::read_to_string("/proc/meminfo")?)?,
        })
    }

    /// Less is left than before by more than `most` bytes, or by too many files, and that is the folder's doing; or nearly nothing
    /// is: what is open and has no name any more cannot be found.
    pub(super) fn has_lost_disk(self, before: Self, most: u64, folder: &WorkFolder) -> bool {
        [(before.bytes, self.bytes, most), (before.files, self.files, MOST_FILES)].into_iter().any(
            |(before, now, may)| {
                let has_lost = before.left.saturating_sub(now.left) > may;
                has_lost && (now.is_nearly_gone() || folder.holds_more_than(most, MOST_FILES))
            },
        )
    }

    /// Nearly none is left, and there was more before: buffers and tables of the kernel are nobody's, whoever filled them.
    pub(super) fn has_lost_memory(self, before: Self) -> bool {
        self.memory.is_nearly_gone() && self.memory.left < before.memory.left / 2
    }
}

/// See proc_meminfo(5).
fn memory(facts: &str) -> io::Result<Stock> {
    let bytes = |name: &str| {
        let value = facts.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"));
        let kilobytes: u64 = value.and_then(|value| value.trim().parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        Ok::<_, io::Error>(kilobytes << 10)
    };
    Ok(Stock { left: bytes("MemAvailable:")?, all: bytes("MemTotal:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Stock = Stock { left: 900_000_000, all: 1_000_000_000 };
    const LITTLE: Stock = Stock { left: 49_000_000, ..PLENTY };

    fn machine(bytes: Stock, files: Stock, memory: Stock) -> Machine {
        Machine { bytes, files, memory }
    }

    #[test]
    fn memory_that_nobody_counts_is_missed() {
        let before = machine(PLENTY, PLENTY, PLENTY);
        assert!(machine(PLENTY, PLENTY, LITTLE).has_lost_memory(before));
        // Others have it already.
        let tight = machine(PLENTY, PLENTY, LITTLE);
        assert!(!tight.has_lost_memory(tight) && !before.has_lost_memory(before));
    }

    #[test]
    fn a_disk_that_others_fill_is_theirs_until_it_is_full() {
        let parent = tempfile::tempdir().unwrap();
        let folder = WorkFolder::new(parent.path()).unwrap();
        let before = machine(PLENTY, PLENTY, PLENTY);
        let less = Stock { left: PLENTY.left / 2, ..PLENTY };
        for (bytes, files, is_lost) in
            [(PLENTY, PLENTY, false), (less, less, false), (LITTLE, PLENTY, true), (PLENTY, LITTLE, true)]
        {
            let now = machine(bytes, files, PLENTY);
            assert_eq!(now.has_lost_disk(before, 1_000_000, &folder), is_lost, "{now:?}");
        }
    }

    #[test]
    fn this_machine_has_memory() {
        let stock = memory(&fs::read_to_string("/proc/meminfo").unwrap()).unwrap();
        assert!(stock.left > 0 && stock.left <= stock.all, "{stock:?}");
        assert!(memory("MemTotal: 7 kB\n").is_err());
    }
}
