//! `/pause`: silence until further notice.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "pause",
    uses: &[Use::write(
        "",
        Takes::Nothing,
        "Stops reviews that nobody asks for on this pull request, until `/resume`.",
    )],
};
