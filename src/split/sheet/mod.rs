//! The plan as people edit it: a block of YAML in a comment. They move files to other slices, rename, merge, reorder and
//! leave out slices; what a slice is on GitHub (branch, labels, description) follows.

pub mod edit;
pub mod read;
pub mod write;

#[cfg(test)]
mod tests;
