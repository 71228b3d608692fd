//! The tools that every face offers: one file per tool, and the registry.
