//! The engine: every changed file in, findings and a ledger row for each out.

use std::{
    borrow::Cow,
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use crate::{
    change::{
        change_set::{ChangeSet, FileChange},
        contents::Contents,
    },
    config::policy::Policy,
    domain::{
        finding::{Analysis, Finding},
        ledger::{Handled, LedgerRow, Looked},
    },
};

use super::{
    ast,
    draft::Draft,
    file_view::FileView,
    general::check::{self, Check, Needs, Surroundings},
    limits::Limits,
    policy_view::PolicyView,
    report,
    rule_info::RuleInfo,
    secret::{
        rule_set::RuleSet,
        scan::{scan, scan_whole},
    },
    triage::{self, First, NoSyntax},
};

/// What came of one file.
struct Outcome {
    findings: Vec<Finding>,
    handled: Handled,
    looked: Looked,
    reason: Option<String>,
}

impl Outcome {
    fn skipped(reason: String) -> Self {
        Self { findings: Vec::new(), handled: Handled::Skipped, looked: Looked::default(), reason: Some(reason) }
    }
}

/// All rules. Made once per process, shared between threads; nothing is read or compiled before a file needs it.
pub struct Engine {
    ast: ast::rule_set::RuleSet,
    general: Vec<Check>,
    limits: Limits,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// The embedded rules and the default limits.
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub fn with_limits(limits: Limits) -> Self {
        Self { ast: ast::rule_set::RuleSet::embedded(), general: check::all(), limits }
    }

    /// What there is to say about every rule, by id.
    pub fn rules(&self) -> Vec<&RuleInfo> {
        let ast = self.ast.all().map(|rule| &rule.info);
        let secrets = RuleSet::shared().rules.iter().map(|rule| &rule.info);
        let general = self.general.iter().map(|check| &check.rule);
        let mut rules: Vec<&RuleInfo> = ast.chain(secrets).chain(general).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules
    }

    /// The ids of all rules.
    pub fn rule_ids(&self) -> Vec<String> {
        self.rules().iter().map(|rule| rule.id.to_string()).collect()
    }

    /// Goes through the changed files one by one, holding one file's text and syntax at a time. Findings are in the
    /// order of files and lines; every changed file has its ledger row. Blocking: call it from a blocking thread.
    pub fn analyze(&self, changes: &ChangeSet, contents: &dyn Contents, policy: &Policy) -> Analysis {
        let policy = PolicyView::of(policy);
        let mut analysis = Analysis::default();
        let started = Instant::now();
        for change in &changes.files {
            // A grammar is a big program that reads hostile input: a panic costs its file, not the review.
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                if started.elapsed() >= self.limits.change_time {
                    return Outcome::skipped("the files before it took all the time that a change may take".to_owned());
                }
                self.file(change, contents, &policy)
            }));
            let Outcome { findings, handled, looked, reason } = outcome.unwrap_or_else(|_| {
                tracing::error!(path = change.path.display(), "analysis of a file panicked");
                Outcome::skipped("an internal error: please report it".to_owned())
            });
            let (path, status) = (change.path.display(), change.status);
            analysis.findings.extend(findings);
            analysis.ledger.push(LedgerRow { path, status, handled, looked, reason });
        }
        analysis
    }

    fn file(&self, change: &FileChange, contents: &dyn Contents, policy: &PolicyView<'_>) -> Outcome {
        let around = Surroundings { contents };
        match triage::first(change, &change.path.display(), policy, &self.limits) {
            First::Skip(reason) => Outcome::skipped(reason),
            First::NameOnly(handled, reason) => {
                let view = FileView::new(change, &Cow::Borrowed(""), &self.limits);
                let mut drafts = self.general(&view, &around, |needs| needs == Needs::Name);
                let secrets = self.secrets_in_binary(change, contents);
                let looked = Looked { name: true, secrets: secrets.is_some(), ..Looked::default() };
                let reason = match &secrets {
                    Some(_) => {
                        "a text that some bytes make binary: its name, size and type and its secrets were looked at"
                            .to_owned()
                    }
                    None => reason,
                };
                drafts.extend(secrets.into_iter().flatten());
                let findings = report::findings(&view, drafts, policy, &self.limits);
                Outcome { findings, handled, looked, reason: Some(reason) }
            }
            First::Read => match contents.head(change) {
                Ok(bytes) => self.text(change, &bytes.unwrap_or_default(), &around, policy),
                Err(error) => Outcome::skipped(error.to_string()),
            },
        }
    }

    fn text(&self, change: &FileChange, bytes: &[u8], around: &Surroundings<'_>, policy: &PolicyView<'_>) -> Outcome {
        let text = String::from_utf8_lossy(bytes);
        let mut view = FileView::new(change, &text, &self.limits);
        let no_syntax = triage::no_syntax(&view, &self.limits);
        let hand_written = !matches!(no_syntax, Some(NoSyntax::NotHandWritten(_)));
        let mut drafts = Vec::new();
        let mut reason = None;
        if let Some(NoSyntax::NotHandWritten(why) | NoSyntax::NotParsed(why)) = no_syntax {
            view.language = None;
            reason = Some(why);
        } else if !view.added.is_empty() {
            let scanned = ast::scan::scan(&self.ast, &view, &self.limits);
            drafts.extend(scanned.drafts);
            reason = scanned.problem;
        }
        if !view.added.is_empty() {
            drafts.extend(scan(RuleSet::shared(), &view));
        }
        drafts.extend(self.general(&view, around, |needs| hand_written || needs != Needs::HandWritten));
        let findings = report::findings(&view, drafts, policy, &self.limits);
        let handled = if reason.is_some() { Handled::Linted } else { Handled::Reviewed };
        Outcome { findings, handled, looked: Looked { hand_written, syntax: reason.is_none(), ..Looked::ALL }, reason }
    }

    /// One byte makes a text binary for git; a secret in it is as public as before. There are no lines that were added: what
    /// the base had already is left out. `None`: nobody looked.
    fn secrets_in_binary(&self, change: &FileChange, contents: &dyn Contents) -> Option<Vec<Draft<'_>>> {
        let bytes = triage::nearly_text(change, contents, &self.limits)?;
        let before = contents.base(change).ok()?.unwrap_or_default();
        let known: HashSet<String> =
            self.secrets_anywhere(change, &before).into_iter().map(|draft| draft.code).collect();
        let found = self.secrets_anywhere(change, &bytes).into_iter().filter(|draft| !known.contains(&draft.code));
        Some(found.map(Draft::of_whole_file).collect())
    }

    fn secrets_anywhere(&self, change: &FileChange, bytes: &[u8]) -> Vec<Draft<'static>> {
        scan_whole(RuleSet::shared(), change, &String::from_utf8_lossy(bytes), &self.limits)
    }

    fn general<'e>(
        &'e self,
        view: &FileView<'_>,
        around: &Surroundings<'_>,
        wanted: impl Fn(Needs) -> bool,
    ) -> Vec<Draft<'e>> {
        let checks = self.general.iter().filter(|check| wanted(check.needs));
        checks.flat_map(|check| (check.run)(&check.rule, view, around)).collect()
    }
}
