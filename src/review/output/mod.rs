//! A review as text for a terminal or for another program. Pure.

pub mod github;
pub mod human;
pub mod json;
pub mod outcome;
pub mod sarif;
