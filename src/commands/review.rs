//! `/review`: a review now.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "review",
    uses: &[
        Use::read("", Takes::Nothing, "Reviews what is new since the last review."),
        Use::read("full", Takes::Nothing, "Reviews everything again; nothing is said twice."),
    ],
};
