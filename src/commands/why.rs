//! `/why`: how the last review came to what it said.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "why",
    uses: &[Use::read(
        "",
        Takes::MaybeWords("PATH[:LINE]"),
        "Says why this, or one file or line of it, was reviewed or was not: cause, settings, files, limits, what was left out.",
    )],
};
