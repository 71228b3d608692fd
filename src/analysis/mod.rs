//! Static analysis of a change set: pure, a `ChangeSet` in, findings and a ledger out.
//!
//! [`engine`] goes through the changed files one by one. [`triage`] says how far a file is looked at, three kinds of rules
//! look ([`ast`]: syntax, as data; [`secret`]: credentials, as data; [`general`]: any file, in Rust), each draws up
//! [`draft`]s, and [`report`] makes findings of those that the repository's policy wants to hear.

pub mod added_lines;
pub mod ast;
pub mod draft;
pub mod engine;
pub mod file_view;
pub mod general;
pub mod language;
pub mod limits;
pub mod policy_view;
pub mod profile;
pub mod report;
pub mod rule_info;
pub mod secret;
pub mod shareable;
pub mod suggestion;
pub mod symbols;
pub mod syntax;
pub mod triage;
