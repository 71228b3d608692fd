//! Pull requests.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::comments::{IssueComment, Reaction, Review, ReviewComment, Thread};

#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) id: i64,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) author: String,
    /// Branch of this repository.
    pub(crate) base_ref: String,
    /// Id of the repository the head branch is in: another one for a fork's.
    pub(crate) head_repository: i64,
    pub(crate) head_ref: String,
    pub(crate) head_sha: String,
    pub(crate) draft: bool,
    pub(crate) state: PullState,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) review_comments: Vec<ReviewComment>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) issue_comments: Vec<IssueComment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PullState {
    Open,
    Closed { at: DateTime<Utc> },
    Merged { at: DateTime<Utc>, by: String, commit: String },
}

impl Pull {
    /// One that is not in a repository yet: number, head commit and times come when it is added.
    pub(crate) fn new(
        title: &str,
        author: &str,
        (head_repository, head_ref): (i64, &str),
        base_ref: &str,
        draft: bool,
    ) -> Self {
        Self {
            id: 0,
            number: 0,
            title: title.to_owned(),
            body: None,
            author: author.to_owned(),
            base_ref: base_ref.to_owned(),
            head_repository,
            head_ref: head_ref.to_owned(),
            head_sha: String::new(),
            draft,
            state: PullState::Open,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            labels: BTreeSet::new(),
            reviews: Vec::new(),
            review_comments: Vec::new(),
            threads: Vec::new(),
            issue_comments: Vec::new(),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == PullState::Open
    }

    /// Every comment that is not a reply begins a thread.
    pub(crate) fn add_comment(&mut self, comment: ReviewComment) {
        if comment.in_reply_to.is_none() {
            let node_id = format!("PRRT_fake{}", comment.id);
            self.threads.push(Thread { node_id, root: comment.id, resolved_by: None });
        }
        self.review_comments.push(comment);
    }

    /// Those to what has this id: a comment in the conversation or in the diff, or a review.
    pub(crate) fn reactions_mut(&mut self, id: i64) -> Option<&mut Vec<Reaction>> {
        let conversation = self.issue_comments.iter_mut().map(|one| (one.id, &mut one.reactions));
        let diff = self.review_comments.iter_mut().map(|one| (one.id, &mut one.reactions));
        let reviews = self.reviews.iter_mut().map(|one| (one.id, &mut one.reactions));
        conversation.chain(diff).chain(reviews).find(|(of, _)| *of == id).map(|(_, reactions)| reactions)
    }

    pub(crate) fn comment(&self, id: i64) -> Option<&ReviewComment> {
        self.review_comments.iter().find(|comment| comment.id == id)
    }

    /// The comments of a thread, the first one first.
    pub(crate) fn comments_of(&self, thread: &Thread) -> Vec<&ReviewComment> {
        let root = thread.root;
        self.review_comments.iter().filter(|comment| comment.id == root || comment.in_reply_to == Some(root)).collect()
    }
}
