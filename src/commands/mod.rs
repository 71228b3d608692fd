//! What people ask Seam for in comments.

pub mod parse;
