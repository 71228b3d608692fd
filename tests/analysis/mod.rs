//! Rules on real snippets.

mod ast_rules;
mod engine;
mod fixtures;
mod general;
mod robustness;
pub(crate) mod sample;
mod secrets;
