//! Whether people take what a rule says: what became of its comments in one repository.

use std::fmt;

use serde::Serialize;

/// Comments of a rule that came to an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    pub rule: String,
    /// The problem went away.
    pub fixed: u32,
    /// A person did not want to hear of it.
    pub dismissed: u32,
}

impl RuleOutcome {
    pub fn all(&self) -> u32 {
        self.fixed + self.dismissed
    }

    /// In percent; 100 where nothing came to an end.
    pub fn acceptance(&self) -> u32 {
        (self.fixed * 100).checked_div(self.all()).unwrap_or(100)
    }

    /// Whether to propose that the rule be switched off: enough is known of it, and too little of it was taken.
    pub fn is_unwanted(&self, least: u32, after: u32) -> bool {
        self.all() >= after.max(1) && self.acceptance() < least
    }
}

/// The proposal to switch it off.
impl fmt::Display for RuleOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, fixed, .. } = self;
        let (all, percent) = (self.all(), self.acceptance());
        write!(
            f,
            "of the last {all} problems that `{rule}` raised here, people fixed {fixed} ({percent} %) and dismissed the \
             rest. `/seam ignore rule {rule}` proposes to switch it off"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_unwanted_once_enough_is_known_of_it() {
        let of = |fixed, dismissed| RuleOutcome { rule: "py/x".to_owned(), fixed, dismissed };
        assert!(of(4, 16).is_unwanted(25, 20));
        for wanted in [of(5, 15), of(0, 19), of(0, 0), of(20, 0)] {
            assert!(!wanted.is_unwanted(25, 20), "{wanted}");
        }
        assert!(!of(0, 0).is_unwanted(100, 0), "nothing is known of it");
        assert!(!of(0, 50).is_unwanted(0, 20), "it is off");
        insta::assert_snapshot!(of(4, 16), @"of the last 20 problems that `py/x` raised here, people fixed 4 (20 %) and dismissed the rest. `/seam ignore rule py/x` proposes to switch it off");
    }
}
