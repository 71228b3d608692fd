//! Fixtures that many tests share.

pub(crate) mod database;
pub(crate) mod glance;
pub(crate) mod model;
pub(crate) mod process;
pub(crate) mod random;
pub(crate) mod sandbox;
pub(crate) mod seam;
