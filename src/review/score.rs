//! Two scores of 0 to 100 over the findings in changed lines: security and quality.
//!
//! Each finding weighs: error 10, warning 3, info 1; half of that when its confidence is low. A score is
//! `100 · e^(-weight / 45)`, rounded down: 100 means nothing was found and any finding takes at least one point; one
//! error gives 80, two 64, ten 10; one warning gives 93. Worse never scores better, the order does not matter, and
//! the size of the change does not either.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::finding::{Category, Confidence, Finding, Score, Severity};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scores {
    /// Over findings of category `security`.
    pub security: Score,
    /// Over all the others.
    pub quality: Score,
}

impl Scores {
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let (mut security, mut quality) = (0.0, 0.0);
        for finding in findings {
            match finding.category {
                Category::Security => security += weight(finding),
                _ => quality += weight(finding),
            }
        }
        Self { security: score(security), quality: score(quality) }
    }
}

fn weight(finding: &Finding) -> f64 {
    let full = match finding.severity {
        Severity::Error => 10.0,
        Severity::Warning => 3.0,
        Severity::Info => 1.0,
    };
    match finding.confidence {
        Confidence::High => full,
        Confidence::Low => full / 2.0,
    }
}

fn score(weight: f64) -> Score {
    (100.0 * (-weight / 45.0).exp()) as Score
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn the_figures_of_the_documentation_hold() {
        let scores: Vec<_> = [0.0, 0.5, 3.0, 10.0, 20.0, 100.0, 1e9].map(score).to_vec();
        assert_eq!(scores, [100, 98, 93, 80, 64, 10, 0]);
    }
}
