//! `/ask`: a question about the change.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "ask",
    uses: &[Use::read(
        "",
        Takes::Words("QUESTION"),
        "Answers a question about the change; in a thread, about those lines.",
    )],
};
