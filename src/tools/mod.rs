//! The tools that every face offers: one file per tool, and the registry.

pub mod analyze_diff;
mod answer;
pub mod answer_command;
mod asker;
pub mod builtin;
pub mod context;
pub mod error;
pub mod explain_rule;
pub mod explain_skip;
mod feedback;
pub mod follow_installation;
pub mod hear_commands;
pub mod help;
mod lack;
pub mod last_failed;
pub mod load_change;
mod memory;
pub mod panic;
mod perform;
pub mod plan_review;
pub mod policy;
pub mod post_review;
pub mod registry;
pub mod rerun;
pub mod show_config;
pub mod tool;
