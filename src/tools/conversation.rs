//! What was said on a pull request before a round: what the store remembers, put right by what GitHub shows. What people
//! did without Seam hearing of it (reactions come with no webhook) is remembered here as well.

use chrono::{DateTime, Utc};

use super::{
    dismissing::{self, Wish},
    error::ToolError,
    memory,
};
use crate::{
    config::policy::Role,
    domain::ids::{PullNumber, RepositoryId},
    github::{
        app::App,
        repository::RepositoryClient,
        threads::{ReviewThread, ThreadComment},
    },
    review::{
        discussion::OtherThread,
        input::{Dismissed, PullFacts},
        lack,
        mark::Mark,
        memory::{Known, Resolution, ThreadSeen, Word, reconcile},
    },
    store::{db::Db, dismissal, dismissal::DismissedBy, error::StoreError, posted_finding},
};

#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) known: Vec<Known>,
    /// On other pull requests.
    pub(super) dismissed: Vec<Dismissed>,
    pub(super) others: Vec<OtherThread>,
    /// Body of the sticky summary.
    pub(super) summary: Option<String>,
    /// Reviews of Seam's that ask for changes.
    pub(super) blocking: Vec<i64>,
    /// Somebody was told already what the App may not do here.
    pub(super) lack_is_told: bool,
}

impl Conversation {
    pub(super) async fn of(
        repository: &RepositoryClient,
        db: &Db,
        pull: &PullFacts,
        now: DateTime<Utc>,
    ) -> Result<Self, ToolError> {
        let app = repository.github().app().own().await?;
        let (shown, comments) =
            tokio::try_join!(repository.review_threads(pull.number), repository.issue_comments(pull.number, None))?;
        let (mut threads, mut others, mut wishes) = (Vec::new(), Vec::new(), Vec::new());
        for thread in shown {
            if thread.is_begun_by(&app) {
                let disliked_by = who_dislikes(repository, pull, &thread).await?;
                threads.extend(own_thread(&thread, &app, disliked_by.is_some()));
                wishes.extend(wish(&thread, &app, disliked_by));
            } else {
                others.extend(other_thread(thread));
            }
        }
        let stored = posted_finding::list(db, repository.id(), pull.number).await?;
        let before: Vec<_> = stored.into_iter().map(memory::known).collect();
        dismissing::catch_up(db, repository.id(), pull.number, &before, &wishes, now).await?;
        let known = reconcile(before, &threads);
        let own = comments.into_iter().filter(|comment| app.is_author(comment.user.as_ref()));
        let own: Vec<_> = own.map(|comment| comment.body).collect();
        // A review that asks for changes has raised something.
        let reviews = if known.is_empty() { Vec::new() } else { repository.reviews(pull.number).await? };
        let blocking = reviews.iter().filter(|one| one.asks_for_changes() && app.is_author(one.user.as_ref()));
        let is_summary = |body: &&String| Mark::ending(body).is_some_and(|mark| mark.kind == "summary");
        Ok(Self {
            known,
            dismissed: dismissed(db, repository.id(), Some(pull.number)).await?,
            others,
            summary: own.iter().rfind(is_summary).cloned(),
            blocking: blocking.map(|review| review.id).collect(),
            lack_is_told: own.iter().any(|body| lack::is_told_in(body)),
        })
    }
}

/// What people dismissed in a repository, but on the pull request whose own threads tell.
pub(super) async fn dismissed(
    db: &Db,
    repository: RepositoryId,
    but: Option<PullNumber>,
) -> Result<Vec<Dismissed>, StoreError> {
    let all = dismissal::list(db, repository).await?.into_iter().filter(|one| Some(one.pull) != but);
    Ok(all.map(|one| Dismissed { fingerprint: one.fingerprint, path: one.path }).collect())
}

/// Who gave the first comment of a thread a thumbs down, of those who count: the author, and who may write.
async fn who_dislikes(
    repository: &RepositoryClient,
    pull: &PullFacts,
    thread: &ReviewThread,
) -> Result<Option<String>, ToolError> {
    let reactions = thread.root.iter().flat_map(|root| &root.reactions);
    for login in reactions.filter_map(|reaction| Some(&reaction.user.as_ref()?.login)) {
        if pull.author.as_ref() == Some(login) || repository.role_of(login).await? >= Some(Role::Write) {
            return Ok(Some(login.clone()));
        }
    }
    Ok(None)
}

fn own_thread(thread: &ReviewThread, app: &App, disliked: bool) -> Option<ThreadSeen> {
    let root = thread.root.first()?;
    let own_words = thread.latest.iter().rev().filter(|comment| comment.is_by(app));
    Some(ThreadSeen {
        thread_node_id: thread.node_id.clone(),
        comment_id: root.id?,
        body: root.body.clone(),
        last_word: own_words.filter_map(|comment| Word::of(&comment.body)).next(),
        path: thread.path.clone(),
        line: thread.line,
        outdated: thread.is_outdated,
        resolution: match (thread.is_resolved, thread.is_resolved_by(app)) {
            (false, _) => Resolution::Unresolved,
            (true, true) => Resolution::ByApp,
            (true, false) => Resolution::ByPerson,
        },
        disliked,
    })
}

/// What people want of a thread of Seam's, as far as it shows.
fn wish(thread: &ReviewThread, app: &App, disliked_by: Option<String>) -> Option<Wish> {
    let comment = thread.root.first()?.id?;
    if let Some(by) = disliked_by {
        return Some(Wish::Dismiss { comment, way: DismissedBy::Reaction, by });
    }
    match &thread.resolved_by {
        _ if !thread.is_resolved => Some(Wish::Recall { comment }),
        Some(person) if !thread.is_resolved_by(app) => {
            Some(Wish::Dismiss { comment, way: DismissedBy::Resolved, by: person.login.clone() })
        }
        _ => None,
    }
}

/// `None` where it is resolved.
fn other_thread(thread: ReviewThread) -> Option<OtherThread> {
    if thread.is_resolved {
        return None;
    }
    let lines = thread.line.filter(|_| !thread.is_outdated).map(|end| (thread.start_line.unwrap_or(end), end));
    let text: Vec<_> = thread.root.into_iter().chain(thread.latest).map(|ThreadComment { body, .. }| body).collect();
    Some(OtherThread { path: thread.path, lines, text: text.join("\n") })
}
