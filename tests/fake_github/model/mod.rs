//! What the fake GitHub knows: plain data, changed by requests and by the acts of people.

pub(crate) mod accounts;
pub(crate) mod app;
pub(crate) mod check_run;
pub(crate) mod comments;
pub(crate) mod delivery;
pub(crate) mod pull;
pub(crate) mod repository;
pub(crate) mod world;
