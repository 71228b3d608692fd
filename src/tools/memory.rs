//! What was said on a pull request, as the store keeps it and as the review pipeline reads it.

use chrono::{DateTime, Utc};

use crate::{
    domain::ids::CommitSha,
    effects::result::PostedComment,
    review::memory::{Known, Posted},
    store::posted_finding::PostedFinding,
};

pub(super) fn known(posted: PostedFinding) -> Known {
    Known {
        fingerprint: posted.fingerprint,
        occurrence: posted.occurrence,
        path: posted.path,
        line: posted.line,
        rule: posted.rule,
        severity: posted.severity,
        comment_id: posted.comment,
        thread_node_id: posted.thread,
        life: posted.life,
        returns: posted.returns,
        resolved_by_person: posted.resolved_by_person,
        gone: posted.gone,
        outdated: posted.outdated,
        thread: None,
    }
}

pub(super) fn posted(known: Known, head: &CommitSha, now: DateTime<Utc>) -> PostedFinding {
    PostedFinding {
        fingerprint: known.fingerprint,
        occurrence: known.occurrence,
        path: known.path,
        line: known.line,
        rule: known.rule,
        severity: known.severity,
        comment: known.comment_id,
        thread: known.thread_node_id,
        life: known.life,
        returns: known.returns,
        resolved_by_person: known.resolved_by_person,
        gone: known.gone,
        outdated: known.outdated,
        head: head.clone(),
        updated_at: now,
    }
}

pub(super) fn comment(posted: PostedComment) -> Posted {
    let PostedComment { fingerprint, path, line, comment_id } = posted;
    // The thread's id is known to GraphQL only: the next round reads it.
    Posted { fingerprint, path, line, comment_id, thread_node_id: None }
}
