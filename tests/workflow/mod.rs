//! Definitions, expressions, triggers and the engine.
