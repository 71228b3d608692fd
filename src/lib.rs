//! Seam: a self-hosted GitHub App that reviews every push and pull request.
//!
//! The rooms stand in the order of their ranks; a room imports only from lower ranks (`tests/house.rs` checks it).
//! `docs/ARCHITECTURE.md` follows one event through the house.

// rank 0: plain data, clocks and logs
pub mod domain;
pub mod telemetry;
// rank 1: settings, changes, rows
pub mod change;
pub mod commands;
pub mod config;
pub mod store;
// rank 2: the outside world, and static analysis
pub mod analysis;
pub mod git;
pub mod github;
pub mod llm;
pub mod sandbox;
// rank 3: the pure pipelines, and doing effects
pub mod effects;
pub mod review;
pub mod split;
// rank 4: one file per tool
pub mod tools;
// rank 5: definitions, triggers, engine
pub mod workflow;
// rank 6: the faces
pub mod dashboard;
pub mod webhook;
// rank 7: the one place that builds everything
pub mod app;
// rank 8: one file per subcommand
pub mod cli;
