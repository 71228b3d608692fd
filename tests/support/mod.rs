//! Fixtures that many tests share.

pub(crate) mod database;
pub(crate) mod glance;
pub(crate) mod seam;
