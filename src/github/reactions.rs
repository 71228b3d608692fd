//! Reactions to what people write. Source: <https://docs.github.com/rest/reactions/reactions>; those to a review are known to
//! GraphQL only.

use serde_json::{Value, json};

use super::{error::GitHubError, repository::RepositoryClient, request::Kind};
use crate::domain::{
    effect::Reaction,
    event::{CommentPlace, CommentRef},
};

const ADD: &str = "\
mutation($subject: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $subject, content: $content }) { reaction { content } }
}";

impl RepositoryClient {
    /// The same reaction again changes nothing.
    ///
    /// # Errors
    /// `NotFound` when the comment is gone.
    pub async fn react(&self, comment: &CommentRef, reaction: Reaction) -> Result<(), GitHubError> {
        let (rest, graphql) = match reaction {
            Reaction::Eyes => ("eyes", "EYES"),
            Reaction::Rocket => ("rocket", "ROCKET"),
            Reaction::Confused => ("confused", "CONFUSED"),
            Reaction::ThumbsDown => ("-1", "THUMBS_DOWN"),
        };
        let endpoint = match comment.place {
            CommentPlace::Conversation => "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
            CommentPlace::Thread => "POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions",
            CommentPlace::ReviewBody => {
                let subject = comment.node_id.as_deref().ok_or(GitHubError::NotFound { endpoint: "POST /graphql" })?;
                let variables = json!({ "subject": subject, "content": graphql });
                return self.graphql::<Value>(Kind::Set, ADD, &variables).await.map(drop);
            }
        };
        let request = self.request(endpoint, &[&comment.id.to_string()]).json(&json!({ "content": rest }));
        self.send(&request.kind(Kind::Set)).await.map(drop)
    }
}
