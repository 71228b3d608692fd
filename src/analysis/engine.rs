//! The engine: every changed file in, findings and a ledger row for each out.

use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use crate::{
    change::{
        change_set::{ChangeSet, FileChange},
        contents::Contents,
    },
    config::policy::Policy,
    domain::{
        finding::{Analysis, Finding},
        ledger::{Handled, LedgerRow},
    },
};

use super::{
    added_lines::AddedLines,
    ast,
    draft::Draft,
    file_view::FileView,
    general::check::{self, Check, Needs, Surroundings},
    limits::Limits,
    policy_view::PolicyView,
    report,
    rule_info::RuleInfo,
    secret,
    triage::{self, First, NoSyntax},
};

/// All rules. Made once per process, shared between threads; nothing is read or compiled before a file needs it.
pub struct Engine {
    ast: ast::rule_set::RuleSet,
    secrets: OnceLock<secret::rule_set::RuleSet>,
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
        Self { ast: ast::rule_set::RuleSet::embedded(), secrets: OnceLock::new(), general: check::all(), limits }
    }

    /// What there is to say about every rule, by id.
    pub fn rules(&self) -> Vec<&RuleInfo> {
        let ast = self.ast.all().map(|rule| &rule.info);
        let secrets = self.secrets().rules.iter().map(|rule| &rule.info);
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
        for change in &changes.files {
            // A grammar is a big program that reads hostile input: a panic costs its file, not the review.
            let outcome = catch_unwind(AssertUnwindSafe(|| self.file(change, contents, &policy)));
            let (findings, handled, reason) = outcome.unwrap_or_else(|_| {
                tracing::error!(path = change.path.display(), "analysis of a file panicked");
                (Vec::new(), Handled::Skipped, Some("an internal error: please report it".to_owned()))
            });
            analysis.findings.extend(findings);
            analysis.ledger.push(LedgerRow { path: change.path.display(), status: change.status, handled, reason });
        }
        analysis
    }

    fn secrets(&self) -> &secret::rule_set::RuleSet {
        self.secrets.get_or_init(secret::rule_set::RuleSet::embedded)
    }

    fn file(
        &self,
        change: &FileChange,
        contents: &dyn Contents,
        policy: &PolicyView<'_>,
    ) -> (Vec<Finding>, Handled, Option<String>) {
        let around = Surroundings { contents };
        match triage::first(change, &change.path.display(), policy, &self.limits) {
            First::Skip(reason) => (Vec::new(), Handled::Skipped, Some(reason)),
            First::NameOnly(handled, reason) => {
                let view = FileView::new(change, &Cow::Borrowed(""), &self.limits);
                let mut drafts = self.general(&view, &around, |needs| needs == Needs::Name);
                drafts.extend(self.secrets_in_binary(change, contents));
                (report::findings(&view, drafts, policy, &self.limits), handled, Some(reason))
            }
            First::Read => match contents.head(change) {
                Ok(bytes) => self.text(change, &bytes.unwrap_or_default(), &around, policy),
                Err(error) => (Vec::new(), Handled::Skipped, Some(error.to_string())),
            },
        }
    }

    fn text(
        &self,
        change: &FileChange,
        bytes: &[u8],
        around: &Surroundings<'_>,
        policy: &PolicyView<'_>,
    ) -> (Vec<Finding>, Handled, Option<String>) {
        let text = String::from_utf8_lossy(bytes);
        let mut view = FileView::new(change, &text, &self.limits);
        let no_syntax = triage::no_syntax(&view, &self.limits);
        let is_hand_written = !matches!(no_syntax, Some(NoSyntax::NotHandWritten(_)));
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
            drafts.extend(secret::scan::scan(self.secrets(), &view));
        }
        drafts.extend(self.general(&view, around, |needs| is_hand_written || needs != Needs::HandWritten));
        let handled = if reason.is_some() { Handled::Linted } else { Handled::Reviewed };
        (report::findings(&view, drafts, policy, &self.limits), handled, reason)
    }

    /// One byte makes a text binary for git; a secret in it is as public as before.
    fn secrets_in_binary(&self, change: &FileChange, contents: &dyn Contents) -> Vec<Draft<'_>> {
        let Some(bytes) = triage::nearly_text(change, contents, &self.limits) else { return Vec::new() };
        let text = String::from_utf8_lossy(&bytes);
        let mut view = FileView::new(change, &text, &self.limits);
        view.added = AddedLines::all(view.lines.count());
        secret::scan::scan(self.secrets(), &view).into_iter().map(Draft::of_whole_file).collect()
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
