//! Other places for comments that GitHub does not take on their lines.

use std::fmt::Write as _;

use super::{
    attempt::Attempt,
    error::EffectError,
    mark,
    result::{EffectResult, PostedComment},
};
use crate::{
    domain::{
        effect::InlineComment,
        ids::{CommitSha, PullNumber},
    },
    github::reviews::{Review, ReviewComment},
};

/// A review's body may have 65,536 characters.
const ROOM_IN_BODY: usize = 50_000;

/// Where the comments of a review stand, as far as they do.
pub(super) struct Placed {
    pub(super) posted: Vec<PostedComment>,
    pub(super) in_body: Vec<InlineComment>,
    pub(super) missing: Vec<InlineComment>,
}

impl Placed {
    pub(super) fn result(self, review: &Review) -> EffectResult {
        let in_body = self.in_body.into_iter().map(|comment| comment.fingerprint).collect();
        EffectResult::Review { review: review.id, posted: self.posted, in_body }
    }
}

/// Looks for each comment in the review, on its file, in the review's body and in the conversation, in this order.
pub(super) async fn look(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    review: &Review,
    planned: &[InlineComment],
) -> Result<Placed, EffectError> {
    let (repository, own) = (attempt.repository(), attempt.own().await?);
    let mut placed = Placed { posted: Vec::new(), in_body: Vec::new(), missing: Vec::new() };
    let mut inline = match planned.is_empty() {
        true => Vec::new(),
        false => repository.comments_of_review(pull, review.id).await?,
    };
    for comment in planned {
        match take(&mut inline, comment) {
            Some(there) => placed.posted.push(posted(comment, Some(comment.anchor.line), &there)),
            None => placed.missing.push(comment.clone()),
        }
    }
    if placed.missing.is_empty() {
        return Ok(placed);
    }
    let mut on_files = repository.review_comments(pull).await?;
    on_files.retain(|there| there.is_on_file() && own.is_author(there.user.as_ref()));
    for comment in std::mem::take(&mut placed.missing) {
        match take(&mut on_files, &comment) {
            Some(there) => placed.posted.push(posted(&comment, None, &there)),
            None if review.body.contains(&heading(&comment)) => placed.in_body.push(comment),
            None => placed.missing.push(comment),
        }
    }
    if !placed.missing.is_empty() {
        let conversation = repository.issue_comments(pull, None).await?;
        placed.missing.retain(|comment| {
            !conversation.iter().any(|there| own.wrote(&comment.body, &there.body, there.user.as_ref()))
        });
    }
    attempt.looked();
    Ok(placed)
}

/// Tells each comment on its file; gives back those that GitHub does not take there either.
pub(super) async fn tell_on_files(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    commit: &CommitSha,
    comments: &[InlineComment],
) -> Result<Vec<InlineComment>, EffectError> {
    let (repository, own) = (attempt.repository(), attempt.own().await?);
    let mut told = repository.review_comments(pull).await?;
    told.retain(|there| there.is_on_file() && own.is_author(there.user.as_ref()));
    attempt.looked();
    let mut homeless = Vec::new();
    for comment in comments {
        if take(&mut told, comment).is_some() {
            continue;
        }
        let body = with_line(comment);
        match attempt.write(repository.create_file_comment(pull, commit, &comment.path, &body)).await {
            Ok(_) => {}
            Err(error) if error.is_unprocessable() => homeless.push(comment.clone()),
            Err(error) => return Err(error),
        }
    }
    Ok(homeless)
}

/// The comments as a list, to stand in a review's body. Long texts are cut so that every one of them is named.
pub(super) fn list(comments: &[InlineComment]) -> String {
    let room = ROOM_IN_BODY / comments.len().max(1);
    let mut list = String::from("GitHub took no comment in the diff for:\n");
    for comment in comments {
        let (text, _) = mark::split(&comment.body);
        let text: String = text.chars().take(room).collect();
        let _ = write!(list, "\n{}\n\n{}\n", heading(comment), plain(&text));
    }
    list
}

/// The comment's body, saying which lines it is about.
pub(super) fn with_line(comment: &InlineComment) -> String {
    let (text, mark) = mark::split(&comment.body);
    format!("On {}:\n\n{}\n\n{mark}", lines(comment), plain(text))
}

fn heading(comment: &InlineComment) -> String {
    format!("**`{}`, {}**", comment.path.replace('`', "'"), lines(comment))
}

fn lines(comment: &InlineComment) -> String {
    match (comment.anchor.start_line, comment.anchor.line) {
        (start, end) if start < end => format!("lines {start} to {end}"),
        (_, line) => format!("line {line}"),
    }
}

/// Away from its lines a suggestion cannot be applied: it is shown as code.
fn plain(text: &str) -> String {
    text.replace("```suggestion", "```")
}

fn posted(comment: &InlineComment, line: Option<u32>, there: &ReviewComment) -> PostedComment {
    let (fingerprint, path) = (comment.fingerprint.clone(), comment.path.clone());
    PostedComment { fingerprint, path, line, comment_id: there.id }
}

/// Takes the first of `there` that is this comment: two may have the same mark.
fn take(there: &mut Vec<ReviewComment>, comment: &InlineComment) -> Option<ReviewComment> {
    let same = |one: &ReviewComment| one.path == comment.path && mark::same(&comment.body, &one.body);
    there.iter().position(same).map(|index| there.remove(index))
}
