//! The real binary on the command line.

mod config;
mod operating;
mod review;
mod split;
mod split_check;
mod split_model;
mod split_pulls;
mod terminal;
