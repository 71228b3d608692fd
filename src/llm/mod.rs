//! The interface to language models.

pub mod model;
