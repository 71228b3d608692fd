//! A comment on a file as a whole. Where GitHub does not show the file in the diff, it becomes one in the conversation.

use super::{
    attempt::Attempt,
    error::EffectError,
    mark,
    result::{EffectResult, PostedComment},
};
use crate::{
    domain::{
        finding::Fingerprint,
        ids::{CommitSha, PullNumber},
    },
    github::reviews::ReviewComment,
};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    commit: &CommitSha,
    path: &str,
    body: &str,
    fingerprint: &Fingerprint,
) -> Result<EffectResult, EffectError> {
    let repository = attempt.repository();
    match attempt.write(repository.create_file_comment(pull, commit, path, body)).await {
        Ok(comment) => Ok(posted(&comment, fingerprint)),
        Err(error) if error.is_unprocessable() => {
            let (before, mark) = mark::split(body);
            let text = format!("`{path}`\n\n{before}\n\n{mark}");
            let comment = attempt.write(repository.create_issue_comment(pull, &text)).await?;
            Ok(EffectResult::Conversation { comment: comment.id })
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    path: &str,
    body: &str,
    fingerprint: &Fingerprint,
) -> Result<Option<EffectResult>, EffectError> {
    let own = attempt.own().await?;
    let comments = attempt.repository().review_comments(pull).await?;
    // An inline comment on the same finding is another effect.
    let mut on_file = comments.iter().filter(|comment| comment.is_on_file() && comment.path == path);
    if let Some(comment) = on_file.find(|comment| own.wrote(body, &comment.body, comment.user.as_ref())) {
        return Ok(Some(posted(comment, fingerprint)));
    }
    let conversation = attempt.repository().issue_comments(pull, None).await?;
    let told = conversation.iter().find(|comment| own.wrote(body, &comment.body, comment.user.as_ref()));
    Ok(told.map(|comment| EffectResult::Conversation { comment: comment.id }))
}

fn posted(comment: &ReviewComment, fingerprint: &Fingerprint) -> EffectResult {
    let (fingerprint, path) = (fingerprint.clone(), comment.path.clone());
    EffectResult::FileComment { posted: PostedComment { fingerprint, path, line: None, comment_id: comment.id } }
}
