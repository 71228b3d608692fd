//! `/help`: what this person may ask for here.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec =
    Spec { name: "help", uses: &[Use::read("", Takes::Nothing, "Lists the commands that you may use here.")] };
