//! Repositories on disk: mirrors fetched through the git command line, objects read through gix.

mod blocking;
mod clean;
mod command;
pub mod error;
mod fetch;
mod lock;
pub mod mirror;
mod objects;
mod place;
mod quota;
mod snapshot;
mod tree_changes;
pub mod work_tree;
