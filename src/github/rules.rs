//! What a repository's rulesets ask of a branch. Source:
//! <https://docs.github.com/rest/repos/rules#get-rules-for-a-branch>. Older branch protections are not among them.

use serde::Deserialize;

use super::{error::GitHubError, repository::RepositoryClient};

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
}

impl RepositoryClient {
    /// The kinds of the rules that hold for a branch of this name, as in `creation`; the branch need not exist.
    pub async fn rules_of_branch(&self, branch: &str) -> Result<Vec<String>, GitHubError> {
        let request = self.request("GET /repos/{owner}/{repo}/rules/branches/{branch}", &[branch]);
        Ok(self.list::<Rule>(request).await?.into_iter().map(|rule| rule.kind).collect())
    }
}
