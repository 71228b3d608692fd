//! What a general check is, and the one list of them.

use crate::{
    analysis::{draft::Draft, file_view::FileView, rule_info::RuleInfo},
    change::contents::Contents,
};

use super::merge_conflict_marker;

/// What a check may look at beside the file.
pub struct Surroundings<'a> {
    pub contents: &'a dyn Contents,
}

/// A function over one file. It reports under its own rule, once for each place.
pub struct Check {
    pub rule: RuleInfo,
    /// Which files it can be run on.
    pub needs: Needs,
    pub run: for<'r> fn(&'r RuleInfo, &FileView<'_>, &Surroundings<'_>) -> Vec<Draft<'r>>,
}

/// What a check needs to know of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Its name, size, mode and status: also of binary files, symbolic links and huge ones.
    Name,
    /// Its added lines.
    Text,
}

/// Every general check.
pub fn all() -> Vec<Check> {
    vec![merge_conflict_marker::check()]
}
