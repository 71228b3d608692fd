//! How much one file may cost. A diff is hostile input: nothing in it may make a review slow or large.

use std::time::Duration;

/// Bounds, most of them for each file. What is over one is said in the ledger. Times are by the wall, and many times what the
/// largest file needs: how busy a machine is should not decide what is found.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Larger files are not read at all.
    pub read_bytes: u64,
    /// Larger files are not parsed: only the checks that need no grammar run.
    pub parse_bytes: usize,
    /// For parsing one file.
    pub parse_time: Duration,
    /// For one syntax rule on one file.
    pub rule_time: Duration,
    /// For all syntax rules on one file.
    pub file_time: Duration,
    /// For all files of a change; those that come later are not looked at.
    pub change_time: Duration,
    /// Files nested deeper are not matched against syntax rules: matching compares subtrees recursively.
    pub depth: usize,
    /// Larger syntax nodes are not matched themselves (what is in them is): bounds what one match can cost.
    pub node_bytes: usize,
    /// Drafts kept per file; the rest only count.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read_bytes: 16 << 20,
            parse_bytes: 1 << 20,
            parse_time: Duration::from_secs(3),
            rule_time: Duration::from_secs(1),
            file_time: Duration::from_secs(3),
            change_time: Duration::from_secs(10 * 60),
            depth: 1000,
            node_bytes: 64 << 10,
            findings: 500,
        }
    }
}
