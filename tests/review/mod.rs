//! Reviews as people see them.

mod convergence;
mod evidence;
mod folders;
mod history;
mod hostile;
mod output;
mod policy;
mod round;
mod table;
mod texts;
