//! `/ignore`: what nobody here wants to hear of.

use super::spec::{Spec, Takes, Use};

pub(super) const SPEC: Spec = Spec {
    name: "ignore",
    uses: &[
        Use::write(
            "",
            Takes::MaybeWords("REASON"),
            "In the thread of a finding: dismisses it for good, in the whole repository.",
        ),
        Use::write(
            "rule",
            Takes::MaybeWords("RULE [FOLDER...]"),
            "Opens a pull request that switches a rule, or that of this thread, off in the repository or in some folders.",
        ),
    ],
};
