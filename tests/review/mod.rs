//! Reviews as people see them.

mod history;
mod hostile;
mod round;
mod table;
mod texts;
