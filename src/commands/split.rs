//! `/split`: cuts a pull request into slices, and keeps them in step.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "split",
    uses: &[
        Use::read(
            "",
            Takes::Nothing,
            "Plans how this pull request is cut into smaller ones, and shows the plan to be edited.",
        ),
        Use::read("plan", Takes::Nothing, "The same."),
        Use::write(
            "apply",
            Takes::Nothing,
            "Opens the slices of the plan, as its comment then stands, as draft pull requests.",
        ),
        Use::write("restack", Takes::Nothing, "Rebuilds the open slices on the base branch as it is now."),
        Use::write("abandon", Takes::Nothing, "Closes the slices that Seam opened and deletes their branches."),
    ],
};
