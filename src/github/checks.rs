//! Check runs. Source: <https://docs.github.com/rest/checks/runs>.

use serde::{Deserialize, Serialize};

use super::{error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::{
    effect::{Annotation, CheckAction, Conclusion},
    finding::Severity,
    ids::{CheckRunId, CommitSha},
};

/// GitHub takes no more annotations than this with one request.
pub const ANNOTATIONS_AT_ONCE: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    Queued,
    InProgress,
    Completed,
    /// `waiting`, `requested`, `pending`: set by GitHub only.
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckRun {
    pub id: CheckRunId,
    pub name: String,
    pub head_sha: CommitSha,
    pub status: CheckStatus,
    /// As GitHub writes it; `None` until it is completed.
    pub conclusion: Option<String>,
    pub external_id: Option<String>,
    pub html_url: Option<String>,
    pub app: Option<CheckApp>,
    pub output: CheckRunOutput,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckApp {
    pub id: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CheckRunOutput {
    pub title: Option<String>,
    #[serde(default)]
    pub annotations_count: usize,
}

#[derive(Deserialize)]
struct CheckRuns {
    check_runs: Vec<CheckRun>,
}

/// What to write of a check run. Only what is `Some` changes; annotations are added to those that are there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CheckRunChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CheckStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Conclusion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<CheckOutput>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<CheckAction>,
}

#[derive(Clone, Debug, Serialize)]
pub struct CheckOutput {
    pub title: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most [`ANNOTATIONS_AT_ONCE`].
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_github_wants")]
    pub annotations: Vec<Annotation>,
}

#[derive(Serialize)]
struct WireAnnotation<'a> {
    path: &'a str,
    start_line: u32,
    end_line: u32,
    annotation_level: &'static str,
    message: &'a str,
    title: &'a str,
}

fn as_github_wants<S: serde::Serializer>(annotations: &[Annotation], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(annotations.iter().map(|annotation| WireAnnotation {
        path: &annotation.path,
        start_line: annotation.start_line,
        end_line: annotation.end_line,
        annotation_level: match annotation.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "failure",
        },
        message: &annotation.message,
        title: &annotation.title,
    }))
}

#[derive(Serialize)]
struct NewCheckRun<'a> {
    name: &'a str,
    head_sha: &'a CommitSha,
    external_id: &'a str,
    #[serde(flatten)]
    change: &'a CheckRunChange,
}

impl RepositoryClient {
    /// The check runs of a commit with this name, of every App, older ones of the same name included.
    pub async fn check_runs(&self, commit: &CommitSha, name: &str) -> Result<Vec<CheckRun>, GitHubError> {
        let mut next = Some(
            self.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", &[commit.as_str()])
                .query("check_name", name)
                .query("filter", "all")
                .query("per_page", super::pages::PER_PAGE),
        );
        let mut runs = Vec::new();
        // GitHub lists at most 1,000.
        for _ in 0..10 {
            let Some(request) = next.take() else { break };
            let answer = self.send(&request).await?;
            next = answer.next_page().map(|url| request.clone().at(url));
            runs.extend(answer.json::<CheckRuns>(&request)?.check_runs);
        }
        Ok(runs)
    }

    /// `external_id`: by which it is found again.
    pub async fn create_check_run(
        &self,
        name: &str,
        head: &CommitSha,
        external_id: &str,
        change: &CheckRunChange,
    ) -> Result<CheckRun, GitHubError> {
        let run = NewCheckRun { name, head_sha: head, external_id, change };
        self.fetch(&self.request("POST /repos/{owner}/{repo}/check-runs", &[]).json(&run)).await
    }

    pub async fn update_check_run(&self, id: CheckRunId, change: &CheckRunChange) -> Result<CheckRun, GitHubError> {
        // Annotations are added, so sending them twice is not the same as once.
        let adds = change.output.as_ref().is_some_and(|output| !output.annotations.is_empty());
        let request = self
            .request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", &[&id.to_string()])
            .kind(if adds { Kind::Create } else { Kind::Set })
            .json(change);
        self.fetch(&request).await
    }
}
