//! One request to the API on its way to a route, and what routes ask of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    answer::Answer,
    auth::Actor,
    model::{pull::Pull, repository::Repository, world::World},
};

/// Body limit of comments, reviews, issues and pull requests, in characters.
pub(crate) const MAX_BODY: usize = 65_536;

pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) actor: Actor,
    /// The parts of the path by their names in the route's template, decoded.
    pub(crate) path: BTreeMap<&'static str, String>,
    pub(crate) query: BTreeMap<String, String>,
    /// `null` when there is none.
    pub(crate) body: Value,
    pub(crate) accept: String,
    /// Id of `{owner}/{repo}`, where the route has them.
    pub(crate) repository: Option<i64>,
}

impl Call<'_> {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Login of who asks, as comments show it.
    pub(crate) fn login(&self) -> String {
        match &self.actor {
            Actor::App | Actor::Installation { .. } => {
                self.world.app.as_ref().map(super::model::app::App::bot).unwrap_or_default()
            }
            Actor::Nobody => String::new(),
        }
    }

    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A numeric part of the path; whatever is not a number does not exist.
    pub(crate) fn number(&self, name: &str) -> Result<i64, Answer> {
        self.part(name).parse().map_err(|_| Answer::not_found())
    }

    pub(crate) fn repository_id(&self) -> i64 {
        self.repository.expect("the route has {owner} and {repo}")
    }

    pub(crate) fn repository(&self) -> &Repository {
        self.world.repository(self.repository_id())
    }

    /// Number of the pull request that the path names under `name`, if there is one.
    pub(crate) fn pull_number(&self, name: &str) -> Result<i64, Answer> {
        let number = self.number(name)?;
        if self.repository().pulls.contains_key(&number) { Ok(number) } else { Err(Answer::not_found()) }
    }

    pub(crate) fn pull(&self, number: i64) -> &Pull {
        self.world.pull(self.repository_id(), number)
    }

    pub(crate) fn pull_mut(&mut self, number: i64) -> &mut Pull {
        let repository = self.repository_id();
        self.world.pull_mut(repository, number)
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A text field that must be there and within GitHub's limit for bodies.
    pub(crate) fn body_text(&self, resource: &str) -> Result<String, Answer> {
        match self.text("body") {
            None | Some("") => Err(Answer::invalid(resource, "body", "missing_field", "body can't be blank")),
            Some(text) if text.chars().count() > MAX_BODY => {
                let message = format!("Body is too long (maximum is {MAX_BODY} characters)");
                Err(Answer::invalid(resource, "body", "custom", &message))
            }
            Some(text) => Ok(text.to_owned()),
        }
    }
}
