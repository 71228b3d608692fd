//! Definitions, expressions, triggers and the engine.

mod builtin;
mod crashes;
mod definitions;
mod engine;
mod pr_creation;
mod triggers;
mod workers;
mod workshop;
