//! A plan as text for a terminal, or for another program. Pure.

pub mod human;
pub mod json;
