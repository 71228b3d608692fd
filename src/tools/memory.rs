//! What was said on a pull request, as the store keeps it and as the review pipeline reads it.

use chrono::{DateTime, Utc};

use crate::{
    domain::ids::CommitSha,
    effects::result::PostedComment,
    review::memory::{Known, KnownState, Posted},
    store::posted_finding::{PostedFinding, PostedState},
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
        state: match posted.state {
            PostedState::Open => KnownState::Open,
            PostedState::Fixed => KnownState::Fixed,
            PostedState::Dismissed => KnownState::Dismissed,
        },
        resolved_by_person: posted.resolved_by_person,
        outdated: posted.outdated,
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
        state: match known.state {
            KnownState::Open => PostedState::Open,
            KnownState::Fixed => PostedState::Fixed,
            KnownState::Dismissed => PostedState::Dismissed,
        },
        resolved_by_person: known.resolved_by_person,
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
