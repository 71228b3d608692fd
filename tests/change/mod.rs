//! Change sets and mirrors of real git repositories, judged by git.

mod git;
mod mirror;
mod properties;
mod random_tree;
