//! What was said on a pull request before. Kept in the store, and put right from GitHub's review threads before each
//! round: GitHub is the truth of what people did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mark::Mark;
use crate::domain::{
    finding::{Fingerprint, Severity},
    ids::CommentId,
    life::{Happening, Life},
};

/// One problem that was raised on a pull request. `fingerprint` and `occurrence` together name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    pub fingerprint: Fingerprint,
    /// Tells problems with the same fingerprint apart: 0, 1, 2 ... in the order they were raised.
    #[serde(default)]
    pub occurrence: u32,
    pub path: String,
    /// Line of the head; `None` when it is about the file, or GitHub lost the place.
    pub line: Option<u32>,
    /// `None` when it was read back from GitHub alone.
    pub rule: Option<String>,
    pub severity: Option<Severity>,
    /// The first comment of its thread; `None` when it was raised in the check run or the summary only.
    pub comment_id: Option<CommentId>,
    /// GraphQL id of its thread.
    pub thread_node_id: Option<String>,
    pub life: Life,
    /// How often it was fixed and came back: part of the keys of what is said in its thread.
    #[serde(default)]
    pub returns: u32,
    /// Its thread is resolved, and a person did it.
    #[serde(default)]
    pub resolved_by_person: bool,
    /// It was not there when it was last looked for.
    #[serde(default)]
    pub gone: bool,
    /// GitHub shows the thread as outdated: its lines changed.
    #[serde(default)]
    pub outdated: bool,
    /// How GitHub shows its thread now; `None` where there is none. Not stored.
    #[serde(default)]
    pub thread: Option<Resolution>,
}

/// A review thread that the App itself began, as GitHub tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadSeen {
    pub thread_node_id: String,
    /// Its first comment.
    pub comment_id: CommentId,
    /// Body of its first comment; its mark names the finding.
    pub body: String,
    /// What Seam said last in reply.
    pub last_word: Option<Word>,
    pub path: String,
    pub line: Option<u32>,
    pub outdated: bool,
    pub resolution: Resolution,
    /// Somebody who counts gave the first comment a thumbs down.
    pub disliked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    Unresolved,
    ByPerson,
    /// By the App: the problem was gone.
    ByApp,
}

/// What Seam says in a thread of its own after the first comment: its mark holds how often the problem had come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Gone { returns: u32 },
    Back { returns: u32 },
}

impl Word {
    /// Of a comment of the App's; `None` where it says something else.
    pub fn of(body: &str) -> Option<Self> {
        let mark = Mark::ending(body)?;
        let returns = mark.key.rsplit_once(':').and_then(|(_, number)| number.parse().ok()).unwrap_or_default();
        match mark.kind.as_str() {
            "reply" => Some(Self::Gone { returns }),
            "back" => Some(Self::Back { returns }),
            _ => None,
        }
    }
}

/// What GitHub shows wins over what was stored: ids, places, and what people resolved or opened again. Threads that
/// the store does not know (it was lost, or a crash came between posting and storing) are learnt from their marks.
pub fn reconcile(stored: Vec<Known>, threads: &[ThreadSeen]) -> Vec<Known> {
    let mut known = stored;
    for thread in threads {
        let Some(fingerprint) = Mark::ending(&thread.body).and_then(|mark| mark.fingerprint()) else { continue };
        let same = known.iter().position(|one| one.comment_id == Some(thread.comment_id));
        let without_comment = || {
            known
                .iter()
                .position(|one| one.comment_id.is_none() && one.life == Life::Open && one.fingerprint == fingerprint)
        };
        let index = same.or_else(without_comment).unwrap_or_else(|| {
            known.push(Known {
                occurrence: next_occurrence(&known, &fingerprint),
                fingerprint,
                path: thread.path.clone(),
                line: thread.line,
                rule: None,
                severity: None,
                comment_id: Some(thread.comment_id),
                thread_node_id: None,
                life: Life::Open,
                returns: 0,
                resolved_by_person: false,
                gone: false,
                outdated: false,
                thread: None,
            });
            known.len() - 1
        });
        known[index].see(thread);
    }
    known
}

/// The smallest number that makes a new problem with this fingerprint distinct.
pub fn next_occurrence(known: &[Known], fingerprint: &Fingerprint) -> u32 {
    known.iter().filter(|one| one.fingerprint == *fingerprint).map(|one| one.occurrence + 1).max().unwrap_or(0)
}

impl Known {
    fn see(&mut self, thread: &ThreadSeen) {
        self.comment_id = Some(thread.comment_id);
        self.thread_node_id = Some(thread.thread_node_id.clone());
        self.outdated = thread.outdated;
        if thread.line.is_some() {
            self.path.clone_from(&thread.path);
            self.line = thread.line;
        }
        let said = match (self.life, thread.last_word) {
            (Life::Dismissed, _) => Life::Dismissed,
            // A crash may come between saying and storing.
            (_, Some(Word::Back { returns })) => {
                self.returns = self.returns.max(returns);
                Life::Open
            }
            (Life::Open, Some(Word::Gone { returns })) => {
                self.returns = self.returns.max(returns);
                Life::Fixed
            }
            (Life::Open, None) if thread.resolution == Resolution::ByApp => Life::Fixed,
            (life, _) => life,
        };
        let done_by_people = match thread.resolution {
            _ if thread.disliked => Some(Happening::Dismissed),
            Resolution::ByPerson => Some(Happening::Resolved),
            Resolution::Unresolved if self.resolved_by_person => Some(Happening::Recalled),
            Resolution::Unresolved | Resolution::ByApp => None,
        };
        self.life = done_by_people.and_then(|happening| Life::after(Some(said), happening).0).unwrap_or(said);
        self.resolved_by_person = thread.resolution == Resolution::ByPerson;
        self.thread = Some(thread.resolution);
    }
}

/// A comment on a finding, as it came into being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Posted {
    pub fingerprint: Fingerprint,
    pub path: String,
    pub line: Option<u32>,
    pub comment_id: CommentId,
    pub thread_node_id: Option<String>,
}

/// Gives the rows of a plan's memory the ids of the comments that its effects made.
pub fn attach(memory: &mut [Known], posted: &[Posted]) {
    for comment in posted {
        let waiting = |one: &&mut Known| {
            one.comment_id.is_none()
                && one.life == Life::Open
                && one.fingerprint == comment.fingerprint
                && one.path == comment.path
                && (comment.line.is_none() || one.line == comment.line)
        };
        if let Some(one) = memory.iter_mut().find(waiting) {
            one.comment_id = Some(comment.comment_id);
            one.thread_node_id.clone_from(&comment.thread_node_id);
        }
    }
}
