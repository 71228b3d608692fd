//! Cutting a big change at its seams. Pure but for a language model that may be asked: a change set, what is around it and what
//! is wanted in, a plan out; without a model the same in, the same out, on every machine.
//!
//! - **block**: what is never cut apart, mostly a file.
//! - **evidence**: what speaks for two blocks belonging together, as measures; **likelihood**: what the weights make of it.
//! - **group**: blocks that belong together; it becomes a **slice** of the plan.
//! - **need**: one group uses what another brings. Groups that need each other stand on each other, as a **stack**.

pub mod advice;
pub mod atoms;
pub mod blocks;
pub mod build;
pub mod check;
pub mod cluster;
pub mod companions;
pub mod definitions;
pub mod description;
pub mod evidence;
pub mod facts;
pub mod foresee;
mod graph;
pub mod group;
pub mod grouping;
pub mod hunks;
pub mod input;
pub mod labels;
pub mod layers;
pub mod message;
pub mod needs;
pub mod order;
pub mod output;
pub mod place;
pub mod plan;
pub mod reasons;
pub mod rebase;
pub mod restacked;
pub mod sheet;
pub mod shown;
pub mod slices;
pub mod special;
pub mod stack_table;
pub mod strategy;
pub mod title;
pub mod tracking;
pub mod weights;
pub mod wire;
