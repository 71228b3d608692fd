//! All integration tests, in one binary: linking is the slow part.

#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod analysis;
mod change;
mod cli;
mod effects;
mod fake_github;
mod github;
mod house;
mod killed;
mod llm;
mod review;
mod sandbox;
mod scenarios;
mod setup;
mod store;
mod support;
mod webhook;
mod workflow;
