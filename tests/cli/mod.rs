//! The real binary on the command line.

mod review;
mod terminal;
