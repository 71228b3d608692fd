//! `/explain`: what is behind a finding.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "explain",
    uses: &[Use::read(
        "",
        Takes::MaybeWords("RULE"),
        "In the thread of a finding, or with the name of a rule: what is wrong, why it matters and how to fix it.",
    )],
};
