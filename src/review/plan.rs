//! Plans one round of review: what to say where, what to resolve, what to remember.
//!
//! A problem is raised once, in one place, and keeps that place: when it is gone its thread is answered and resolved, when
//! it comes back the thread is opened again. What people dismiss is not raised again. [`Life`] has the table.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    block,
    check_run::{CheckRun, Standing, Told},
    comment::{Gone, History},
    convergence,
    decision::{Decision, SaidIn},
    discussion::is_discussed,
    input::{Dismissed, NoteKind, ReviewInput, Target},
    lost::{Lost, find_lost},
    matching::match_known,
    memory::{Known, next_occurrence},
    placement::{MOST_COMMENTS, Place, is_problem, line_of, paths_in},
    raising::{raise, summarise},
    round::Round,
    score::Scores,
    thread::{Turn, Word},
};
use crate::domain::{
    effect::{CheckRunReport, Effect, EffectKey, PlannedEffect},
    finding::{Finding, Severity},
    ids::CommitSha,
    life::{Act, Happening, Life},
};

/// What one round of review does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewPlan {
    /// In the order they are to be done; the check run is the last one.
    pub effects: Vec<PlannedEffect>,
    /// Rows that are new or changed, by fingerprint and occurrence. To be stored after the effects, with the ids of the
    /// comments they made ([`super::memory::attach`]): an open row without a comment is one that got no comment.
    pub memory: Vec<Known>,
    pub round: Round,
    /// About each finding, but for those below `review.min_severity`.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// What the review went by besides the code; empty for a branch.
    #[serde(default)]
    pub basis: String,
    /// The files that were not looked at in full.
    #[serde(default)]
    pub partly: Vec<String>,
    /// Reviews of this pull request pause from here on.
    #[serde(default)]
    pub pauses: bool,
    /// Title of the check run.
    pub title: String,
    /// `None` when there was no review.
    pub scores: Option<Scores>,
    /// A comment says what the App may not do here: see [`super::lack`].
    #[serde(default)]
    pub lack_is_told: bool,
}

/// A finding with all that was decided about it.
pub(super) struct Decided<'a> {
    pub(super) finding: &'a Finding,
    pub(super) standing: Standing,
    known: Option<&'a Known>,
    /// Where it is told now; `None` when it was told before, or is told in the check run only.
    pub(super) told_at: Option<Place>,
    /// Dismissed and still open problems carry over the comment they have.
    pub(super) has_comment: bool,
}

pub fn plan(input: &ReviewInput) -> ReviewPlan {
    let mut findings: Vec<(usize, &Finding)> = input.analysis.findings.iter().enumerate().collect();
    findings.retain(|(_, finding)| finding.severity >= input.policy.review.min_severity);
    findings.sort_by(|(_, a), (_, b)| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| (&a.path, a.start_line, &a.rule).cmp(&(&b.path, b.start_line, &b.rule)))
    });
    let (indexes, findings): (Vec<_>, Vec<_>) = findings.into_iter().map(|(index, one)| (index, one.clone())).unzip();
    let matched = match_known(&findings, &input.known, &input.renames);
    let mut decided: Vec<_> = indexes
        .iter()
        .zip(&findings)
        .zip(&matched)
        .map(|((index, finding), known)| Decided::of(input, *index, finding, known.map(|known| &input.known[known])))
        .collect();

    let mut round = Round::default();
    for one in &decided {
        match one.standing {
            Standing::New | Standing::Back => round.new += 1,
            Standing::Open | Standing::Discussed => round.open += 1,
            Standing::Dismissed => round.dismissed += 1,
            Standing::Late | Standing::Note => {}
        }
    }
    let mut effects = Vec::new();
    let mut memory = Vec::new();
    let mut unseen = Vec::new();
    if let Target::Pull(pull) = &input.target {
        place(&mut decided, input);
        remember(&decided, &input.known, &mut memory);
        let lost = find_lost(input, &matched);
        for lost in &lost {
            match lost.why {
                _ if lost.known.life != Life::Open => {}
                None => {
                    round.open += 1;
                    unseen.push(lost.known);
                }
                Some(Gone::SwitchedOff) => round.withdrawn += 1,
                Some(Gone::Fixed | Gone::SecretRemoved | Gone::LeftTheDiff) => round.fixed += 1,
            }
            memory.extend(lost.remembered());
        }
        effects.extend(raise(&decided, input, pull, round));
        let found = decided.iter().filter_map(Decided::turn);
        let mut turns: Vec<_> = found.chain(lost.iter().map(Lost::turn)).collect();
        turns.sort_by_key(|turn| turn.known.comment_id);
        effects.extend(turns.iter().flat_map(|turn| turn.effects(pull)));
        effects.extend(summarise(&decided, input, pull));
    }

    let told: Vec<_> = decided.iter().map(Decided::told).collect();
    let scores = Scores::of(decided.iter().filter(|one| one.standing != Standing::Dismissed).map(|one| one.finding));
    let check_run = CheckRun {
        told: &told,
        unseen: &unseen,
        round,
        is_first: input.known.is_empty(),
        scores,
        ledger: &input.analysis.ledger,
        notes: &input.notes,
        run_url: input.run_url.as_deref(),
        is_big: input.target.pull().is_some() && input.analysis.ledger.len() >= input.policy.split.min_files,
        can_be_fixed: input.target.pull().is_some_and(|pull| !pull.fork) && decided.iter().any(Decided::suggests),
    };
    if let Target::Pull(pull) = &input.target {
        effects.extend(block::lift(input, pull, check_run.open(Severity::Error)));
    }
    let check = check_run.report();
    let title = check.title.clone();
    effects.push(check_run_effect(input.target.head(), check));
    let pauses = input.notes.iter().any(|note| note.kind == NoteKind::Pause);
    let basis = input.target.pull().map_or_else(String::new, |pull| convergence::basis(&input.policy, pull));
    let partly = convergence::partly(&input.analysis.ledger);
    let in_diff = paths_in(&input.analysis.ledger);
    let decisions = decided.iter().map(|one| one.decision(&in_diff)).collect();
    let scores = Some(scores);
    ReviewPlan { effects, memory, round, decisions, basis, partly, pauses, title, scores, lack_is_told: false }
}

impl<'a> Decided<'a> {
    /// `index`: of the finding in the analysis.
    fn of(input: &ReviewInput, index: usize, finding: &'a Finding, known: Option<&'a Known>) -> Self {
        let is_dismissed = is_dismissed(finding, &input.dismissed, &input.renames);
        let happening = if is_dismissed { Happening::Dismissed } else { Happening::Found };
        let has_thread = known.is_some_and(|known| known.thread.is_some());
        let standing = match Life::after(known.map(|known| known.life), happening) {
            (Some(Life::Dismissed), _) => Standing::Dismissed,
            (_, Act::Nothing | Act::Settle | Act::Close) => Standing::Open,
            (_, Act::Raise | Act::Reopen) if !is_problem(finding) => Standing::Note,
            (_, Act::Reopen) if has_thread => Standing::Back,
            _ if known.is_none() && input.unchanged.contains(&index) => Standing::Late,
            _ if input.policy.review.skip_discussed && is_discussed(finding, &input.others) => Standing::Discussed,
            (_, Act::Raise | Act::Reopen) => Standing::New,
        };
        let has_comment = standing != Standing::New && known.is_some_and(|known| known.comment_id.is_some());
        Self { finding, standing, known, told_at: None, has_comment }
    }

    /// What becomes of the thread it has.
    fn turn(&self) -> Option<Turn<'a>> {
        let known = self.known.filter(|_| self.standing != Standing::New)?;
        let line = line_of(self.finding);
        Some(match self.standing {
            Standing::Back => {
                Turn { known, life: Life::Open, returns: known.returns + 1, word: Some(Word::Back { line }) }
            }
            Standing::Dismissed => Turn::silent(known, Life::Dismissed),
            _ => Turn::silent(known, known.life),
        })
    }

    pub(super) fn history(&self) -> History {
        if self.known.is_some() { History::Reopened } else { History::First }
    }

    /// Its thread is open, and what it suggests can be committed.
    fn suggests(&self) -> bool {
        let is_open = matches!(self.standing, Standing::New | Standing::Back | Standing::Open);
        is_open && self.told().has_comment && self.finding.suggestion.is_some()
    }

    fn decision(&self, in_diff: &HashSet<&str>) -> Decision {
        Decision {
            fingerprint: self.finding.fingerprint.clone(),
            path: self.finding.path.clone(),
            line: self.finding.start_line,
            standing: self.standing,
            is_known: self.known.is_some(),
            place: match Place::of(self.finding, in_diff) {
                _ if self.told().has_comment => SaidIn::Comment,
                Place::Summary => SaidIn::Summary,
                Place::Lines(_) | Place::File => SaidIn::Nowhere,
            },
        }
    }

    fn told(&self) -> Told<'a> {
        let commented = matches!(self.told_at, Some(Place::Lines(_) | Place::File));
        Told { finding: self.finding, standing: self.standing, has_comment: self.has_comment || commented }
    }
}

/// Gives new problems their places, the most severe first, as many as there are comments to spend.
fn place(decided: &mut [Decided<'_>], input: &ReviewInput) {
    let in_diff = paths_in(&input.analysis.ledger);
    let mut left = input.policy.review.max_comments.min(MOST_COMMENTS);
    for one in decided.iter_mut().filter(|one| one.standing == Standing::New) {
        match Place::of(one.finding, &in_diff) {
            Place::Summary => one.told_at = Some(Place::Summary),
            place if left > 0 => {
                one.told_at = Some(place);
                left -= 1;
            }
            _ => {}
        }
    }
}

/// Somebody dismissed it in this repository, maybe while its file had another name. `renames`: old paths by new ones.
pub fn is_dismissed(finding: &Finding, dismissed: &[Dismissed], renames: &BTreeMap<String, String>) -> bool {
    let old_path = renames.get(&finding.path);
    dismissed.iter().any(|dismissed| {
        dismissed.fingerprint == finding.fingerprint
            && (dismissed.path == finding.path || Some(&dismissed.path) == old_path)
    })
}

/// New problems, and known ones that moved or turned.
fn remember(decided: &[Decided<'_>], known: &[Known], memory: &mut Vec<Known>) {
    let mut next = HashMap::new();
    for one in decided {
        let finding = one.finding;
        let now = |known: Option<&Known>, occurrence| Known {
            fingerprint: finding.fingerprint.clone(),
            occurrence,
            path: finding.path.clone(),
            line: line_of(finding),
            rule: Some(finding.rule.clone()),
            severity: Some(finding.severity),
            comment_id: known.and_then(|known| known.comment_id),
            thread_node_id: known.and_then(|known| known.thread_node_id.clone()),
            life: if one.standing == Standing::Dismissed { Life::Dismissed } else { Life::Open },
            returns: known.map_or(0, |known| known.returns) + u32::from(one.standing == Standing::Back),
            resolved_by_person: known.is_some_and(|known| known.resolved_by_person && one.standing != Standing::Back),
            gone: false,
            outdated: known.is_some_and(|known| known.outdated),
            thread: known.and_then(|known| known.thread),
        };
        match (one.standing, one.known) {
            // Its comment, if there was one, is no more.
            (Standing::New, Some(before)) => memory.push(now(None, before.occurrence)),
            (Standing::New, None) => {
                let next =
                    next.entry(&finding.fingerprint).or_insert_with(|| next_occurrence(known, &finding.fingerprint));
                memory.push(now(None, *next));
                *next += 1;
            }
            (Standing::Note | Standing::Late | Standing::Discussed, Some(before)) if before.life != Life::Open => {}
            (_, Some(before)) => {
                let now = now(Some(before), before.occurrence);
                memory.extend((now != *before).then_some(now));
            }
            (_, None) => {}
        }
    }
}

/// A check run of another content, or of another execution, is another one: its key says so.
pub fn check_run_effect(head: &CommitSha, check: CheckRunReport) -> PlannedEffect {
    let content = serde_json::to_string(&check).expect("a report is plain data");
    let key = EffectKey(format!("check-run:{head}:{}", digest(&[&content])));
    PlannedEffect { key, effect: Effect::CompleteCheckRun { head: head.clone(), check } }
}

/// Short, for the key of an effect with this content.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..8])
}
