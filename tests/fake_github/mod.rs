//! A GitHub in memory, with a real git server behind it.

pub(crate) mod git_repository;
pub(crate) mod git_server;
