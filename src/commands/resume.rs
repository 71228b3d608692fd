//! `/resume`: the end of `/pause`.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "resume",
    uses: &[Use::write(
        "",
        Takes::Nothing,
        "Ends a pause: pushes are reviewed again. `/review` asks for a review now.",
    )],
};
