//! Parses the command line and starts.

fn main() {}
