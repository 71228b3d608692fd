//! `/resolve`: an end to all of Seam's threads.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "resolve",
    uses: &[Use::write("", Takes::Nothing, "Resolves all threads of Seam's: what they say is dismissed.")],
};
