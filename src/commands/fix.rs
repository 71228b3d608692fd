//! `/fix`: commits what was suggested.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "fix",
    uses: &[
        Use::write("", Takes::Nothing, "In the thread of a finding: commits its suggestion to the branch."),
        Use::write("all", Takes::Nothing, "Commits the suggestions of all open threads to the branch, as one commit."),
    ],
};
