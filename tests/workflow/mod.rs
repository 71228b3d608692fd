//! Definitions, expressions, triggers and the engine.

mod builtin;
mod crashes;
mod definitions;
mod engine;
mod pr_creation;
mod splitting;
mod triggers;
mod workers;
mod workshop;
