//! Rules over syntax trees, as data in ast-grep's format: `rules/ast/<language>/<rule>.yml`.

pub mod embedded;
pub mod rule;
pub mod rule_set;
pub mod scan;
