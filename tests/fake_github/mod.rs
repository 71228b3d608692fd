//! A GitHub in memory, with a real git server behind it.
