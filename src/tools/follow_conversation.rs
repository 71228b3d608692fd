//! `github.follow_conversation`: remembers what people do on a pull request: problems they dismiss or take up again, and that
//! they are there at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    dismissing,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{
        event::{Account, ReviewThread},
        ids::{CommentId, PullNumber},
    },
    github::{client::GitHub, permissions::Permissions},
    store::{db::Db, dismissal::DismissedBy, pause, posted_finding::PostedFinding, review_round},
};

pub struct FollowConversation {
    pub github: GitHub,
    pub db: Db,
}

/// What the event said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As in `pull_request_review_thread.resolved`.
    event: String,
    pull_number: Option<PullNumber>,
    /// Who did it.
    actor: Option<Account>,
    thread: Option<ReviewThread>,
    /// Id of the comment.
    comment: Option<CommentId>,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Followed {
    /// Path and rule of the problem that a person dismissed.
    dismissed: Option<String>,
    /// Of the problem that a person took up again.
    recalled: Option<String>,
    /// Whether Seam's own pause ended.
    resumed: bool,
}

impl Tool for FollowConversation {
    const NAME: &'static str = "github.follow_conversation";
    const DESCRIPTION: &'static str =
        "Remembers what a person did on a pull request: a problem dismissed or taken up again, or just a word.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Followed;

    async fn run(&self, context: &ToolContext, input: Input) -> Result<Followed, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let (db, id, now) = (&self.db, repository.id(), context.services.clock.now());
        let Some((pull, person)) = input.pull_number.zip(input.actor.filter(|actor| !actor.is_bot)) else {
            return Err(ToolError::skip("no person did it"));
        };
        let thread = input.thread.and_then(|thread| thread.comments.first().copied());
        let mut followed = Followed::default();
        let about = |posted: PostedFinding| format!("{} {}", posted.path, posted.rule.unwrap_or_default());
        match (input.event.as_str(), thread, input.comment) {
            ("pull_request_review_thread.resolved", Some(root), _) => {
                let wish = (DismissedBy::Resolved, person.login.as_str(), None);
                followed.dismissed = dismissing::dismiss(db, id, pull, root, wish, now).await?.map(about);
            }
            ("pull_request_review_thread.unresolved", Some(root), _) => {
                followed.recalled = dismissing::recall(db, id, pull, root, now).await?.map(about);
            }
            ("pull_request_review_comment.deleted", _, Some(comment)) => {
                let wish = (DismissedBy::Deleted, person.login.as_str(), None);
                followed.dismissed = dismissing::dismiss(db, id, pull, comment, wish, now).await?.map(about);
            }
            _ => {}
        }
        review_round::heard(db, id, pull).await?;
        followed.resumed = pause::resume_own(db, id, pull).await?;
        Ok(followed)
    }
}
