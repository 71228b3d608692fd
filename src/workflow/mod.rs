//! Workflows: the file format, its expressions and triggers, and the engine that runs executions durably.

// from a file to a definition
pub mod definition;
pub mod duration;
pub mod expression;
mod file;
mod filters;
mod graph;
pub mod load;
pub mod problem;
pub mod retry;
pub mod template;
mod tool_inputs;
mod trigger_file;
pub mod value;
// from an event to executions
pub mod event_input;
mod hearing;
pub mod library;
pub mod trigger;
// from a claimed execution to its end
mod call;
pub mod engine;
mod progress;
mod run_now;
mod steps;
pub mod stop;
pub mod upkeep;
pub mod worker;
