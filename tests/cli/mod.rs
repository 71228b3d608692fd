//! The real binary on the command line.
