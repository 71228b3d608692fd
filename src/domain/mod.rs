//! Plain data that every room shares: no clients, no SQL, no I/O.

pub mod acceptance;
pub mod anchor;
pub mod delivery;
pub mod effect;
pub mod event;
pub mod execution;
pub mod finding;
pub mod ids;
pub mod ledger;
pub mod life;
pub mod plan;
pub mod split;
