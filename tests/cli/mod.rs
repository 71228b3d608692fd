//! The real binary on the command line.

mod config;
mod review;
mod terminal;
