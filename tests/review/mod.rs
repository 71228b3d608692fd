//! Reviews as people see them.
