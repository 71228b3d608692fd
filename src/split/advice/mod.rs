//! What a language model makes of the seams that evidence leaves open. It is shown the pieces that are surely one, and says which
//! of them belong together. It takes no piece apart, loses none, and its words are only reasons: whatever it answers, every
//! block is in one group, and the plan is proved like any other.

mod answer;
mod pieces;
mod question;

use std::collections::{BTreeMap, BTreeSet};

use super::strategy::Scene;
use crate::{
    domain::plan::Strategy,
    llm::{blocking::BlockingModel, model::ModelError},
    review::markdown::{quoted, shorten, visible},
};

/// Bytes of what is told of its words, and of its name.
const MAX_WHY: usize = 100;
const MAX_NAME: usize = 60;

/// Groups with the model's say in them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Advised {
    pub groups: Vec<Vec<usize>>,
    /// Of each block that it put together with others anew, why.
    reasons: BTreeMap<usize, String>,
    /// What became of the question, for people; `None`: nothing was asked.
    pub note: Option<String>,
}

impl Advised {
    /// Why the model made a group that evidence did not.
    pub fn reason(&self, group: &[usize]) -> Option<String> {
        group.iter().find_map(|block| self.reasons.get(block)).cloned()
    }
}

/// Whether a strategy leaves anything open.
pub fn is_asked(strategy: Strategy) -> bool {
    matches!(strategy, Strategy::Hybrid | Strategy::Semantic)
}

/// Asks about the groups that evidence made, where somebody can be asked.
pub fn advised(scene: &Scene<'_>, groups: Vec<Vec<usize>>, model: Option<&BlockingModel>) -> Advised {
    let Some(model) = model.filter(|_| is_asked(scene.input.options.strategy)) else {
        return Advised { groups, ..Advised::default() };
    };
    let name = quoted(&shorten(&visible(model.name()), MAX_NAME));
    let Some(pieces) = pieces::of(scene.likelihoods, &groups) else {
        let note = format!("{name} was not asked: {} slices are too many to be shown to it", groups.len());
        return Advised { groups, note: Some(note), ..Advised::default() };
    };
    if pieces.len() < 2 {
        return Advised { groups, ..Advised::default() };
    }
    let question = question::of(scene, &pieces, &groups);
    match model.answer(&question, |answer| answer::read(&answer.value, pieces.len())) {
        Ok(slices) => taken(&name, &pieces, groups, slices),
        Err(error) => {
            // What a provider or its model says is for the operator: anybody may read a plan.
            let why = match error {
                ModelError::Unavailable { .. } => "it cannot answer now",
                ModelError::Refused(_) => "it refuses the question",
                ModelError::BadAnswer(_) => "its answer is not as asked",
            };
            Advised { groups, note: Some(format!("{name} has no part in this plan: {why}")), ..Advised::default() }
        }
    }
}

fn taken(name: &str, pieces: &[Vec<usize>], before: Vec<Vec<usize>>, slices: Vec<answer::Slice>) -> Advised {
    let known: BTreeSet<Vec<usize>> = before.into_iter().collect();
    let mut advised = Advised::default();
    let mut new = 0;
    for slice in slices {
        let mut group: Vec<usize> = slice.pieces.iter().flat_map(|piece| pieces[*piece].iter().copied()).collect();
        group.sort_unstable();
        if !known.contains(&group) {
            new += 1;
            let why = quoted(&shorten(&visible(slice.why.trim()), MAX_WHY));
            let why = format!("{name} put it together: {why}");
            advised.reasons.extend(group.iter().map(|block| (*block, why.clone())));
        }
        advised.groups.push(group);
    }
    advised.groups.sort_unstable();
    advised.note = Some(match new {
        0 => format!("{name} was asked, and would cut it in the same way"),
        _ => format!("{name} was asked: {new} of {} slices are of its making", advised.groups.len()),
    });
    advised
}
