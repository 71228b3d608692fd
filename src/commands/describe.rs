//! `/describe`: what the pull request is.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "describe",
    uses: &[
        Use::read("", Takes::Nothing, "Describes the pull request: summary, file by file, labels, risk and effort."),
        Use {
            author: true,
            ..Use::write(
                "apply",
                Takes::Nothing,
                "Writes the description below what the author wrote, sets labels that exist, and a title where there is none to speak of.",
            )
        },
    ],
};
