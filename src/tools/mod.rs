//! The tools that every face offers: one file per tool, and the registry.

pub mod context;
pub mod error;
pub mod registry;
pub mod tool;
