//! Every command that comes with Seam. An operator's workflows bring their own: see [`Offer`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ask, config, describe, explain, fix, help, ignore, improve, pause, rerun, resolve, resume, review,
    spec::{Spec, Use},
    split, why,
};
use crate::config::policy::Role;

/// By name.
pub const ALL: [&Spec; 15] = [
    &ask::SPEC,
    &config::SPEC,
    &describe::SPEC,
    &explain::SPEC,
    &fix::SPEC,
    &help::SPEC,
    &ignore::SPEC,
    &improve::SPEC,
    &pause::SPEC,
    &rerun::SPEC,
    &resolve::SPEC,
    &resume::SPEC,
    &review::SPEC,
    &split::SPEC,
    &why::SPEC,
];

pub fn find(name: &str) -> Option<&'static Spec> {
    ALL.into_iter().find(|spec| spec.name == name)
}

/// One use of a command of Seam's own, by its word.
pub fn find_use(command: &str, word: &str) -> Option<(&'static Spec, &'static Use)> {
    let spec = find(command)?;
    Some((spec, spec.uses.iter().find(|way| way.word == word)?))
}

/// The command of a workflow that the operator of this server added. A repository has it when its policy lists the workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    pub command: String,
    pub workflow: String,
    /// Of the workflow; may be empty.
    pub description: String,
    pub role: Role,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_says_what_it_does() {
        assert!(ALL.is_sorted_by_key(|spec| spec.name));
        for spec in ALL {
            let words: BTreeSet<_> = spec.uses.iter().map(|way| way.word).collect();
            assert_eq!(words.len(), spec.uses.len(), "{} has two uses of one word", spec.name);
            for way in spec.uses {
                assert!(way.help.ends_with('.') && way.help.len() < 160, "{}: {:?}", way.usage(spec), way.help);
            }
        }
    }
}
