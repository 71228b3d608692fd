//! How much each piece of evidence is worth: fitted on real pull requests, read from one data file.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::evidence::{Feature, Measures};

static EMBEDDED: LazyLock<Weights> =
    LazyLock::new(|| Weights::parse(include_str!("weights.json")).expect("the embedded weights are well formed"));

/// A probability in parts of [`CERTAIN`]: whole numbers, so that sums do not depend on their order.
pub type Likelihood = u64;

pub const CERTAIN: Likelihood = 1_000_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    intercept: f64,
    log_files: f64,
    commits: Commits,
    /// Groups less likely than this to belong together stay apart.
    pub threshold: f64,
    /// A group of one file joins the most similar one above this.
    pub attach: f64,
    pub whole: Whole,
    curves: [Curve; Feature::COUNT],
}

/// What a measure is worth: a line, and steps that are reached at their ends. Never falling: more evidence never separates.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Curve {
    #[serde(default)]
    linear: f64,
    /// As (end, worth).
    #[serde(default)]
    hinges: Vec<(f64, f64)>,
}

impl Curve {
    fn worth(&self, measure: f64) -> f64 {
        let above = measure.max(0.0);
        let hinges: f64 = self.hinges.iter().map(|(end, worth)| (above / end).min(1.0) * worth).sum();
        self.linear * measure + hinges
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "provenance")]
    _provenance: String,
    intercept: f64,
    log_files: f64,
    commits: Commits,
    threshold: f64,
    attach: f64,
    whole: Whole,
    features: BTreeMap<String, Curve>,
}

/// What the author's commits are worth.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commits {
    /// All of them in common, for belonging together.
    shared: f64,
    /// None in common, against it.
    apart: f64,
}

/// Tells a change that is one thing, whatever its seams.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    intercept: f64,
    last: f64,
    mean: f64,
    /// It must be so likely.
    above: f64,
}

impl Whole {
    /// `last`: how alike the last two groups are that could be joined; `mean`: how alike all are. Both from 0 to 1.
    pub fn is(&self, last: f64, mean: f64) -> bool {
        let odds = |likelihood: f64| ((likelihood + 0.01) / (1.01 - likelihood)).ln();
        logistic(self.intercept + self.last * odds(last) + self.mean * odds(mean)) >= parts(self.above)
    }
}

/// Rounding hides the last digits, in which machines may differ.
fn parts(probability: f64) -> Likelihood {
    (CERTAIN as f64 * probability).round() as Likelihood
}

fn logistic(logit: f64) -> Likelihood {
    parts(1.0 / (1.0 + (-logit).exp()))
}

impl Weights {
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// # Errors
    /// When the text is not of the form of `weights.json`.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let File { intercept, log_files, commits, threshold, attach, whole, mut features, .. } =
            serde_json::from_str(text)?;
        let curves = Feature::ALL.map(|feature| features.remove(feature.as_str()).unwrap_or_default());
        Ok(Self { intercept, log_files, commits, threshold, attach, whole, curves })
    }

    /// The same, blind for all features but these.
    pub fn only(&self, features: &[Feature]) -> Self {
        let mut weights = self.clone();
        for feature in Feature::ALL.iter().filter(|feature| !features.contains(feature)) {
            weights.curves[*feature as usize] = Curve::default();
        }
        weights
    }

    /// What one measure adds to the logit.
    pub fn worth(&self, feature: Feature, measures: &Measures) -> f64 {
        self.curves[feature as usize].worth(f64::from(measures[feature as usize]))
    }

    /// How likely two atoms with these measures belong together, in a change of so many. `commits`: how many of the author's
    /// commits they share, from 0 to 1, where these say anything of both.
    pub fn likelihood(&self, measures: &Measures, atoms: usize, commits: Option<f64>) -> Likelihood {
        let evidence: f64 = Feature::ALL.iter().map(|feature| self.worth(*feature, measures)).sum();
        let size = self.log_files * (atoms.max(1) as f64).ln() / 3.0;
        let Commits { shared, apart } = self.commits;
        let commits = commits.map_or(0.0, |share| share * shared - (1.0 - share) * apart);
        logistic(self.intercept + size + evidence + commits)
    }
}
