//! Known problems that no finding is any more: what became of each, and what that means for its thread.

use std::collections::{HashMap, HashSet};

use super::{
    comment::Gone,
    input::ReviewInput,
    memory::Known,
    thread::{Turn, Word},
};
use crate::{
    analysis::general::check::{Needs, needs_of},
    domain::{
        ledger::{FileStatus, LedgerRow, Looked},
        life::{Act, Happening, Life},
    },
};

/// A known problem that no finding is.
pub(super) struct Lost<'a> {
    pub(super) known: &'a Known,
    /// `None`: nobody looked, and it is taken to be as it was.
    pub(super) why: Option<Gone>,
}

impl<'a> Lost<'a> {
    fn after(&self) -> (Life, Act) {
        let happening = match self.why {
            None => Happening::Unseen,
            Some(Gone::Fixed | Gone::SecretRemoved) => Happening::Gone,
            Some(Gone::LeftTheDiff | Gone::SwitchedOff) => Happening::LeftOut,
        };
        let (after, act) = Life::after(Some(self.known.life), happening);
        (after.unwrap_or(self.known.life), act)
    }

    pub(super) fn turn(&self) -> Turn<'a> {
        let (life, act) = self.after();
        let word = self.why.filter(|_| act == Act::Settle).map(Word::Gone);
        Turn { known: self.known, life, returns: self.known.returns, word }
    }

    pub(super) fn remembered(&self) -> Option<Known> {
        let gone = self.known.gone || matches!(self.why, Some(Gone::Fixed | Gone::SecretRemoved));
        let now = Known { life: self.after().0, gone, ..self.known.clone() };
        (now != *self.known).then_some(now)
    }
}

/// `matched`: for each finding, the known problem that it is.
pub(super) fn find_lost<'a>(input: &'a ReviewInput, matched: &[Option<usize>]) -> Vec<Lost<'a>> {
    let found: HashSet<usize> = matched.iter().flatten().copied().collect();
    let ledger: HashMap<&str, &LedgerRow> = input.analysis.ledger.iter().map(|row| (row.path.as_str(), row)).collect();
    let new_path: HashMap<&str, &str> = input.renames.iter().map(|(new, old)| (old.as_str(), new.as_str())).collect();
    let what_became_of = |known: &Known| {
        let path = new_path.get(known.path.as_str()).copied().unwrap_or(&known.path);
        match ledger.get(path) {
            None => Some(Gone::LeftTheDiff),
            _ if is_switched_off(known, input) => Some(Gone::SwitchedOff),
            Some(row) if !was_looked_for(known, row) => None,
            Some(_) if is_secret(known) => Some(Gone::SecretRemoved),
            Some(_) => Some(Gone::Fixed),
        }
    };
    let known = input.known.iter().enumerate().filter(|(index, _)| !found.contains(index));
    known.map(|(_, known)| Lost { known, why: what_became_of(known) }).collect()
}

fn was_looked_for(known: &Known, row: &LedgerRow) -> bool {
    let Looked { name, secrets, text, hand_written, syntax } = row.looked;
    match known.rule.as_deref() {
        _ if row.status == FileStatus::Removed => true,
        Some(rule) if rule.starts_with("gen/") => match needs_of(rule) {
            Some(Needs::Name) => name,
            Some(Needs::Text) => text,
            Some(Needs::HandWritten) | None => text && hand_written,
        },
        Some(rule) if rule.starts_with("secret/") => secrets,
        _ => syntax,
    }
}

fn is_secret(known: &Known) -> bool {
    known.rule.as_deref().is_some_and(|rule| rule.starts_with("secret/"))
}

fn is_switched_off(known: &Known, input: &ReviewInput) -> bool {
    known.rule.as_ref().is_some_and(|rule| input.policy.disables(&known.path, rule))
        || known.severity.is_some_and(|severity| severity < input.policy.review.min_severity)
}
