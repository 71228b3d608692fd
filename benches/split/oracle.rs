//! A model that knows the answer, or mostly does: what advice could be worth.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use seam::llm::model::{Answer, Model, ModelError, Question, Usage};
use serde_json::{Value, json};

use crate::case::Case;

pub(crate) struct Oracle {
    /// Which pull request most of a file came from.
    truth: HashMap<String, usize>,
    /// How many pull requests there are.
    groups: usize,
    /// Every so many pieces it takes the next pull request for the right one.
    errs: Option<usize>,
}

impl Oracle {
    pub(crate) fn of(case: &Case, errs: Option<usize>) -> Self {
        let truth = case.files.iter().filter_map(|file| Some((file.path.clone(), *file.groups.first()?)));
        Self { truth: truth.collect(), groups: case.k, errs }
    }
}

#[async_trait]
impl Model for Oracle {
    fn name(&self) -> &str {
        "oracle"
    }

    /// Puts each piece where most of its files belong.
    async fn answer(&self, question: Question) -> Result<Answer, ModelError> {
        let data = question.prompt.find("as data:\n").map_or("", |at| &question.prompt[at + "as data:\n".len()..]);
        let shown: Value = serde_json::from_str(data).map_err(|error| ModelError::BadAnswer(error.to_string()))?;
        let mut slices: BTreeMap<Option<usize>, Vec<&Value>> = BTreeMap::new();
        for (number, piece) in (1..).zip(shown["pieces"].as_array().into_iter().flatten()) {
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            for file in piece["files"].as_array().into_iter().flatten() {
                if let Some(group) = file["path"].as_str().and_then(|path| self.truth.get(path)) {
                    *counts.entry(*group).or_default() += 1;
                }
            }
            let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(group, _)| group);
            let is_wrong = self.errs.is_some_and(|every| number % every == 0);
            let said = if is_wrong { most.map(|group| (group + 1) % self.groups.max(2)) } else { most };
            slices.entry(said).or_default().push(&piece["piece"]);
        }
        let slices: Vec<Value> =
            slices.into_values().map(|pieces| json!({ "pieces": pieces, "why": "known" })).collect();
        Ok(Answer { value: json!({ "slices": slices }), usage: Usage::default() })
    }
}
