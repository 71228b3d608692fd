//! Checks for any file, whatever its language: one file each, listed in [`check::all`].

pub mod check;
pub mod debug_leftover;
pub mod exec_bit;
pub mod focused_test;
pub mod homoglyph;
pub mod invisible_character;
pub mod large_or_binary_file;
pub mod lockfile_injection;
pub mod merge_conflict_marker;
pub mod sensitive_file;
pub mod skipped_test;
pub mod suppression_added;
pub mod symlink_out_of_tree;
pub mod todo_without_issue;
pub mod trojan_source_bidi;
