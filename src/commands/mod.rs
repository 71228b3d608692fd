//! What people ask Seam for in comments: what there is to ask for, one file per command, and what of it a comment holds.
//!
//! [`parse`] finds commands, [`asked`] reads one as its [`spec`] in the [`registry`] has it, [`judge`] says whether it runs.

pub mod asked;
pub mod heard;
pub mod judge;
pub mod parse;
pub mod registry;
pub mod spec;
pub mod split;

mod ask;
mod config;
mod describe;
mod explain;
mod fix;
mod help;
mod ignore;
mod improve;
mod pause;
mod rerun;
mod resolve;
mod resume;
mod review;
mod why;
