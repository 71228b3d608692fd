//! What changed between two trees: files, hunks, and where in the diff a comment can stand. Pure data and rules: the git
//! room builds a [`change_set::ChangeSet`], everybody else reads it.

pub mod anchors;
pub mod apply;
pub mod assemble;
pub mod attributes;
pub mod change_set;
pub mod contents;
mod effort;
pub mod frequencies;
pub mod generated;
pub mod hunks;
pub mod lfs;
pub mod lines;
pub mod merge;
pub mod rewrites;
pub mod similarity;
pub mod surroundings;
pub mod tree_edit;
pub mod words;
