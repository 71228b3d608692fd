//! Rules on real snippets.
