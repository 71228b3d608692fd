//! Reviews as people see them.

mod round;
mod table;
mod texts;
