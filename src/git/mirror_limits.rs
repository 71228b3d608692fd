//! How much mirrors may take.

use std::time::Duration;

use crate::change::assemble;

/// How much disk, time and memory mirrors may take.
#[derive(Clone, Copy, Debug)]
pub struct MirrorLimits {
    /// Bytes of all mirrors together; beyond it the least recently used go.
    pub quota: u64,
    /// For one fetch of commits, and for one of blobs.
    pub timeout: Duration,
    /// Bytes that one fetch of commits may bring.
    pub history_bytes: u64,
    /// Bytes that the blobs of one change may have on their way; what is beyond stays unread, and the change set says so.
    pub blob_bytes: u64,
    pub change: assemble::Limits,
}

impl Default for MirrorLimits {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self {
            quota: 10 * GIB,
            timeout: Duration::from_secs(15 * 60),
            history_bytes: 4 * GIB,
            blob_bytes: GIB / 2,
            change: assemble::Limits::default(),
        }
    }
}
