//! `/rerun`: once more what failed.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "rerun",
    uses: &[Use::write("", Takes::Nothing, "Runs again what failed last on this pull request.")],
};
