//! `/config`: the settings that hold here.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "config",
    uses: &[Use::read(
        "",
        Takes::Nothing,
        "Shows the settings that hold here, where each comes from, and what is wrong with them.",
    )],
};
