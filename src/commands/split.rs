//! `/split`: cuts a pull request into slices, and keeps them in step.

use super::spec::{Opt, Spec, Takes, Use, Value};
use crate::domain::plan::{Granularity, Strategy};

/// How to group, whether files may be cut, and how many of them a slice may have; the policy says so where nobody does.
pub const STRATEGY: &str = "strategy";
pub const GRANULARITY: &str = "granularity";
pub const MAX_FILES: &str = "max-files";

const PLANNING: &[Opt] = &[
    Opt { name: STRATEGY, value: Value::OneOf(&STRATEGIES) },
    Opt { name: GRANULARITY, value: Value::OneOf(&GRANULARITIES) },
    Opt { name: MAX_FILES, value: Value::Number(2, 1_000) },
];
const STRATEGIES: [&str; Strategy::ALL.len()] = {
    let mut names = [""; Strategy::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Strategy::ALL[at].as_str();
        at += 1;
    }
    names
};

const GRANULARITIES: [&str; Granularity::ALL.len()] = [Granularity::File.as_str(), Granularity::Hunk.as_str()];

pub(super) const SPEC: Spec = Spec {
    name: "split",
    uses: &[
        Use {
            options: PLANNING,
            ..Use::read(
                "",
                Takes::Nothing,
                "Plans how this pull request is cut into smaller ones, and shows the plan to be edited.",
            )
        },
        Use { options: PLANNING, ..Use::read("plan", Takes::Nothing, "The same.") },
        Use::write(
            "apply",
            Takes::Nothing,
            "Opens the slices of the plan, as its comment then stands, as draft pull requests.",
        ),
        Use::write("restack", Takes::Nothing, "Rebuilds the open slices on the base branch as it is now."),
        Use::write("abandon", Takes::Nothing, "Closes the slices that Seam opened and deletes their branches."),
    ],
};
