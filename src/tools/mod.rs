//! The tools that every face offers: one file per tool, and the registry.

pub mod analyze_diff;
pub mod builtin;
pub mod context;
pub mod error;
pub mod explain_skip;
pub mod follow_installation;
pub mod load_change;
mod memory;
pub mod panic;
pub mod plan_review;
pub mod policy;
pub mod post_review;
pub mod registry;
pub mod tool;
