//! What a plan is made from.

use crate::{
    change::{change_set::ChangeSet, contents::Contents, surroundings::Surroundings},
    domain::plan::{Granularity, Stacking, Strategy},
    llm::blocking::BlockingModel,
};

/// A change, what is around it, and what is wanted. Everything that a plan depends on stands in here.
#[derive(Clone, Copy)]
pub struct SplitInput<'a> {
    pub set: &'a ChangeSet,
    pub contents: &'a dyn Contents,
    pub surroundings: &'a Surroundings,
    pub options: &'a Options,
    /// Asked where evidence leaves seams open.
    pub model: Option<&'a BlockingModel>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub strategy: Strategy,
    pub granularity: Granularity,
    /// Of one slice; more only where it cannot be cut.
    pub max_files: usize,
    /// The branch that the slices' branches are named after.
    pub branch: String,
    /// Labels that the repository has.
    pub labels: Vec<String>,
    pub stacking: Stacking,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            granularity: Granularity::default(),
            max_files: 30,
            branch: "change".to_owned(),
            labels: Vec::new(),
            stacking: Stacking::default(),
        }
    }
}
