//! Review threads: whether a conversation in the diff is resolved or outdated. REST does not know.
//! Source: <https://docs.github.com/graphql/reference/objects#pullrequestreviewthread>.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{app::App, error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::ids::{CommentId, PullNumber};

/// Threads of one pull request that are read at most: 30 pages of 100.
const MAX_PAGES: usize = 30;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewThread {
    /// GraphQL node id, as [`RepositoryClient::set_thread`] wants it.
    #[serde(rename = "id")]
    pub node_id: String,
    pub is_resolved: bool,
    pub is_outdated: bool,
    pub viewer_can_resolve: bool,
    pub resolved_by: Option<Actor>,
    pub path: String,
    /// `None` when outdated, and for a comment on a file.
    pub line: Option<u32>,
    pub start_line: Option<u32>,
    /// The first comment, or nothing where it may not be seen.
    #[serde(deserialize_with = "nodes")]
    pub root: Vec<ThreadComment>,
    /// The last ten comments, oldest first; the first one is among them in a short thread.
    #[serde(deserialize_with = "nodes")]
    pub latest: Vec<ThreadComment>,
}

/// Logins of bots have no `[bot]` here, so a person may have the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Actor {
    pub login: String,
    /// `User`, `Bot`, `Mannequin`, ...
    #[serde(rename = "__typename", default)]
    pub kind: String,
}

impl ReviewThread {
    /// The App wrote its first comment: only then a mark in it means something.
    pub fn is_begun_by(&self, app: &App) -> bool {
        self.root.first().is_some_and(|comment| comment.is_by(app))
    }

    /// GitHub calls who resolved a thread a `User` even where a bot did, so the name has to do.
    pub fn is_resolved_by(&self, app: &App) -> bool {
        let name = |actor: &Actor| actor.login.trim_end_matches("[bot]").eq_ignore_ascii_case(&app.slug);
        self.is_resolved && self.resolved_by.as_ref().is_some_and(name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadComment {
    #[serde(rename = "databaseId")]
    pub id: Option<CommentId>,
    pub body: String,
    /// `None`: the account is gone.
    pub author: Option<Actor>,
    /// Thumbs down, of the first comment only.
    #[serde(default, deserialize_with = "nodes")]
    pub reactions: Vec<Reaction>,
}

impl ThreadComment {
    pub fn is_by(&self, app: &App) -> bool {
        self.author.as_ref().is_some_and(|author| author.kind == "Bot" && author.login.eq_ignore_ascii_case(&app.slug))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reaction {
    /// `None`: the account is gone.
    pub user: Option<Reactor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reactor {
    pub login: String,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<Option<T>>,
}

/// A connection's nodes; GitHub leaves `null` where one may not be seen.
fn nodes<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Nodes::deserialize(deserializer)?.nodes.into_iter().flatten().collect())
}

#[derive(Deserialize)]
struct ThreadsAnswer {
    repository: Option<RepositoryNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryNode {
    pull_request: Option<PullNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullNode {
    review_threads: ThreadsPage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadsPage {
    page_info: PageInfo,
    nodes: Vec<Option<ReviewThread>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

const THREADS: &str = "\
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved isOutdated viewerCanResolve path line startLine
          resolvedBy { login __typename }
          root: comments(first: 1) { nodes {
            databaseId body author { login __typename }
            reactions(content: THUMBS_DOWN, first: 10) { nodes { user { login } } }
          } }
          latest: comments(last: 10) { nodes { databaseId body author { login __typename } } }
        }
      }
    }
  }
}";

const RESOLVE: &str = "\
mutation($thread: ID!) {
  resolveReviewThread(input: { threadId: $thread }) { thread { isResolved } }
}";

const UNRESOLVE: &str = "\
mutation($thread: ID!) {
  unresolveReviewThread(input: { threadId: $thread }) { thread { isResolved } }
}";

const RESOLVED: &str = "\
query($thread: ID!) {
  node(id: $thread) { ... on PullRequestReviewThread { isResolved viewerCanResolve viewerCanUnresolve } }
}";

/// What can be done about a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadState {
    pub is_resolved: bool,
    viewer_can_resolve: bool,
    viewer_can_unresolve: bool,
}

impl ThreadState {
    /// Whether the App may resolve it, or open it again.
    pub fn viewer_can(self, resolve: bool) -> bool {
        if resolve { self.viewer_can_resolve } else { self.viewer_can_unresolve }
    }
}

#[derive(Deserialize)]
struct NodeAnswer {
    node: Option<ThreadState>,
}

impl RepositoryClient {
    /// All threads of a pull request, oldest first.
    pub async fn review_threads(&self, pull: PullNumber) -> Result<Vec<ReviewThread>, GitHubError> {
        let mut threads = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let variables =
                json!({ "owner": self.name.owner(), "name": self.name.name(), "number": pull, "after": after });
            let answer: ThreadsAnswer = self.graphql(Kind::Read, THREADS, &variables).await?;
            let page = answer.repository.and_then(|repository| repository.pull_request);
            let page = page.ok_or(GitHubError::NotFound { endpoint: "POST /graphql" })?.review_threads;
            threads.extend(page.nodes.into_iter().flatten());
            after = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
            if after.is_none() {
                break;
            }
        }
        Ok(threads)
    }

    /// `None`: there is no such thread (any more).
    pub async fn thread_state(&self, thread: &str) -> Result<Option<ThreadState>, GitHubError> {
        match self.graphql::<NodeAnswer>(Kind::Read, RESOLVED, &json!({ "thread": thread })).await {
            Ok(answer) => Ok(answer.node),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Resolves a thread, or opens it again; one that is so already stays as it is.
    ///
    /// # Errors
    /// `Forbidden` where the App lacks `contents: write` beside `pull_requests: write`.
    pub async fn set_thread(&self, thread: &str, resolved: bool) -> Result<(), GitHubError> {
        let mutation = if resolved { RESOLVE } else { UNRESOLVE };
        self.graphql::<Value>(Kind::Set, mutation, &json!({ "thread": thread })).await.map(drop)
    }
}
