//! Repositories on disk: mirrors fetched through the git command line, objects read through gix.

mod author_commits;
mod blocking;
pub mod branches;
mod clean;
mod command;
pub mod error;
mod fetch;
mod lay_out;
mod lock;
pub mod mirror;
mod mirror_change;
mod mirror_folder;
pub mod mirror_limits;
mod objects;
mod place;
pub mod prefixes;
pub mod proof;
mod quota;
mod snapshot;
mod source;
mod surroundings;
mod tree_changes;
mod tree_writer;
pub mod work_tree;
