//! The database: concrete SQLite and PostgreSQL drivers behind one enum, one file per table.
//!
//! * [`db`] connects, [`migrations`] brings the tables up to date, [`wakeups`] tells workers of new work.
//! * [`ingest`] is the way in: a delivery and its executions in one commit, many calls sharing it.
//! * [`execution`] reads executions and lets people retry and cancel them; [`enqueue`] puts them in line; [`queue`] claims
//!   them under a lease and moves them on. [`step`] and [`effect`] hold what they did.
//! * Everything else is a table each.
//!
//! Times that SQL compares are milliseconds since the epoch; JSON is text, which keeps the order of keys and takes any
//! string. A caller passes the time in.

mod columns;
pub mod credential;
pub mod db;
pub mod delivery;
pub mod dismissal;
pub mod effect;
pub mod enqueue;
pub mod error;
pub mod execution;
pub mod ingest;
pub mod installation;
mod migrations;
pub mod organisation_policy;
pub mod pause;
mod payload;
mod portions;
pub mod posted_finding;
pub mod process;
pub mod queue;
pub mod review_round;
pub mod schedule;
pub mod split;
pub mod step;
pub mod wakeups;
