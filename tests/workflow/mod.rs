//! Definitions, expressions, triggers and the engine.

mod definitions;
mod pr_creation;
mod triggers;
