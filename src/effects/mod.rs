//! Doing effects: every write to GitHub goes through here, once.
