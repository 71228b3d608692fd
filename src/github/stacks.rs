//! Stacked pull requests, where a repository has them. Source: <https://docs.github.com/rest/pulls/stacks> and
//! <https://github.github.com/gh-stack/reference/rest-api/>.

use serde::Deserialize;
use serde_json::json;

use super::{error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::ids::PullNumber;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stack {
    pub number: i64,
    /// From the bottom up, merged ones included.
    pub pull_requests: Vec<StackedPull>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StackedPull {
    pub number: PullNumber,
}

impl Stack {
    pub fn pulls(&self) -> Vec<PullNumber> {
        self.pull_requests.iter().map(|pull| pull.number).collect()
    }
}

impl RepositoryClient {
    /// The stack that a pull request is part of.
    ///
    /// # Errors
    /// `NotFound` where the repository has no stacks.
    pub async fn stack_of(&self, pull: PullNumber) -> Result<Option<Stack>, GitHubError> {
        let request = self.request("GET /repos/{owner}/{repo}/stacks", &[]).query("pull_request", pull);
        Ok(self.fetch::<Vec<Stack>>(&request).await?.into_iter().next())
    }

    /// `pulls`: 2 to 100, from the bottom up, each based on the head of the one before. From now on their bases stay.
    ///
    /// # Errors
    /// `NotFound` where the repository has no stacks.
    pub async fn create_stack(&self, pulls: &[PullNumber]) -> Result<Stack, GitHubError> {
        let stack = json!({ "pull_requests": pulls });
        self.fetch(&self.request("POST /repos/{owner}/{repo}/stacks", &[]).json(&stack)).await
    }

    /// Takes a stack apart: its open pull requests stand for themselves again.
    pub async fn unstack(&self, stack: i64) -> Result<(), GitHubError> {
        let endpoint = "POST /repos/{owner}/{repo}/stacks/{stack_number}/unstack";
        self.send(&self.request(endpoint, &[&stack.to_string()]).kind(Kind::Set)).await.map(drop)
    }
}
