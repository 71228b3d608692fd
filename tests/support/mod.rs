//! Fixtures that many tests share.

pub(crate) mod database;
