//! Doing effects: every write to GitHub goes through here, once.
//!
//! [`performer`] records an effect, has it done and records what came of it; an effect that somebody began and left is
//! looked for on GitHub first, by its mark. One file per kind of effect says how to do it and how to find it again.

pub mod error;
pub mod performer;
pub mod result;
mod set_thread;

mod attempt;
mod lines;
mod mark;
mod places;

mod complete_check_run;
mod create_commit;
mod create_file_comment;
mod create_review;
mod describe_pull;
mod dismiss_review;
mod edit_pull;
mod label_pull;
mod link_stack;
mod make_commit;
mod move_branches;
mod open_pull;
mod react;
mod reply_in_thread;
mod unstack;
mod upsert_comment;
mod upsert_reply;
