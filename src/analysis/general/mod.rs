//! Checks for any file, whatever its language: one file each.

pub mod check;
pub mod merge_conflict_marker;
