//! Change sets and mirrors of real git repositories, judged by git.

mod bounds;
mod fixture;
mod git;
mod histories;
mod hostile_server;
mod lay_out;
mod mirror;
mod properties;
mod random_tree;
mod splits;
