//! The interface to language models.
