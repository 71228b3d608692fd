//! Workflows: the file format, its expressions and triggers, and the engine that runs executions durably.
