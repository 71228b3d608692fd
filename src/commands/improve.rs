//! `/improve`: suggestions to commit with a click.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "improve",
    uses: &[Use::read("", Takes::Nothing, "Shows every suggestion that can be committed with a click.")],
};
