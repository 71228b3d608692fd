//! What is done in the thread of a problem: a word when it went or came back, and resolved or open as it should be.
//!
//! Keys count how often the problem came back instead of naming commits: a branch may come back to a commit that it was at
//! before. What is resolved or opened is what GitHub shows otherwise now, so what an earlier round did not get to is done.

use super::{
    comment::{Gone, render_back, render_gone},
    input::PullFacts,
    mark::Mark,
    memory::{Known, Resolution},
};
use crate::domain::{
    effect::{Effect, EffectKey, PlannedEffect},
    life::Life,
};

/// What becomes of a known problem in this round.
pub struct Turn<'a> {
    pub known: &'a Known,
    pub life: Life,
    /// How often it came back, this time included.
    pub returns: u32,
    pub word: Option<Word>,
}

pub enum Word {
    Gone(Gone),
    /// The line of the head it is at now.
    Back {
        line: Option<u32>,
    },
}

impl<'a> Turn<'a> {
    pub fn silent(known: &'a Known, life: Life) -> Self {
        Self { known, life, returns: known.returns, word: None }
    }

    pub fn effects(&self, pull: &PullFacts) -> impl Iterator<Item = PlannedEffect> {
        self.reply(pull).into_iter().chain(self.resolution())
    }

    fn reply(&self, pull: &PullFacts) -> Option<PlannedEffect> {
        let (comment, word) = (self.known.comment_id?, self.word.as_ref()?);
        let kind = match word {
            Word::Gone(_) => "reply",
            Word::Back { .. } => "back",
        };
        let key = EffectKey(format!("{kind}:{comment}:{}", self.returns));
        let mark = Mark::of_effect(&key);
        let body = match word {
            Word::Gone(gone) => render_gone(*gone, &pull.head, &mark),
            Word::Back { line } => render_back(&pull.head, *line, &mark),
        };
        Some(PlannedEffect { key, effect: Effect::ReplyInThread { pull: pull.number, comment, body } })
    }

    fn resolution(&self) -> Option<PlannedEffect> {
        let (thread, shown) = (self.known.thread_node_id.clone()?, self.known.thread?);
        let (kind, effect) = match (self.life == Life::Open, shown == Resolution::Unresolved) {
            (true, false) => ("reopen", Effect::ReopenThread { thread: thread.clone() }),
            (false, true) => ("resolve", Effect::ResolveThread { thread: thread.clone() }),
            _ => return None,
        };
        Some(PlannedEffect { key: EffectKey(format!("{kind}:{thread}:{}", self.returns)), effect })
    }
}
