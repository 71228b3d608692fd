//! The review pipeline: findings and what was said before in, effects and texts out. Pure.

pub mod block;
pub mod buttons;
pub mod check_run;
pub mod comment;
pub mod convergence;
pub mod decision;
pub mod description;
pub mod discussion;
pub mod evidence;
pub mod fixes;
pub mod input;
pub mod lack;
pub mod ledger;
pub mod mark;
pub mod markdown;
pub mod matching;
pub mod memory;
pub mod output;
pub mod paper;
pub mod placement;
pub mod plan;
pub mod round;
pub mod score;
pub mod skip;
pub mod thread;
pub mod why;
